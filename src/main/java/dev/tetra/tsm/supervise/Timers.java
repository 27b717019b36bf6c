package dev.tetra.tsm.supervise;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What one actor waits for, by the monotonic clock. */
final class Timers {
    /** What can be due. */
    enum Due {
        PROOF,
        STABLE,
        KILL,
        BACKOFF,
        WATCH,
        CLEAR,
        COMMAND,
        ADOPT
    }

    private static final Duration LONGEST = Duration.ofDays(3650);

    private final Map<Due, Long> at = new EnumMap<>(Due.class);

    void set(Due due, Duration from) {
        // A century or more would overflow the clock.
        Duration bounded = from.compareTo(LONGEST) < 0 ? from : LONGEST;
        at.put(due, System.nanoTime() + bounded.toNanos());
    }

    /** Puts off what is set to so long from now; never to sooner. */
    void putOff(Due due, Duration from) {
        Long before = at.get(due);
        if (before != null) {
            set(due, from);
            at.merge(due, before, (one, other) -> one - other > 0 ? one : other);
        }
    }

    void cancel(Due due) {
        at.remove(due);
    }

    boolean isSet(Due due) {
        return at.containsKey(due);
    }

    void clear() {
        at.clear();
    }

    /** Takes what is due now, the earliest first. */
    Optional<Due> take() {
        long now = System.nanoTime();
        Optional<Due> due = earliest().filter(d -> atOf(d) - now <= 0);
        due.ifPresent(at::remove);
        return due;
    }

    /** Nanoseconds until something is due; negative when nothing is set. */
    long untilNext() {
        return earliest().map(d -> Math.max(0, atOf(d) - System.nanoTime())).orElse(-1L);
    }

    private Optional<Due> earliest() {
        return at.entrySet().stream().min(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }

    private long atOf(Due due) {
        Long nanos = at.get(due);
        return nanos == null ? Long.MAX_VALUE : nanos;
    }
}
