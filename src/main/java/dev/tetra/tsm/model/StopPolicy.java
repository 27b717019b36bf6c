package dev.tetra.tsm.model;

import java.time.Duration;

/**
 * How a process is asked to stop.
 *
 * @param signal the signal's name without SIG, such as {@code TERM}
 * @param killTimeout how long to wait before SIGKILL; 0 kills at once
 */
public record StopPolicy(String signal, Duration killTimeout) {
    /** TERM, then KILL after 5 seconds. */
    public static final StopPolicy DEFAULT = new StopPolicy("TERM", Duration.ofSeconds(5));

    public StopPolicy {
        if (killTimeout.isNegative()) {
            throw new TsmException.Usage("--kill-timeout cannot be negative", "give 0 or more, such as 5s");
        }
    }
}
