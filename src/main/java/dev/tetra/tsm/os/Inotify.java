package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A queue of inotify(7). The kernel keeps events until they are read, and says so when they have become too many; a read
 * that finds none costs a microsecond, and no thread waits for any. Used by one thread at a time.
 */
final class Inotify implements AutoCloseable {
    static final int IN_MODIFY = 0x2;
    static final int IN_ATTRIB = 0x4;
    static final int IN_CLOSE_WRITE = 0x8;
    static final int IN_MOVED_FROM = 0x40;
    static final int IN_MOVED_TO = 0x80;
    static final int IN_CREATE = 0x100;
    static final int IN_DELETE = 0x200;
    static final int IN_DELETE_SELF = 0x400;
    static final int IN_MOVE_SELF = 0x800;
    static final int IN_ONLYDIR = 0x0100_0000;
    static final int IN_ONESHOT = 0x8000_0000;

    /** struct inotify_event: the watch, the mask, a cookie, the length of the name; the name follows, padded with NULs. */
    private static final int MASK_AT = 4;

    private static final int LENGTH_AT = 12;

    private static final int NAME_AT = 16;

    private static final int BUFFER = 16384;
    private static final int IN_Q_OVERFLOW = 0x4000;
    /** How often it is read at most: what is left then tells of a change the next time. */
    private static final int READS = 1000;

    private final int descriptor;
    private boolean closed;

    /** Takes what has happened. */
    @FunctionalInterface
    interface Taker {
        /**
         * Something happened.
         *
         * @param watch the number that {@link #add} gave
         * @param name of what is in the folder that is watched, padded with NULs; empty when it is about that itself
         */
        void happened(int watch, MemorySegment name);
    }

    /** @throws IOException when the user has as many of them as the system allows, or the daemon as many files open */
    Inotify() throws IOException {
        try (Frame frame = new Frame()) {
            descriptor =
                    frame.call(Libc.Changes.INIT, Platform.current().oNonblock | (long) Platform.current().oCloexec);
            if (descriptor < 0) {
                throw new IOException("changes of files can't be watched: " + Errno.words(frame.errno()));
            }
        }
    }

    /**
     * Watches a file or a folder from now on; one that is watched already for that in place of what it was watched for.
     *
     * @return its number; the same for the same file by another name
     * @throws NoSuchFileException when there is none
     * @throws IOException when it can't be watched, such as at the system's limit
     */
    int add(Path path, int wanted) throws IOException {
        requireOpen();
        try (Frame frame = new Frame()) {
            int watch = frame.call(Libc.Changes.ADD_WATCH, descriptor, frame.text(path.toString()), wanted);
            if (watch < 0) {
                int errno = frame.errno();
                throw errno == Errno.ENOENT || errno == Errno.ENOTDIR
                        ? new NoSuchFileException(path.toString())
                        : new IOException(path + " can't be watched: " + Errno.words(errno));
            }
            return watch;
        }
    }

    /** Watches that no more; nothing when it is not watched any more. */
    void remove(int watch) {
        requireOpen();
        try (Frame frame = new Frame()) {
            frame.call(Libc.Changes.RM_WATCH, descriptor, watch);
        }
    }

    /** For poll(2). */
    int descriptor() {
        requireOpen();
        return descriptor;
    }

    /** Gives what has happened since this was last asked; false when not all of it is known. */
    boolean take(Taker taker) {
        requireOpen();
        boolean all = true;
        try (Frame frame = new Frame()) {
            MemorySegment events = frame.allocate(BUFFER);
            for (int i = 0; i < READS; i++) {
                long length = frame.callLong(Libc.Files.READ, descriptor, events.address(), BUFFER);
                if (length <= 0) {
                    return all && frame.errno() == Errno.EAGAIN;
                }
                all &= take(events, length, taker);
            }
        }
        return false;
    }

    private static boolean take(MemorySegment events, long length, Taker taker) {
        boolean all = true;
        for (long at = 0; at < length; ) {
            int padded = events.get(JAVA_INT, at + LENGTH_AT);
            all &= (events.get(JAVA_INT, at + MASK_AT) & IN_Q_OVERFLOW) == 0;
            taker.happened(events.get(JAVA_INT, at), events.asSlice(at + NAME_AT, padded));
            at += NAME_AT + padded;
        }
        return all;
    }

    /** The number may be another file's by then. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (Frame frame = new Frame()) {
            frame.call(Libc.Files.CLOSE, descriptor);
        }
    }
}
