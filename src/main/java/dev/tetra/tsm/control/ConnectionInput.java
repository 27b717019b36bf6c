package dev.tetra.tsm.control;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;

/** Buffered bytes from a connection, with deadlines that a trickle of bytes can't stretch. Used by one thread. */
final class ConnectionInput {
    private final Socket socket;
    private final boolean quick;
    private final byte[] buffer = new byte[8192];
    private int position;
    private int limit;
    private long deadline;
    private boolean limited;

    ConnectionInput(Socket socket) {
        this.socket = socket;
        this.quick = socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
    }

    /** All reads from now on together may take this long. */
    void within(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
        limited = true;
    }

    /** Reads may take forever from now on. */
    void unlimited() throws IOException {
        limited = false;
        socket.setSoTimeout(0);
    }

    /**
     * The next byte.
     *
     * @throws EOFException when there is none
     * @throws SocketTimeoutException when it did not come in time
     */
    byte next() throws IOException {
        if (position == limit && !fill()) {
            throw new EOFException("the other side closed the connection");
        }
        return buffer[position++];
    }

    /** Whether there are bytes to {@link #next}; waits for them; false at the end of the connection. */
    boolean fill() throws IOException {
        if (position < limit) {
            return true;
        }
        if (limited) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("too slow");
            }
            socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        }
        if (quick) {
            // Bash can't turn off Nagle's algorithm, so what it writes in pieces waits for our acknowledgement, which
            // the kernel would delay by 40 ms. The option lasts only for a while (tcp(7)), hence before every read.
            socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        }
        position = 0;
        limit = Math.max(0, socket.getInputStream().read(buffer));
        return limit > 0;
    }

    /** Moves what is buffered, at most {@code length} bytes. */
    int take(byte[] to, int offset, int length) {
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, to, offset, count);
        position += count;
        return count;
    }

    /** Drops what is buffered. */
    void skip() {
        position = limit;
    }

    /** How many bytes are buffered. */
    int buffered() {
        return limit - position;
    }

    /** A line of at most {@code max} bytes before its newline, as Latin 1; never reads beyond {@code max + 1} bytes. */
    String line(int max) throws IOException {
        StringBuilder line = new StringBuilder(max);
        for (int i = 0; i <= max; i++) {
            byte b = next();
            if (b == '\n') {
                return line.toString();
            }
            line.append((char) (b & 0xFF));
        }
        throw new IOException("a line of more than " + max + " bytes");
    }
}
