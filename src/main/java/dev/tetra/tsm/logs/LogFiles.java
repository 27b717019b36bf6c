package dev.tetra.tsm.logs;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.HeadCutter;
import dev.tetra.tsm.os.Hosts;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The log files of the processes of one home: {@code logs/<name>/out.log} and {@code err.log}, and beside each what was
 * cut off it and when its bytes were written.
 */
public final class LogFiles {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private static final int MOST_TRIES = 10;

    private final Path logs;
    private final HeadCutter cutter;
    private final Map<Path, StoredLog> known = new ConcurrentHashMap<>();
    /** Those that were deleted and may still be followed, in case the name is used again meanwhile. */
    private final Map<Path, WeakReference<StoredLog>> deleted = new ConcurrentHashMap<>();

    public LogFiles(Path home) {
        this(home, Hosts.headCutter());
    }

    /** Log files that are cut in this way. */
    LogFiles(Path home, HeadCutter cutter) {
        this.logs = home.resolve("logs");
        this.cutter = cutter;
    }

    /**
     * How much room a log takes.
     *
     * @param file bytes in the file that is written
     * @param parts how many parts were cut off and are kept
     * @param compressed bytes that these take
     */
    public record Size(long file, int parts, long compressed) {
        /** All of it. */
        public long total() {
            return file + compressed;
        }
    }

    /** The log of a process; the same object at every call. */
    public StoredLog log(String name, LogStream stream) {
        return known.computeIfAbsent(file(name, stream), this::open);
    }

    private StoredLog open(Path path) {
        WeakReference<StoredLog> followed = deleted.remove(path);
        StoredLog log = followed == null ? null : followed.get();
        return log == null ? StoredLog.of(path, cutter) : log;
    }

    /**
     * The folder of a process's logs.
     *
     * @throws IllegalArgumentException for a name that is no single part of a path
     */
    public Path folder(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || name.indexOf(0) >= 0) {
            throw new IllegalArgumentException("no name for a folder: '" + name + "'");
        }
        return logs.resolve(name);
    }

    /** The file that a process's output goes to. */
    public Path file(String name, LogStream stream) {
        return folder(name).resolve(stream.fileName());
    }

    /** The sources of a process in the order of the streams given. */
    public List<LogSource> sources(String name, Collection<LogStream> streams) {
        return streams.stream()
                .map(stream -> new LogSource(name, stream, log(name, stream)))
                .toList();
    }

    /**
     * Before a run is ended for a next one, which could not begin without its logs.
     *
     * @throws TsmException.Failed when a next run could not open its logs, as on a file system that was mounted read-only
     */
    public void requireWritable(String name) {
        Path there = folder(name);
        for (Path up = there.getParent(); up != null && !Files.exists(there); up = up.getParent()) {
            there = up;
        }
        if (!Files.isWritable(there)) {
            throw new TsmException.Failed(
                    "a new run could not write its logs, as " + there + " cannot be written: it is left as it was",
                    "look at the rights of the folder, and whether its file system is mounted read-only");
        }
    }

    /** Makes the folder, for its owner alone; one that is there stays as it is. */
    public void create(String name) throws IOException {
        Files.createDirectories(logs.getParent());
        createPrivate(logs);
        createPrivate(folder(name));
    }

    /** The present size; nothing for a file that is not there. */
    public Size size(String name, LogStream stream) throws IOException {
        StoredLog log = log(name, stream);
        StoredLog.Look look = log.look(Instant.now());
        long compressed = 0;
        int parts = 0;
        for (LogPart part : log.parts()) {
            try {
                compressed += Files.size(part.path());
                parts++;
            } catch (NoSuchFileException e) {
                // the oldest, removed meanwhile
            }
        }
        return new Size(look.end() - look.head(), parts, compressed);
    }

    /**
     * Empties both logs of a process in place, and removes what was cut off them. Its writers opened them with O_APPEND,
     * so they go on at the new end (open(2)) and no reader sees a hole.
     *
     * @return how many bytes were there, before they were compressed
     */
    public long flush(String name) throws IOException {
        long emptied = 0;
        for (LogStream stream : LogStream.values()) {
            emptied += log(name, stream).flush();
        }
        return emptied;
    }

    /** Deletes a process's logs with everything in their folder. Links are removed, not followed. */
    public void delete(String name) throws IOException {
        Path folder = folder(name);
        StoredLog out = log(name, LogStream.OUT);
        StoredLog err = log(name, LogStream.ERR);
        out.cutting().lock();
        err.cutting().lock();
        try {
            deleteAll(folder);
            for (StoredLog log : List.of(out, err)) {
                log.forget();
                deleted.put(log.file(), new WeakReference<>(log));
                known.remove(log.file());
            }
            deleted.values().removeIf(log -> log.get() == null);
        } finally {
            err.cutting().unlock();
            out.cutting().unlock();
        }
    }

    /** Who looks at the logs just then may put a file of marks there again. */
    private static void deleteAll(Path folder) throws IOException {
        for (int tries = 1; Files.exists(folder, LinkOption.NOFOLLOW_LINKS); tries++) {
            try {
                Files.walkFileTree(folder, new Deleter());
            } catch (DirectoryNotEmptyException e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    private static void createPrivate(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            // mkdir(2) takes the umask off the mode, and a daemon may run under a strange one
            Files.setPosixFilePermissions(folder, OWNER_ONLY);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    private static final class Deleter extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException error) throws IOException {
            if (error instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw error;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error) throws IOException {
            if (error != null) {
                throw error;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
