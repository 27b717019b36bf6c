package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.repl.top.LogText;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Follows the log of one process at a time, over a connection of its own. Keeps a bounded number of its last lines. */
final class TopLog implements AutoCloseable {
    private static final int KEPT = 1000;
    /** A program that writes much is shown so often, and not for every line. */
    private static final long BETWEEN_NANOS = Duration.ofMillis(100).toNanos();

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final Caller caller;
    private final Queue<Top.Event> events;
    private @Nullable Follower current;

    TopLog(Caller caller, Queue<Top.Event> events) {
        this.caller = caller;
        this.events = events;
    }

    /** Follows that process from now on, and nothing else; nothing at all when it is empty. Used by one thread. */
    void follow(Optional<Long> key, Optional<Integer> id) {
        Follower old = current;
        if (old != null && key.equals(Optional.of(old.key))) {
            return;
        }
        if (old != null) {
            old.end();
            current = null;
        }
        if (key.isPresent() && id.isPresent()) {
            Follower next = new Follower(key.get(), id.get());
            current = next;
            Thread.ofVirtual().name("log").start(next::loop);
            Thread.ofVirtual().name("log picture").start(next::show);
        }
    }

    @Override
    public void close() {
        follow(Optional.empty(), Optional.empty());
    }

    private final class Follower {
        private final long key;
        private final int id;
        private final List<LogText> lines = new ArrayList<>();
        private boolean changed = true;
        private volatile boolean ended;
        private volatile @Nullable ControlClient connection;

        Follower(long key, int id) {
            this.key = key;
            this.id = id;
        }

        void end() {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
            ControlClient open = connection;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException e) {
                    // It is of no use any more in any case.
                }
            }
        }

        private void loop() {
            try {
                while (!ended) {
                    once();
                    TimeUnit.NANOSECONDS.sleep(AGAIN.toNanos());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Until the daemon is gone, or the process; the last lines are told anew the next time. */
        private void once() {
            try {
                Optional<ControlClient> client = ControlClient.connect(caller.home(), CONNECT);
                if (client.isEmpty()) {
                    return;
                }
                try (ControlClient open = client.get()) {
                    connection = open;
                    if (ended) {
                        return;
                    }
                    synchronized (this) {
                        lines.clear();
                    }
                    List<String> words =
                            List.of("logs", "id:" + id, "--follow", "--json", "--lines", String.valueOf(KEPT / 2));
                    open.run(
                            TopRequests.of(caller, words),
                            new TopRequests.Cutter(line -> add(LogText.parse(line)), caller.environment()));
                }
            } catch (IOException e) {
                // Tried again, for as long as the process is there.
            } finally {
                connection = null;
            }
        }

        private synchronized void add(LogText line) {
            // The last lines of stdout come first and then those of stderr; here they are shown as they were written.
            int place = lines.size();
            while (place > 0 && lines.get(place - 1).at().isAfter(line.at())) {
                place--;
            }
            lines.add(place, line);
            if (lines.size() > KEPT) {
                lines.removeFirst();
            }
            if (!changed) {
                changed = true;
                notifyAll();
            }
        }

        private void show() {
            try {
                while (!ended) {
                    List<LogText> now;
                    synchronized (this) {
                        while (!changed && !ended) {
                            wait();
                        }
                        changed = false;
                        now = List.copyOf(lines);
                    }
                    events.add(model -> {
                        model.logs(key, now);
                        return Optional.empty();
                    });
                    TimeUnit.NANOSECONDS.sleep(BETWEEN_NANOS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
