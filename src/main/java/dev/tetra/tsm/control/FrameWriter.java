package dev.tetra.tsm.control;

import dev.tetra.tsm.model.RawText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Frames of an answer, each sent within a deadline: a client that doesn't read is cut off. Not thread-safe. */
final class FrameWriter {
    /** The most bytes in a frame: the launcher holds one in a shell variable. */
    static final int MAX_FRAME = 65536;

    private static final Logger log = LoggerFactory.getLogger(FrameWriter.class);

    private final Socket socket;
    private final OutputStream out;
    private final Duration limit;
    private final ScheduledExecutorService deadlines;

    FrameWriter(Socket socket, Duration limit, ScheduledExecutorService deadlines) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.limit = limit;
        this.deadlines = deadlines;
    }

    /** Text as one or more frames of a type. */
    void text(char type, String text) throws IOException {
        byte[] bytes = RawText.encode(text);
        bytes(type, bytes, 0, bytes.length);
    }

    /** Bytes as one or more frames; type {@code o} or {@code e}, which becomes a capital where there are NUL bytes. */
    void bytes(char type, byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; done += MAX_FRAME) {
            int count = Math.min(MAX_FRAME, length - done);
            char actual = hasNul(bytes, offset + done, count) ? Character.toUpperCase(type) : type;
            send(actual + " " + count + "\n", bytes, offset + done, count);
        }
    }

    /** A frame without content. */
    void header(String header) throws IOException {
        send(header + "\n", new byte[0], 0, 0);
    }

    /** A frame with content. */
    void frame(char type, byte[] content) throws IOException {
        send(type + " " + content.length + "\n", content, 0, content.length);
    }

    /** Bytes without a frame, after the header {@code s}. */
    void raw(byte[] content) throws IOException {
        send("", content, 0, content.length);
    }

    /** The end. */
    void exit(int code) throws IOException {
        header("x " + code);
    }

    /** Writes without a deadline, for streams, which may rest as long as a pager does. */
    OutputStream unlimited() {
        return out;
    }

    private void send(String header, byte[] content, int offset, int length) throws IOException {
        // One write, so that the client finds header and content in one packet.
        ByteArrayOutputStream frame = new ByteArrayOutputStream(header.length() + length);
        frame.writeBytes(header.getBytes(StandardCharsets.ISO_8859_1));
        frame.write(content, offset, length);
        ScheduledFuture<?> deadline = deadlines.schedule(this::cut, limit.toNanos(), TimeUnit.NANOSECONDS);
        try {
            frame.writeTo(out);
        } finally {
            deadline.cancel(false);
        }
    }

    private void cut() {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("can't close a connection", e);
        }
    }

    private static boolean hasNul(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return false;
    }
}
