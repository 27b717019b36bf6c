package dev.tetra.tsm.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The system's clock, which a test sets forwards and backwards. */
public final class SetClock extends Clock {
    private volatile Duration off = Duration.ZERO;

    /** Sets it forwards, or backwards. */
    public void set(Duration by) {
        off = off.plus(by);
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(off);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
