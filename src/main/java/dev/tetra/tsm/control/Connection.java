package dev.tetra.tsm.control;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.WantOfMemory;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One proven client: its request, its answer, and a clean end. */
final class Connection {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    private final Socket socket;
    private final ConnectionInput in;
    private final RequestHandler handler;
    private final ControlLimits limits;
    private final ScheduledExecutorService deadlines;
    private final Executor threads;
    private volatile @Nullable SocketAnswer current;

    Connection(
            Socket socket,
            ConnectionInput in,
            RequestHandler handler,
            ControlLimits limits,
            ScheduledExecutorService deadlines,
            Executor threads) {
        this.socket = socket;
        this.in = in;
        this.handler = handler;
        this.limits = limits;
        this.deadlines = deadlines;
        this.threads = threads;
    }

    /** Whether its answer is a stream that only waits for more to come. */
    boolean isIdleStream(Duration time) {
        SocketAnswer given = current;
        return given != null && given.isIdleStream(time);
    }

    /** Reads the request and answers it. Returns when the answer was sent or the client is gone. */
    void serve() throws IOException {
        FrameWriter frames = new FrameWriter(socket, limits.write(), deadlines);
        Request request;
        try {
            in.within(limits.request());
            request = RequestFormat.read(in, limits.requestBytes());
            in.unlimited();
        } catch (TsmException e) {
            refuse(frames, e);
            return;
        }
        SocketAnswer answer = new SocketAnswer(socket, frames, limits, request.inIsTerminal());
        current = answer;
        CompletableFuture<Void> heard = CompletableFuture.runAsync(() -> answer.listen(in), threads);
        try {
            handler.handle(request, answer);
            answer.finish();
        } catch (ClientGoneException e) {
            log.debug("client {} went away", request.clientPid());
        } catch (TsmException e) {
            answer.fail(text(e), e.exitCode());
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            WantOfMemory.endOn(e);
            if (!answer.isGone()) {
                // Only the verb: the other words may hold secrets.
                log.error(
                        "the command '{}' failed",
                        request.words().stream().findFirst().orElse(""),
                        e);
                answer.fail(text(new TsmException.Internal("internal error: " + e, e)), 70);
            }
        }
        linger(heard);
    }

    private static String text(TsmException e) {
        return "tsm: " + e.getMessage() + "\n" + (e.hint().isEmpty() ? "" : "  hint: " + e.hint() + "\n");
    }

    private void refuse(FrameWriter frames, TsmException e) throws IOException {
        frames.text('e', text(e));
        frames.exit(e.exitCode());
        socket.shutdownOutput();
        // What the client still sends has to be read: closing on unread bytes resets the connection, and the reset
        // would take the message along (RFC 9293, 3.6.1).
        in.within(limits.handshake());
        try {
            while (in.fill()) {
                in.skip();
            }
        } catch (IOException late) {
            log.debug("the client of a bad request doesn't end", late);
        }
    }

    /** Lets the client close first, for the same reason as in {@link #refuse}. */
    private void linger(CompletableFuture<Void> heard) throws IOException {
        if (!socket.isClosed()) {
            socket.shutdownOutput();
        }
        heard.completeOnTimeout(null, limits.handshake().toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** Ends the connection now. */
    void cut() {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("can't close a connection", e);
        }
    }
}
