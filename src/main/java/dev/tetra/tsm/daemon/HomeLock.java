package dev.tetra.tsm.daemon;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps a home for one daemon. The kernel takes the lock back when the daemon dies, however it does. */
final class HomeLock implements AutoCloseable {
    private static final long LOOK_MILLIS = 10;
    private static final Duration HELLO = Duration.ofSeconds(1);

    /** Another daemon of the home serves, and this one is not needed. */
    static final class Served extends IOException {
        private static final long serialVersionUID = 1;

        Served() {
            super("another daemon serves this home");
        }
    }

    private final Path file;
    private final FileChannel channel;
    private final @Nullable Object key;

    private HomeLock(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.key = key(file);
    }

    /** What tells a file from another of the same name: device and inode. */
    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Whether the home is still where it was taken; false when it was removed, moved away, or made anew. */
    boolean inPlace() {
        try {
            return Objects.equals(key, key(file));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // What cannot be looked at now may be there.
            return true;
        }
    }

    /**
     * Takes the lock; waits for a daemon that is just ending.
     *
     * @param yields whether to give way to another daemon as soon as that serves
     * @throws Served when it gives way
     * @throws TsmException.Unavailable when another daemon keeps it, or the home cannot be written
     */
    static HomeLock take(Path home, Duration wait, boolean yields) throws Served {
        Path file = home.resolve("daemon.lock");
        try {
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
            FileChannel channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            long deadline = System.nanoTime() + wait.toNanos();
            while (true) {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return new HomeLock(file, channel);
                }
                if (yields && serves(home)) {
                    channel.close();
                    throw new Served();
                }
                if (System.nanoTime() - deadline > 0) {
                    channel.close();
                    throw new TsmException.Unavailable(
                            "another daemon has the home " + home, "tsm daemon status shows whether it answers");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (Served e) {
            throw e;
        } catch (IOException e) {
            throw new TsmException.Unavailable(
                    "the home " + home + " cannot be used: " + e, "look at its rights and at the free space", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("interrupted", "", e);
        }
    }

    /** Whether the daemon that has the lock can be asked: it writes the control file last of all, and removes it first. */
    private static boolean serves(Path home) throws IOException {
        return ControlFile.read(home)
                .filter(control ->
                        ControlClient.connect(control, HELLO).map(HomeLock::bye).isPresent())
                .isPresent();
    }

    private static boolean bye(ControlClient client) {
        try {
            client.close();
        } catch (IOException e) {
            // It was there, which is all that was asked.
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
