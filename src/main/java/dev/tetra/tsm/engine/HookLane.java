package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.HookRow;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.store.Store;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one hook is still to be told: one event after the other, by a thread that is there only as long as there is one. What
 * comes of it is written down when nothing is left, and every half second before: a write takes longer than most tellings.
 */
final class HookLane {
    private static final Logger LOG = LoggerFactory.getLogger(HookLane.class);

    /** How many events wait. */
    static final int LIMIT = 1024;

    private static final long WRITE_NANOS = Duration.ofMillis(500).toNanos();

    private final long key;
    private final Store store;
    private final Delivery delivery;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Delivery.Told> waiting = new ArrayDeque<>();
    private boolean running;
    private boolean over;
    private long lost;

    HookLane(long key, Store store, Delivery delivery) {
        this.key = key;
        this.store = store;
        this.delivery = delivery;
    }

    /** Has it told that as well, if it is not too slow for that. */
    void offer(HookRow hook, Delivery.Told told) {
        lock.lock();
        try {
            if (over) {
                return;
            }
            if (waiting.size() >= LIMIT) {
                lost++;
                return;
            }
            waiting.add(told);
            if (!running) {
                running = true;
                Thread.ofVirtual().name("hook " + key).start(() -> tell(hook));
            }
        } finally {
            lock.unlock();
        }
    }

    /** It is told nothing more than what is under way. */
    void end() {
        lock.lock();
        try {
            over = true;
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    private Delivery.@Nullable Told next() {
        lock.lock();
        try {
            Delivery.Told next = waiting.poll();
            running = next != null;
            return next;
        } finally {
            lock.unlock();
        }
    }

    private boolean more() {
        lock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void tell(HookRow hook) {
        int good = 0;
        int bad = 0;
        Delivery.@Nullable Result failure = null;
        long written = System.nanoTime();
        for (Delivery.Told told = next(); told != null; told = next()) {
            try {
                Delivery.Result result = delivery.deliver(hook, told);
                good += result.success() ? 1 : 0;
                bad += result.success() ? 0 : 1;
                failure = result.success() ? failure : result;
                if (!more() || System.nanoTime() - written >= WRITE_NANOS) {
                    write(good, bad, result, failure);
                    good = 0;
                    bad = 0;
                    failure = null;
                    written = System.nanoTime();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.warn("hook {} could not be told: {}", key, e.getMessage());
            }
        }
    }

    private void write(int good, int bad, Delivery.Result last, Delivery.@Nullable Result failure) {
        long missed;
        lock.lock();
        try {
            if (over) {
                return;
            }
            missed = lost;
            lost = 0;
        } finally {
            lock.unlock();
        }
        store.run(tx -> {
            tx.hooks().result(key, good, bad, last.words());
            if (failure != null) {
                tx.journal()
                        .configEvent(
                                Origin.TSM,
                                Hooks.OWN + key + " failed" + (bad == 1 ? ": " : " " + bad + " times: ")
                                        + failure.words());
            }
            if (missed > 0) {
                tx.journal()
                        .configEvent(
                                Origin.TSM,
                                Hooks.OWN + key + " was not told of " + missed + (missed == 1 ? " event" : " events")
                                        + ", as it is too slow");
            }
        });
    }
}
