package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells followers of events once they are committed. The keys in the table are given before that, so a follower that read
 * on from the last key it saw would miss those of a transaction that took longer.
 *
 * <p>Whoever commits never waits for a follower: one that does not keep up is told from where on to read the table.
 */
public final class EventFeed {
    /** How many events wait for one follower. */
    static final int LIMIT = 1024;

    private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();

    EventFeed() {}

    /** Begins to listen. */
    public Subscription subscribe() {
        Subscription subscription = new Subscription(this);
        subscriptions.add(subscription);
        return subscription;
    }

    void publish(List<Event> events) {
        if (!events.isEmpty()) {
            subscriptions.forEach(subscription -> subscription.offer(events));
        }
    }

    /**
     * What a follower has to do next.
     *
     * @param events those that were committed since it asked last
     * @param readFrom more happened than was kept for it: it has to read the table from this key on; 0 if not
     */
    public record Next(List<Event> events, long readFrom) {}

    /** A follower's. Used by one thread, but for {@link #wake}. */
    public static final class Subscription implements AutoCloseable {
        private final EventFeed feed;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition arrived = lock.newCondition();
        private final Deque<Event> waiting = new ArrayDeque<>();
        private long readFrom;
        private boolean woken;

        private Subscription(EventFeed feed) {
            this.feed = feed;
        }

        private void offer(List<Event> events) {
            lock.lock();
            try {
                waiting.addAll(events);
                if (waiting.size() > LIMIT) {
                    long first = waiting.stream().mapToLong(Event::key).min().orElseThrow();
                    readFrom = readFrom == 0 ? first : Math.min(readFrom, first);
                    waiting.clear();
                }
                arrived.signal();
            } finally {
                lock.unlock();
            }
        }

        /** Waits for events; returns without any after a time, or when it was woken. */
        public Next next(Duration atMost) throws InterruptedException {
            lock.lock();
            try {
                long left = atMost.toNanos();
                while (waiting.isEmpty() && readFrom == 0 && !woken && left > 0) {
                    left = arrived.awaitNanos(left);
                }
                Next next = new Next(new ArrayList<>(waiting), readFrom);
                waiting.clear();
                readFrom = 0;
                return next;
            } finally {
                lock.unlock();
            }
        }

        /** Has every call of {@link #next} return at once from now on. */
        public void wake() {
            lock.lock();
            try {
                woken = true;
                arrived.signal();
            } finally {
                lock.unlock();
            }
        }

        /** Ends it. */
        @Override
        public void close() {
            feed.subscriptions.remove(this);
        }
    }
}
