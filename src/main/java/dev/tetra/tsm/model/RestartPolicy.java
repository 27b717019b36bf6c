package dev.tetra.tsm.model;

import java.time.Duration;

/**
 * When a process that ended by itself is run again.
 *
 * <p>The first restart after a healthy run is immediate; each further one in a row waits {@code backoffMin}, then twice
 * as long each time up to {@code backoffMax}. A run of at least {@code stableAfter} ends the row. After {@code
 * maxUnstable} failed runs in a row that each lived less than {@code minUptime} tsm gives up.
 *
 * @param restart when to restart at all
 * @param backoffMin the first delay, 0 for no delay at all
 * @param backoffMax the longest delay, at least {@code backoffMin}
 * @param stableAfter how long a run must live to reset the back-off
 * @param minUptime a failed run shorter than this counts as unstable
 * @param maxUnstable unstable runs in a row after which the process is errored, at least 1
 */
public record RestartPolicy(
        Restart restart,
        Duration backoffMin,
        Duration backoffMax,
        Duration stableAfter,
        Duration minUptime,
        int maxUnstable) {

    /** The values of a process for which the user says nothing. */
    public static final RestartPolicy DEFAULT = new RestartPolicy(
            Restart.ON_FAILURE,
            Duration.ofMillis(100),
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            16);

    public RestartPolicy {
        if (backoffMin.isNegative() || backoffMax.compareTo(backoffMin) < 0) {
            throw new TsmException.Usage(
                    "back-off from " + backoffMin.toMillis() + " ms to " + backoffMax.toMillis() + " ms makes no sense",
                    "give --backoff a delay of 0 or more and --backoff-max one that is not shorter");
        }
        if (stableAfter.isNegative() || minUptime.isNegative()) {
            throw new TsmException.Usage("a time cannot be negative", "give --stable-after and --min-uptime 0 or more");
        }
        if (maxUnstable < 1) {
            throw new TsmException.Usage(
                    "--max-restarts: " + maxUnstable + " is less than 1", "use --restart no for no restart at all");
        }
    }

    /** When to restart at all. */
    public enum Restart {
        /** After a code other than 0, a signal, or an end that nobody saw. */
        ON_FAILURE,
        /** After any end. */
        ALWAYS,
        /** Never. */
        NO;

        /** The word shown to users and stored. */
        public String word() {
            return Words.of(this);
        }
    }

    /**
     * How long to wait before a restart.
     *
     * @param attempt restarts already made in this row, from 0
     */
    public Duration delay(int attempt) {
        if (attempt <= 0 || backoffMin.isZero()) {
            return Duration.ZERO;
        }
        Duration delay = backoffMin;
        for (int i = 1; i < attempt && delay.compareTo(backoffMax) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(backoffMax) < 0 ? delay : backoffMax;
    }
}
