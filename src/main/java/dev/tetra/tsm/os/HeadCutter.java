package dev.tetra.tsm.os;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Takes the beginning off a file that other programs have open for append, without their noticing. What a file system
 * can't do is answered by false, and the file is as it was then.
 */
public interface HeadCutter {
    /** Can do nothing of it, as on systems without fallocate(2). */
    HeadCutter NONE = new HeadCutter() {
        @Override
        public boolean punch(Path file, long from, long to) {
            return false;
        }

        @Override
        public boolean collapse(Path file, long length) {
            return false;
        }

        @Override
        public long firstData(Path file) {
            return 0;
        }
    };

    /**
     * Gives the room of the bytes from {@code from} to {@code to} back to the file system; they read as zeros, and
     * nothing moves. Doing it again does nothing.
     *
     * @throws IOException when it failed although the file system can do it
     */
    boolean punch(Path file, long from, long to) throws IOException;

    /**
     * Takes the first bytes out, so that what follows them is the beginning of the file. Appends by others come before
     * or after it, as both take the inode's lock.
     *
     * @param length a multiple of the file system's block size, less than the size of the file
     * @throws IOException when it failed although the file system can do it
     */
    boolean collapse(Path file, long length) throws IOException;

    /** Where the first byte is that is in no hole; the size of the file when all of it is one. */
    long firstData(Path file) throws IOException;
}
