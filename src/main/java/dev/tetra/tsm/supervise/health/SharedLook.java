package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.spec.Durations;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Looks at a run by way of a socket that others have too: connects again and again until the run itself is the one that
 * accepts, and only what that says counts. A connection that another has accepted is closed unused.
 */
final class SharedLook implements Look.Waiting {
    /** Of two that listen each gets about every other connection. */
    private static final int TRIES = 12;

    private final Page page;
    private final Duration timeout;
    private final Acceptor acceptor;
    private final Rule rule;

    /**
     * What counts when it is not known who answers.
     *
     * @param replaces whether the run is to take another one's place: then only what is certain counts
     * @param waits whether a connection that waits to be accepted is as good as one that was
     */
    record Rule(boolean replaces, boolean waits) {}

    SharedLook(Page page, Duration timeout, Acceptor acceptor, Rule rule) {
        this.page = page;
        this.timeout = timeout;
        this.acceptor = acceptor;
        this.rule = rule;
    }

    @Override
    public Look.Result now() throws InterruptedException {
        Deadline deadline = new Deadline(timeout);
        try {
            for (int tries = 0; tries < TRIES && deadline.nanos() > 0; tries++) {
                if (tries > 0) {
                    TimeUnit.MILLISECONDS.sleep(tries);
                }
                Look.Result result = once(deadline);
                if (!result.open()) {
                    return result;
                }
            }
            return Look.Result.open("another run answers on the socket that they share, this one has not");
        } catch (IOException e) {
            return page.failed(NetLook.words(e, timeout));
        }
    }

    private Look.Result once(Deadline deadline) throws IOException, InterruptedException {
        try (Socket socket = NetLook.connect(page, deadline)) {
            // Some servers are told of a connection only when there is something to read (TCP_DEFER_ACCEPT, tcp(7)).
            long wait = page.asks() ? deadline.nanos() / 2 : deadline.nanos();
            return switch (acceptor.of(socket, wait)) {
                case OURS -> page.asks() ? answer(socket, deadline) : page.connected();
                case OTHERS -> Look.Result.open("");
                case NOBODY -> page.asks() ? answerFirst(socket, deadline) : waiting();
                case UNTOLD -> untold(socket, deadline);
            };
        }
    }

    private Look.Result answer(Socket socket, Deadline deadline) throws IOException {
        return page.answered(NetLook.ask(talking(socket, deadline), page.request(), deadline, true));
    }

    /** By TLS where that is wanted; what is closed in the end is the socket below. */
    private Socket talking(Socket socket, Deadline deadline) throws IOException {
        try {
            return page.secure() ? Tls.over(socket, page.host(), page.port(), deadline.millis()) : socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Asks whoever will accept, and looks who it was before the connection is closed. */
    private Look.Result answerFirst(Socket socket, Deadline deadline) throws IOException, InterruptedException {
        int status = NetLook.ask(talking(socket, deadline), page.lastingRequest(), deadline, false);
        return acceptor.of(socket, 0) == Acceptor.Whose.OURS ? page.answered(status) : Look.Result.open("");
    }

    private Look.Result waiting() {
        return rule.waits() ? page.connected() : page.failed("nobody accepts within " + Durations.format(timeout));
    }

    private Look.Result untold(Socket socket, Deadline deadline) throws IOException {
        if (rule.replaces()) {
            return Look.Result.open("");
        }
        return page.asks() ? answer(socket, deadline) : page.connected();
    }
}
