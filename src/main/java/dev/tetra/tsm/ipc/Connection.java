package dev.tetra.tsm.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * One client of a channel. It is read only while nothing of it is being answered and written to, so what it can make the
 * daemon keep is one request and one answer. Used by the server's thread alone.
 */
final class Connection {
    /** What a client may still send after it was told that it sent too much. */
    private static final long DISCARD_BYTES = 16 << 20;

    /** Differences of {@link System#nanoTime} can be compared, its values cannot. */
    private static final long EPOCH = System.nanoTime();

    private enum Phase {
        READING,
        ANSWERING,
        WRITING,
        /** Told why it is closed; what it still sends is thrown away, so that it gets to read that. */
        DISCARDING
    }

    private final SocketChannel socket;
    private final SelectionKey key;
    private final Channel channel;
    private final ChannelLimits limits;
    private final LineBuffer in;
    private Phase phase = Phase.READING;
    private @Nullable ByteBuffer out;
    private boolean ended;
    private boolean last;
    private long discarded;
    private long deadline;
    private long waitingSince = System.nanoTime();

    Connection(SocketChannel socket, SelectionKey key, Channel channel, ChannelLimits limits) {
        this.socket = socket;
        this.key = key;
        this.channel = channel;
        this.limits = limits;
        this.in = new LineBuffer(limits.line());
        this.deadline = System.nanoTime() + limits.first().toNanos();
    }

    Channel channel() {
        return channel;
    }

    /** The name of the user at the other end. */
    String user() {
        try {
            Principal user = socket.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
            return user.getName();
        } catch (IOException | UnsupportedOperationException e) {
            return "somebody";
        }
    }

    /** When it is to be closed if nothing happens; {@link Long#MAX_VALUE} nanoseconds away while it is being answered. */
    long nanosLeft(long now) {
        return phase == Phase.ANSWERING ? Long.MAX_VALUE : deadline - now;
    }

    /** Whether it waits for the daemon, and not the other way round. */
    boolean isAnswered() {
        return phase == Phase.ANSWERING;
    }

    /** Since when the daemon waits for it; to be compared with others' alone. */
    long waitingSince() {
        return waitingSince - EPOCH;
    }

    /** How much longer it is not sent away for another one, in nanoseconds; negative when that is over. */
    long courtesyLeft() {
        return limits.courtesy().toNanos() - (System.nanoTime() - waitingSince);
    }

    /**
     * Does what the socket is ready for.
     *
     * @param chunk to read into
     * @return a request that is to be answered now
     * @throws IOException when the connection is over
     */
    byte @Nullable [] ready(ByteBuffer chunk) throws IOException {
        switch (phase) {
            case READING -> read(chunk);
            case WRITING -> write();
            case DISCARDING -> discard(chunk);
            case ANSWERING -> {}
        }
        return next();
    }

    /** Takes the answer to the request under way; gives the next request if there is one. */
    byte @Nullable [] answered(byte[] answer) throws IOException {
        send(answer);
        return next();
    }

    /** Its time is over: it is closed, with a word if it began a request, because that word says what was missing. */
    void expired() throws IOException {
        if (phase == Phase.READING && !in.isEmpty()) {
            last = true;
            send("ERR incomplete line".getBytes(StandardCharsets.US_ASCII));
        } else {
            close();
        }
    }

    /** Whether it has ended. */
    boolean over() {
        return !socket.isOpen();
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    private byte @Nullable [] next() throws IOException {
        if (phase != Phase.READING) {
            return null;
        }
        if (in.overlong()) {
            last = true;
            send("ERR line too long".getBytes(StandardCharsets.US_ASCII));
            return null;
        }
        byte[] line = in.next();
        if (line == null && ended) {
            line = in.rest();
        }
        if (line != null) {
            enter(Phase.ANSWERING, 0);
            return line;
        }
        if (ended) {
            close();
        } else {
            key.interestOps(SelectionKey.OP_READ);
        }
        return null;
    }

    private void read(ByteBuffer chunk) throws IOException {
        int count = socket.read(chunk.clear());
        if (count < 0) {
            ended = true;
        } else if (count > 0) {
            if (in.isEmpty()) {
                deadline = System.nanoTime() + limits.first().toNanos();
            }
            in.append(chunk.flip());
        }
    }

    private void send(byte[] answer) throws IOException {
        out = ByteBuffer.allocate(answer.length + 1)
                .put(answer)
                .put((byte) '\n')
                .flip();
        deadline = System.nanoTime() + limits.stalled().toNanos();
        phase = Phase.WRITING;
        waitingSince = System.nanoTime();
        write();
    }

    private void write() throws IOException {
        ByteBuffer left = out;
        if (left != null && left.hasRemaining()) {
            socket.write(left);
        }
        if (left != null && left.hasRemaining()) {
            key.interestOps(SelectionKey.OP_WRITE);
            return;
        }
        out = null;
        deadline = System.nanoTime() + (in.isEmpty() ? limits.next() : limits.first()).toNanos();
        if (last) {
            deadline = System.nanoTime() + limits.next().toNanos();
            socket.shutdownOutput();
            enter(Phase.DISCARDING, SelectionKey.OP_READ);
        } else {
            phase = Phase.READING;
        }
    }

    private void discard(ByteBuffer chunk) throws IOException {
        int count = socket.read(chunk.clear());
        discarded += Math.max(count, 0);
        if (count < 0 || discarded > DISCARD_BYTES) {
            close();
        }
    }

    private void enter(Phase next, int interest) {
        phase = next;
        key.interestOps(interest);
    }
}
