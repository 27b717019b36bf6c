package dev.tetra.tsm.supervise;

import java.time.Duration;

/** When to look again: rarer the longer something takes, because each look may be a scan of all processes. */
final class Looks {
    /** How long after the beginning to look first. */
    static final Duration FIRST = Duration.ofMillis(8);

    private static final Duration RAREST = Duration.ofSeconds(2);

    private long began;

    void begin() {
        began = System.nanoTime();
    }

    Duration spent() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    Duration next() {
        Duration next = spent().dividedBy(8);
        return next.compareTo(FIRST) < 0 ? FIRST : next.compareTo(RAREST) > 0 ? RAREST : next;
    }
}
