package dev.tetra.tsm.model;

import java.time.Duration;

/**
 * A question that is asked of a running process again and again.
 *
 * @param interval between two looks
 * @param timeout how long one look may take; for those of {@link Check.Log} and {@link Check.Notify} of no meaning
 * @param success looks in a row that must succeed for it to hold
 * @param failure looks in a row that must fail for it to hold no more
 * @param delay before the first look
 */
public record Probe(
        ProbePurpose purpose,
        Check check,
        Duration interval,
        Duration timeout,
        int success,
        int failure,
        Duration delay) {
    /** How often is looked. */
    public static final Duration INTERVAL = Duration.ofSeconds(5);

    /** How often is looked until the first success, when the interval is not shorter still. */
    public static final Duration EAGER = Duration.ofMillis(200);

    /** How long a look may take. */
    public static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** How often it must fail in a row. */
    public static final int FAILURE = 3;

    /** More often would be a load test. */
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(50);

    private static final Duration MOST = Duration.ofDays(1);
    private static final int MOST_TIMES = 1000;

    public Probe {
        String option = "--" + purpose.word();
        between(option + "-interval", interval, LEAST_INTERVAL);
        between(option + "-timeout", timeout, Duration.ofMillis(1));
        between(option + "-delay", delay, Duration.ZERO);
        times(option + "-success", success);
        times(option + "-failure", failure);
    }

    private static void between(String option, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(MOST) > 0) {
            throw new TsmException.Usage(
                    option + " is from " + least.toMillis() + "ms to 1d", "give another, such as 5s");
        }
    }

    private static void times(String option, int value) {
        if (value < 1 || value > MOST_TIMES) {
            throw new TsmException.Usage(option + ": " + value + " is no number of looks", "give 1 to " + MOST_TIMES);
        }
    }

    /** How long nothing may be heard of a program that feeds its watchdog. */
    public Duration patience() {
        return interval.multipliedBy(failure);
    }

    /** In a few words: {@code http /healthz, every 5000 ms}. */
    @Override
    public String toString() {
        return (check.kind() + " " + check.target()).strip() + ", every " + interval.toMillis() + " ms, timeout "
                + timeout.toMillis() + " ms, success " + success + ", failure " + failure + ", delay "
                + delay.toMillis() + " ms";
    }
}
