package dev.tetra.tsm.ipc;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes as they come, and the lines in them. Ends of lines are LF or CR LF. */
final class LineBuffer {
    private static final byte[] NOTHING = new byte[0];

    private final int limit;
    private byte[] bytes = NOTHING;
    private int size;
    /** Up to where no end of a line was found, so that a client that sends byte by byte costs no more than others. */
    private int scanned;

    LineBuffer(int limit) {
        this.limit = limit;
    }

    void append(ByteBuffer more) {
        int count = more.remaining();
        if (size + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + count, Math.min(2 * bytes.length, limit + 1)));
        }
        more.get(bytes, size, count);
        size += count;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Whether the first line, whole or not, is longer than it may be. */
    boolean overlong() {
        int end = end();
        return (end < 0 ? size : end) > limit;
    }

    /** Takes the first whole line. */
    byte @Nullable [] next() {
        int end = end();
        return end < 0 ? null : take(end, end + 1);
    }

    /** Takes what is there when no more comes; null when that is nothing. */
    byte @Nullable [] rest() {
        return size == 0 ? null : take(size, size);
    }

    private byte[] take(int end, int used) {
        int length = end > 0 && bytes[end - 1] == '\r' ? end - 1 : end;
        byte[] line = Arrays.copyOf(bytes, length);
        size -= used;
        scanned = 0;
        // An idle connection keeps no memory for a long line that it once sent.
        bytes = size == 0 ? NOTHING : Arrays.copyOfRange(bytes, used, used + size);
        return line;
    }

    private int end() {
        while (scanned < size) {
            if (bytes[scanned] == '\n') {
                return scanned;
            }
            scanned++;
        }
        return -1;
    }
}
