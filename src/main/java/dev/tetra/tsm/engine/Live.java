package dev.tetra.tsm.engine;

import dev.tetra.tsm.supervise.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all processes once a second for as long as somebody watches, one look for all who do. Only the latest look is
 * kept, so whoever is slow misses some and costs nothing.
 */
public final class Live implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Live.class);
    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

    private final Supplier<Supplier<List<View>>> looks;
    private int watching;
    private boolean looking;
    private boolean closed;
    private @Nullable Look latest;

    /** What was seen of all processes, by ID. Numbers grow by one. */
    public record Look(long number, Instant at, List<View> views) {}

    /** @param looks gives, each time that watching begins, what looks from then on */
    Live(Supplier<Supplier<List<View>>> looks) {
        this.looks = looks;
    }

    /** The looks of an {@link Overview}, with a measurement of their own: who lists is not to disturb those who watch. */
    static Live of(Overview overview) {
        return new Live(() -> {
            Usage usage = new Usage(Usage.Reach.ALL);
            return () -> overview.all(usage);
        });
    }

    /** Begins to watch. */
    public synchronized Watch watch() {
        watching++;
        if (!looking && !closed) {
            looking = true;
            Thread.ofVirtual().name("live").start(this::look);
        }
        return new Watch();
    }

    /** Whether looks are being taken. */
    synchronized boolean looking() {
        return looking;
    }

    /** Somebody's watching, to be ended by {@link #close}. */
    public final class Watch implements AutoCloseable {
        private long seen = -1;
        private boolean ended;

        private Watch() {}

        /** Waits for a look that is newer than the last one given; empty when the watching was ended meanwhile. */
        public Optional<Look> next() throws InterruptedException {
            synchronized (Live.this) {
                while (!ended && !closed && (latest == null || latest.number() <= seen)) {
                    Live.this.wait();
                }
                if (ended || closed || latest == null) {
                    return Optional.empty();
                }
                seen = latest.number();
                return Optional.of(latest);
            }
        }

        /** Ends it, also for one who waits. */
        @Override
        public void close() {
            synchronized (Live.this) {
                if (!ended) {
                    ended = true;
                    watching--;
                    Live.this.notifyAll();
                }
            }
        }
    }

    /** Ends all watching. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private void look() {
        Supplier<List<View>> processes = looks.get();
        long number = 0;
        long due = System.nanoTime();
        try {
            do {
                try {
                    Look look = new Look(number, Instant.now(), processes.get());
                    number++;
                    tell(look);
                } catch (RuntimeException e) {
                    LOG.warn("the processes could not be looked at for those who watch; it is tried again", e);
                }
                // Not sooner than in half a period, should a look have taken long.
                due = Math.max(due + PERIOD_NANOS, System.nanoTime() + PERIOD_NANOS / 2);
            } while (goesOn(due));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void tell(Look look) {
        latest = look;
        notifyAll();
    }

    /** Waits until the next look is due; false when nobody watches then or any more. */
    private synchronized boolean goesOn(long due) throws InterruptedException {
        long left = due - System.nanoTime();
        while (left > 0 && watching > 0 && !closed) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = due - System.nanoTime();
        }
        if (watching > 0 && !closed) {
            return true;
        }
        looking = false;
        latest = null;
        return false;
    }
}
