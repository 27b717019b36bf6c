package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.repl.top.Effect;
import dev.tetra.tsm.repl.top.Look;
import dev.tetra.tsm.repl.top.TopModel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Brings the daemon's looks. Without a daemon it goes on trying to reach one, and starts none. */
final class TopFeed implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofMillis(300);
    private static final String GONE =
            "the daemon is gone; waiting for another one (any tsm command starts it, such as tsm list)";

    private final Caller caller;
    private final Queue<Top.Event> events;
    private final Thread thread = Thread.ofVirtual().name("feed").unstarted(this::loop);
    private volatile @Nullable ControlClient connection;
    private volatile boolean closed;

    /** A look, for the model. */
    record Seen(Look look) implements Top.Event {
        @Override
        public Optional<Effect> happens(TopModel model) {
            model.look(look);
            return Optional.empty();
        }
    }

    TopFeed(Caller caller, Queue<Top.Event> events) {
        this.caller = caller;
        this.events = events;
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        thread.interrupt();
        ControlClient open = connection;
        if (open != null) {
            open.close();
        }
    }

    private void loop() {
        boolean told = false;
        while (!closed) {
            try {
                Optional<ControlClient> client = ControlClient.connect(caller.home(), CONNECT);
                if (client.isPresent()) {
                    told = false;
                    watch(client.get());
                }
            } catch (IOException e) {
                // Told below, as when there is none.
            }
            if (!told && !closed) {
                told = true;
                events.add(model -> {
                    model.lost(GONE);
                    return Optional.empty();
                });
            }
            try {
                TimeUnit.NANOSECONDS.sleep(AGAIN.toNanos());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void watch(ControlClient client) throws IOException {
        try (client) {
            connection = client;
            if (closed) {
                return;
            }
            TopRequests.Cutter lines =
                    new TopRequests.Cutter(line -> events.add(new Seen(Look.parse(line))), caller.environment());
            client.run(TopRequests.of(caller, List.of("__live")), lines);
        } finally {
            connection = null;
        }
    }
}
