package dev.tetra.tsm.ipc;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of all control sockets, for its owner alone. */
final class SocketFolder {
    private static final Logger LOG = LoggerFactory.getLogger(SocketFolder.class);
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    /** Times of files go in steps of the kernel's clock, some milliseconds: a change so shortly before a look may hide one after it. */
    private static final Duration STEP = Duration.ofMillis(100);

    private final Path path;
    private @Nullable FileTime seen;

    SocketFolder(Path path) {
        this.path = path;
    }

    /** Makes it if it is not there, and private in any case. */
    void prepare() {
        try {
            if (Files.isDirectory(path)) {
                Files.setPosixFilePermissions(path, PRIVATE);
            } else {
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PRIVATE));
            }
        } catch (IOException e) {
            LOG.warn("the folder of control sockets cannot be used", e);
        }
    }

    /** Makes it anew when it was removed. */
    void renew() {
        if (!Files.isDirectory(path)) {
            prepare();
        }
    }

    /** Whether files were made or removed since this was last asked; true once too often rather than too seldom. */
    boolean mayHaveChanged() {
        try {
            FileTime now = Files.getLastModifiedTime(path);
            boolean settled = now.toInstant().isBefore(Instant.now().minus(STEP));
            boolean same = now.equals(seen);
            seen = settled ? now : null;
            return !same;
        } catch (IOException e) {
            prepare();
            seen = null;
            return true;
        }
    }

    /** Removes the sockets that nobody listens on, other than these. Returns which. */
    List<Path> clean(Set<Path> keep) {
        List<Path> removed = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                boolean stale = !keep.contains(file) && SocketFile.isSocket(file) && !SocketFile.listens(file);
                if (stale && Files.deleteIfExists(file)) {
                    removed.add(file);
                }
            }
        } catch (IOException e) {
            LOG.warn("the folder of control sockets cannot be cleaned", e);
        }
        return removed;
    }
}
