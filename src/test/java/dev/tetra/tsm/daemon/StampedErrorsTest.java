package dev.tetra.tsm.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class StampedErrorsTest {
    @Test
    void a_line_begins_with_the_time_and_its_zone_and_what_follows_it_does_not() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        Clock clock = Clock.fixed(Instant.parse("2026-01-02T23:04:05.670Z"), ZoneId.of("Europe/Berlin"));
        PrintStream errors = new StampedErrors(new PrintStream(written, true, StandardCharsets.UTF_8), clock);
        errors.println("WARN it \ud83c\udf88");
        errors.println((Object) "\tat a.trace");
        errors.print("bare");
        assertEquals(
                "2026-01-03T00:04:05.670+01:00 WARN it \ud83c\udf88\n\tat a.trace\nbare",
                written.toString(StandardCharsets.UTF_8));
    }
}
