package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.tetra.tsm.model.TsmException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of /proc by plain open, read and close into memory that is used again; a scan of a few hundred processes
 * takes several times as long through java.nio.file. Used by one thread.
 */
final class Proc implements AutoCloseable {
    private static final int FIRST_SIZE = 4096;
    /** Larger than any environment the kernel passes on (execve(2): a quarter of the stack limit, 6 MiB at most). */
    private static final int LARGEST = 64 << 20;

    private final Frame frame = new Frame();
    private final MemorySegment path = frame.allocate(64);
    private MemorySegment buffer = frame.allocate(FIRST_SIZE);
    private byte[] bytes = new byte[FIRST_SIZE];
    private int length;

    Frame frame() {
        return frame;
    }

    /** What was read last; {@link #length} bytes of it count. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Forgets what was read last. */
    void clear() {
        length = 0;
    }

    /**
     * Opens {@code /proc/PID/name}; negative when there is no such process, or this user may not look.
     *
     * @throws TsmException.Exhausted when nothing can be opened: that says nothing about the process, which must not be
     *     taken for one that is gone
     */
    int open(long pid, String name) {
        int descriptor = frame.call(Libc.Files.OPEN, path(pid, name), Platform.current().oCloexec);
        if (descriptor < 0 && Errno.exhausted(frame.errno())) {
            throw Errno.cannotLook(Errno.words(frame.errno()));
        }
        return descriptor;
    }

    /** The path as a C string; valid until the next call. */
    long path(long pid, String name) {
        String text = "/proc/" + pid + "/" + name;
        for (int i = 0; i < text.length(); i++) {
            path.set(JAVA_BYTE, i, (byte) text.charAt(i));
        }
        path.set(JAVA_BYTE, text.length(), (byte) 0);
        return path.address();
    }

    void close(int descriptor) {
        frame.call(Libc.Files.CLOSE, descriptor);
    }

    /** Reads all of {@code /proc/PID/name}; false when that is not possible. */
    boolean read(long pid, String name) {
        int descriptor = open(pid, name);
        if (descriptor < 0) {
            return false;
        }
        boolean good = read(descriptor);
        close(descriptor);
        return good;
    }

    /** Reads all that an open file gives. */
    boolean read(int descriptor) {
        length = 0;
        while (true) {
            long room = buffer.byteSize() - length;
            long n = frame.callLong(Libc.Files.READ, descriptor, buffer.address() + length, room);
            if (n < 0) {
                return false;
            }
            length += (int) n;
            if (n == 0) {
                MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, 0, length);
                return true;
            }
            if (length == buffer.byteSize() && !grow()) {
                return false;
            }
        }
    }

    /** Reads what one call gives: enough for files of one short line, and half the calls. */
    boolean readOnce(int descriptor) {
        long n = frame.callLong(Libc.Files.READ, descriptor, buffer.address(), buffer.byteSize());
        length = (int) Math.max(n, 0);
        MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, 0, length);
        return n > 0;
    }

    /** What a symbolic link of /proc says; null when this user may not look or it is gone. */
    byte @Nullable [] link(long pid, String name) {
        long n = frame.callLong(Libc.MoreFiles.READLINK, path(pid, name), buffer.address(), buffer.byteSize());
        return n < 0 ? null : buffer.asSlice(0, n).toArray(JAVA_BYTE);
    }

    private boolean grow() {
        if (buffer.byteSize() >= LARGEST) {
            return false;
        }
        MemorySegment larger = frame.allocate(buffer.byteSize() * 4);
        MemorySegment.copy(buffer, 0, larger, 0, length);
        buffer = larger;
        bytes = Arrays.copyOf(bytes, (int) larger.byteSize());
        return true;
    }

    @Override
    public void close() {
        frame.close();
    }
}
