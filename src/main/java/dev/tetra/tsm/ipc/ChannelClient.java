package dev.tetra.tsm.ipc;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks one line of a Unix socket. */
public final class ChannelClient {
    private static final long RETRY_MILLIS = 10;
    private static final int CHUNK = 4096;

    private ChannelClient() {}

    /**
     * Sends a line and waits for the line that answers it.
     *
     * @param line without its end
     * @param within for all of it
     * @param limit the longest answer taken, in bytes
     * @return the answer without its end
     * @throws ConnectException when nobody listens
     * @throws SocketTimeoutException when it takes longer
     * @throws EOFException when the connection was closed without an answer
     */
    public static byte[] ask(Path path, byte[] line, Duration within, int limit) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        try (SocketChannel channel = connect(path, deadline)) {
            // A blocking read of a channel has no timeout of its own; closing it ends the wait.
            CompletableFuture<Boolean> alarm = new CompletableFuture<Boolean>()
                    .completeOnTimeout(true, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            CompletableFuture<Void> closing = alarm.thenAccept(late -> closeQuietly(channel));
            try {
                return exchange(channel, line, limit);
            } catch (ClosedChannelException e) {
                throw new SocketTimeoutException("no answer in time");
            } finally {
                closing.cancel(false);
                alarm.cancel(false);
            }
        }
    }

    private static SocketChannel connect(Path path, long deadline) throws IOException {
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                if (channel.connect(UnixDomainSocketAddress.of(path))) {
                    channel.configureBlocking(true);
                    return channel;
                }
                // The backlog is full: unlike TCP, the kernel does not go on connecting (EAGAIN in connect(2)).
                channel.close();
            } catch (IOException e) {
                channel.close();
                if (!backlogFull(path, e)) {
                    throw e;
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new SocketTimeoutException("it accepts no connection");
            }
            pause();
        }
    }

    /** The JDK gives EAGAIN as a SocketException; the others of its kind come when there is no socket or no right to it. */
    private static boolean backlogFull(Path path, IOException e) {
        return e instanceof SocketException
                && !(e instanceof ConnectException)
                && SocketFile.isSocket(path)
                && Files.isWritable(path);
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static byte[] exchange(SocketChannel channel, byte[] line, int limit) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n');
        request.flip();
        try {
            while (request.hasRemaining()) {
                channel.write(request);
            }
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException refused) {
            try {
                // Closed by the other side, which may have said why.
                return answer(channel, limit);
            } catch (IOException silent) {
                refused.addSuppressed(silent);
                throw refused;
            }
        }
        return answer(channel, limit);
    }

    private static byte[] answer(SocketChannel channel, int limit) throws IOException {
        LineBuffer answer = new LineBuffer(limit);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (true) {
            int count = channel.read(chunk.clear());
            if (count > 0) {
                answer.append(chunk.flip());
            }
            if (answer.overlong()) {
                throw new IOException("the answer is longer than " + limit + " bytes");
            }
            byte[] whole = count < 0 ? answer.rest() : answer.next();
            if (whole != null) {
                return whole;
            }
            if (count < 0) {
                throw new EOFException("closed without an answer");
            }
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
