package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CronTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId UTC = ZoneId.of("UTC");

    private static List<String> next(String expression, String after, ZoneId zone, int count) {
        Cron cron = Cron.parse(expression, "--cron");
        List<String> times = new ArrayList<>();
        Instant at = ZonedDateTime.parse(after).toInstant();
        for (int i = 0; i < count; i++) {
            at = cron.next(at, zone).orElseThrow();
            times.add(at.atZone(zone).toOffsetDateTime().toString());
        }
        return times;
    }

    private static String first(String expression, String after) {
        return next(expression, after, UTC, 1).getFirst();
    }

    @Test
    void five_fields_are_minutes_and_six_are_seconds() {
        assertEquals("2026-03-01T00:10Z", first("*/10 * * * *", "2026-03-01T00:00:00Z"));
        assertEquals("2026-03-01T00:00:10Z", first("*/10 * * * * *", "2026-03-01T00:00:00Z"));
        assertEquals("2026-03-01T00:01Z", first("* * * * *", "2026-03-01T00:00:00.500Z"));
    }

    @Test
    void lists_ranges_steps_names_and_nicknames_mean_what_crontab_says() {
        assertEquals("2026-03-02T09:00Z", first("0 9-17 * * MON-FRI", "2026-02-28T12:00:00Z"));
        assertEquals("2026-03-01T00:20Z", first("5/15,0 * * * *", "2026-03-01T00:05:00Z"));
        assertEquals("2026-06-01T00:00Z", first("0 0 1 jun *", "2026-03-01T00:00:00Z"));
        assertEquals("2026-03-01T00:00Z", first("0 0 * * 7", "2026-02-28T12:00:00Z"));
        assertEquals("2026-03-08T00:00Z", first("@weekly", "2026-03-01T00:00:00Z"));
        assertEquals("2026-03-02T00:00Z", first("@daily", "2026-03-01T00:00:00Z"));
        assertEquals("2026-02-28T00:00Z", first("0 0 L * *", "2026-02-01T00:00:00Z"));
        assertEquals("2028-02-29T12:30Z", first("30 12 29 2 *", "2026-03-01T00:00:00Z"));
        assertEquals("2026-03-07T00:00Z", first("0 0 ? * SAT-SUN", "2026-03-01T00:00:00Z"));
    }

    @Test
    void of_a_day_and_a_weekday_one_is_enough() {
        assertEquals(
                List.of("2026-03-02T00:00Z", "2026-03-09T00:00Z", "2026-03-13T00:00Z", "2026-03-16T00:00Z"),
                next("0 0 13 * MON", "2026-03-01T00:00:00Z", UTC, 4));
    }

    // Berlin: on 2026-03-29 02:00 becomes 03:00, on 2026-10-25 03:00 becomes 02:00 again.

    @Test
    void a_fixed_time_that_does_not_exist_happens_right_after_the_gap() {
        assertEquals(
                List.of("2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"),
                next("30 2 * * *", "2026-03-28T00:00:00Z", BERLIN, 3));
    }

    @Test
    void a_fixed_time_that_exists_twice_happens_the_first_time() {
        assertEquals(
                List.of("2026-10-24T02:30+02:00", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
                next("30 2 * * *", "2026-10-24T00:00:00Z", BERLIN, 3));
        assertEquals(
                List.of("2026-10-26T02:30+01:00"),
                next("30 2 * * *", "2026-10-25T01:15:00Z", BERLIN, 1),
                "asked in the second hour");
    }

    @Test
    void what_has_any_hour_follows_the_clock_as_it_goes() {
        assertEquals(
                List.of("2026-03-29T01:30+01:00", "2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00"),
                next("*/30 * * * *", "2026-03-29T00:00:00Z", BERLIN, 3));
        assertEquals(
                List.of(
                        "2026-10-25T02:00+02:00",
                        "2026-10-25T02:30+02:00",
                        "2026-10-25T02:00+01:00",
                        "2026-10-25T02:30+01:00",
                        "2026-10-25T03:00+01:00"),
                next("*/30 * * * *", "2026-10-24T23:45:00Z", BERLIN, 5));
    }

    @Test
    void a_fixed_time_in_the_gap_is_not_left_out_when_it_is_asked_for_in_the_last_second_before() {
        Cron cron = Cron.parse("30 2 * * *", "--cron");
        Instant gap = Instant.parse("2026-03-29T01:00:00Z");
        for (String after : List.of("2026-03-29T00:59:58Z", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59.500Z")) {
            assertEquals(gap, cron.next(Instant.parse(after), BERLIN).orElseThrow(), after);
        }
        assertEquals(
                Instant.parse("2026-03-30T00:30:00Z"), cron.next(gap, BERLIN).orElseThrow());
    }

    @Test
    void an_expression_that_is_too_long_to_be_kept_is_refused() {
        String minutes = IntStream.range(0, 60).mapToObj(String::valueOf).collect(Collectors.joining(","));
        TsmException.Usage refused =
                assertThrows(TsmException.Usage.class, () -> Cron.parse(minutes + " " + minutes + " * * *", "--cron"));
        assertTrue(refused.getMessage().startsWith("--cron: the expression is longer"), refused.getMessage());
    }

    @Test
    void a_gap_of_half_an_hour_or_at_midnight_is_none_the_worse() {
        assertEquals(
                List.of("2026-10-04T02:30+11:00", "2026-10-05T02:10+11:00"),
                next("10 2 * * *", "2026-10-03T15:00:00Z", ZoneId.of("Australia/Lord_Howe"), 2));
        assertEquals(
                List.of("2026-03-29T01:00+03:00", "2026-03-30T00:00+03:00"),
                next("0 0 * * *", "2026-03-28T00:00:00Z", ZoneId.of("Asia/Beirut"), 2));
    }

    @Test
    void what_is_wrong_is_named_with_field_and_position() {
        refused("60 * * * *", "field 1 (minute)", "'60' at position 1 is not from 0 to 59");
        refused("0 25 * * *", "field 2 (hour)", "'25' at position 3 is not from 0 to 23");
        refused("0 0 1,32 * *", "field 3 (day)", "'32' at position 7");
        refused("0 0 * foo *", "field 4 (month)", "'foo' at position 7 is no number and no name");
        refused("0 0 * * 1-", "field 5 (weekday)", "'' at position 11 is empty");
        refused("* 5-1 * * *", "field 2 (hour)", "'5-1' at position 3 runs backwards");
        refused("*/0 * * * *", "field 1 (minute)", "'0' at position 3 is no step");
        refused("0 61 * * * *", "field 2 (minute)", "position 3");
        refused("* * *", "has 3 fields", "'* * *'");
        refused("", "has 0 fields", "''");
        refused("@often", "'@often' is no name of times", "--cron");
        refused("0 0 30 2 *", "never comes", "field 4");
        refused("0 0 0 31 6,9 ?", "never comes", "field 5");
    }

    private static void refused(String expression, String... says) {
        TsmException.Usage e = assertThrows(TsmException.Usage.class, () -> Cron.parse(expression, "--cron"));
        for (String word : says) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }

    @Property(tries = 300)
    void the_next_time_comes_later_fits_and_none_is_left_out(
            @ForAll @LongRange(min = 1_767_225_600L, max = 1_798_761_600L) long after,
            @ForAll @IntRange(min = 0, max = 59) int minute,
            @ForAll @IntRange(min = 0, max = 23) int hour) {
        Instant from = Instant.ofEpochSecond(after);
        Cron daily = Cron.parse(minute + " " + hour + " * * *", "--cron");
        Instant next = daily.next(from, BERLIN).orElseThrow();
        assertTrue(next.isAfter(from));
        assertTrue(next.getEpochSecond() - after <= 26 * 3600, "within a day, and an hour for the clock");
        Cron hourly = Cron.parse(minute + " * * * *", "--cron");
        Instant soon = hourly.next(from, BERLIN).orElseThrow();
        assertTrue(soon.isAfter(from));
        assertTrue(soon.getEpochSecond() - after <= 3600);
        assertEquals(minute, LocalDateTime.ofInstant(soon, BERLIN).getMinute());
    }
}
