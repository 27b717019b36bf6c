package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Changes by inotify(7). The kernel keeps them until they are read, and says so when they have become too many; a read
 * that finds none costs a microsecond, and no thread waits for any.
 */
final class Inotify implements FolderChanges {
    private static final int IN_MODIFY = 0x2;
    private static final int IN_ATTRIB = 0x4;
    private static final int IN_CLOSE_WRITE = 0x8;
    private static final int IN_MOVED_FROM = 0x40;
    private static final int IN_MOVED_TO = 0x80;
    private static final int IN_CREATE = 0x100;
    private static final int IN_DELETE = 0x200;
    private static final int IN_DELETE_SELF = 0x400;
    private static final int IN_MOVE_SELF = 0x800;
    private static final int IN_ONLYDIR = 0x0100_0000;
    private static final int WANTED = IN_MODIFY
            | IN_ATTRIB
            | IN_CLOSE_WRITE
            | IN_MOVED_FROM
            | IN_MOVED_TO
            | IN_CREATE
            | IN_DELETE
            | IN_DELETE_SELF
            | IN_MOVE_SELF
            | IN_ONLYDIR;

    /** struct inotify_event: the watch, the mask, a cookie, the length of the name; the name follows, padded with NULs. */
    private static final int LENGTH_AT = 12;

    private static final int NAME_AT = 16;

    private static final int BUFFER = 16384;
    /** How often it is read at most: what is left then tells of a change the next time. */
    private static final int READS = 1000;

    private final int descriptor;
    private final Map<Integer, Set<String>> counting = new HashMap<>();
    private boolean closed;

    /** @throws IOException when the user has as many of them as the system allows, or the daemon as many files open */
    Inotify() throws IOException {
        try (Frame frame = new Frame()) {
            descriptor =
                    frame.call(Libc.Changes.INIT, Platform.current().oNonblock | (long) Platform.current().oCloexec);
            if (descriptor < 0) {
                throw new IOException("changes of folders can't be watched: " + Errno.words(frame.errno()));
            }
        }
    }

    @Override
    public void watch(Path folder, Set<String> names) throws IOException {
        requireOpen();
        try (Frame frame = new Frame()) {
            int watch = frame.call(Libc.Changes.ADD_WATCH, descriptor, frame.text(folder.toString()), WANTED);
            if (watch < 0) {
                int errno = frame.errno();
                throw errno == Errno.ENOENT || errno == Errno.ENOTDIR
                        ? new NoSuchFileException(folder.toString())
                        : new IOException(folder + " can't be watched: " + Errno.words(errno));
            }
            if (names.isEmpty()) {
                counting.remove(watch);
            } else {
                counting.put(watch, Set.copyOf(names));
            }
        }
    }

    @Override
    public boolean any() {
        requireOpen();
        boolean any = false;
        try (Frame frame = new Frame()) {
            MemorySegment events = frame.allocate(BUFFER);
            for (int i = 0; i < READS; i++) {
                long length = frame.callLong(Libc.Files.READ, descriptor, events.address(), BUFFER);
                if (length <= 0) {
                    return any || frame.errno() != Errno.EAGAIN;
                }
                any |= counts(events, length);
            }
        }
        return true;
    }

    private boolean counts(MemorySegment events, long length) {
        boolean any = false;
        for (long at = 0; at < length; ) {
            int padded = events.get(JAVA_INT, at + LENGTH_AT);
            Set<String> names = counting.get(events.get(JAVA_INT, at));
            // Without a name it tells of the folder itself, or that events were lost.
            any |= names == null
                    || padded == 0
                    || names.contains(events.asSlice(at + NAME_AT, padded).getString(0, StandardCharsets.ISO_8859_1));
            at += NAME_AT + padded;
        }
        return any;
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
