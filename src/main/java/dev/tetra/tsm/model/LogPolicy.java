package dev.tetra.tsm.model;

import java.time.Duration;

/**
 * How long what a process writes is kept, for each of its two streams.
 *
 * @param maxSize size in bytes from which the head of the log is cut off; 0 never cuts for its size
 * @param keep how many parts that were cut off are kept; with 0 they are thrown away
 * @param maxAge age of the oldest line from which the head is cut off; zero never cuts for its age
 */
public record LogPolicy(long maxSize, int keep, Duration maxAge) {
    /** 10 MB, five parts, no matter how old. */
    public static final LogPolicy DEFAULT = new LogPolicy(10L << 20, 5, Duration.ZERO);

    /** Less is not worth a part, and a file can be cut at whole blocks only. */
    public static final long LEAST_SIZE = 64 << 10;

    /** More parts than anybody looks into. */
    public static final int MOST_PARTS = 10_000;

    /** Less would cut faster than the logs are looked at. */
    public static final Duration LEAST_AGE = Duration.ofMinutes(1);

    public LogPolicy {
        if (maxSize != 0 && maxSize < LEAST_SIZE) {
            throw new TsmException.Usage(
                    "--log-max-size is at least " + (LEAST_SIZE >> 10) + "K", "give more, such as 10M, or off");
        }
        if (keep < 0 || keep > MOST_PARTS) {
            throw new TsmException.Usage("--log-keep: " + keep + " is no number of parts", "give 0 to " + MOST_PARTS);
        }
        if (!maxAge.isZero() && maxAge.compareTo(LEAST_AGE) < 0) {
            throw new TsmException.Usage("--log-max-age is at least 1m", "give more, such as 1d, or off");
        }
    }

    /** Whether anything is ever cut off. */
    public boolean rotates() {
        return maxSize > 0 || !maxAge.isZero();
    }
}
