package dev.tetra.tsm.daemon;

import java.io.PrintStream;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** A stream that puts the time before each line that is printed as a {@code String}, as log lines are; traces are not. */
final class StampedErrors extends PrintStream {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX ");
    private final Clock clock;

    /** In the zone of the machine. */
    StampedErrors(PrintStream to) {
        this(to, Clock.system(ZoneId.systemDefault()));
    }

    StampedErrors(PrintStream to, Clock clock) {
        super(to, true);
        this.clock = clock;
    }

    @Override
    public void println(String line) {
        super.println(STAMP.format(OffsetDateTime.now(clock)) + line);
    }
}
