package dev.tetra.tsm.supervise.health;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** When something must be over. */
final class Deadline {
    private final long end;

    Deadline(Duration timeout) {
        end = System.nanoTime() + timeout.toNanos();
    }

    /** What is left, in nanoseconds; negative when it is over. */
    long nanos() {
        return end - System.nanoTime();
    }

    /**
     * What is left; at least 1, as 0 would mean for ever.
     *
     * @throws SocketTimeoutException when it is over
     */
    int millis() throws SocketTimeoutException {
        long left = nanos() / 1_000_000;
        if (left < 0) {
            throw new SocketTimeoutException();
        }
        return (int) Math.max(1, Math.min(left, Integer.MAX_VALUE));
    }
}
