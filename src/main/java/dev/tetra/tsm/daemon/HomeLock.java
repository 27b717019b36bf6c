package dev.tetra.tsm.daemon;

import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Keeps a home for one daemon. The kernel takes the lock back when the daemon dies, however it does. */
final class HomeLock implements AutoCloseable {
    private static final long LOOK_MILLIS = 10;

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock; waits for a daemon that is just ending.
     *
     * @throws TsmException.Unavailable when another daemon keeps it, or the home cannot be written
     */
    static HomeLock take(Path home, Duration wait) {
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
                    return new HomeLock(channel);
                }
                if (System.nanoTime() - deadline > 0) {
                    channel.close();
                    throw new TsmException.Unavailable(
                            "another daemon has the home " + home, "tsm daemon status shows whether it answers");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (IOException e) {
            throw new TsmException.Unavailable(
                    "the home " + home + " cannot be used: " + e, "look at its rights and at the free space", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("interrupted", "", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
