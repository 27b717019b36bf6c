package dev.tetra.tsm.supervise.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when, by {@link System#nanoTime}. What comes again and again may be done a little early together with
 * what is due: to wake up is a good part of what it costs, and what was done together is due together the next time. Used
 * under a lock.
 */
final class Agenda {
    /** What may be early is so by at most this part of its delay, and never by more than the time after it. */
    private static final int PART = 10;

    private static final long EARLIEST = Duration.ofSeconds(1).toNanos();
    /** So many are taken before their time at once, as a machine with few processors does in a moment. */
    static final int COMPANY = 16;

    private final PriorityQueue<Item> items = new PriorityQueue<>();
    private long orders;

    /** One thing. */
    static final class Item implements Comparable<Item> {
        private final long at;
        private final long order;
        private final long early;
        private final @Nullable Object target;
        private final Runnable task;

        private Item(long at, long order, long early, @Nullable Object target, Runnable task) {
            this.at = at;
            this.order = order;
            this.early = early;
            this.target = target;
            this.task = task;
        }

        Runnable task() {
            return task;
        }

        @Override
        public int compareTo(Item other) {
            return at == other.at ? Long.compare(order, other.order) : Long.compare(at - other.at, 0);
        }
    }

    /** Adds what is to be done after a delay, and not before. */
    Item add(long now, long delay, Runnable task) {
        return add(new Item(now + delay, orders++, 0, null, task));
    }

    /**
     * Adds what may be done up to a tenth of the delay, and a second, before.
     *
     * @param target what it asks. No two that ask the same are taken together before their time, as a server has room for
     *     few that come at once, see listen(2)
     */
    Item addSociable(long now, long delay, Object target, Runnable task) {
        return add(new Item(now + delay, orders++, Math.min(delay / PART, EARLIEST), target, task));
    }

    private Item add(Item item) {
        items.add(item);
        return item;
    }

    void remove(Item item) {
        items.remove(item);
    }

    void clear() {
        items.clear();
    }

    /** Whether nothing is due before this. */
    boolean isFirst(Item item) {
        return items.peek() == item;
    }

    /** When the first is due; empty for never. */
    OptionalLong next() {
        Item first = items.peek();
        return first == null ? OptionalLong.empty() : OptionalLong.of(first.at);
    }

    /** Takes what is due, and if there is any, what may be done with it. */
    List<Item> take(long now) {
        List<Item> due = new ArrayList<>();
        for (Item next = items.peek(); next != null && next.at - now <= 0; next = items.peek()) {
            due.add(items.remove());
        }
        if (!due.isEmpty()) {
            takeCompany(due, now);
        }
        return due;
    }

    private void takeCompany(List<Item> due, long now) {
        Set<@Nullable Object> asked = new HashSet<>();
        due.forEach(each -> asked.add(each.target));
        List<Item> others = new ArrayList<>();
        int room = COMPANY;
        for (Item next = items.peek(); next != null && room > 0 && next.at - now <= EARLIEST; next = items.peek()) {
            items.remove();
            if (next.at - now <= next.early && asked.add(next.target)) {
                due.add(next);
                room--;
            } else {
                others.add(next);
            }
        }
        items.addAll(others);
    }
}
