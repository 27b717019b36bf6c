package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.function.Function;

/** Points in time as users write them: {@code 10m} ago, {@code 14:30}, {@code 2026-01-02 03:04}, with or without zone. */
public final class Moments {
    private Moments() {}

    /**
     * Reads a point in time: a duration before now ({@link Durations}); a time of today; a day; a day and a time, in the
     * zone of {@code now} unless it says another (ISO 8601, with a blank or a T).
     *
     * @param now in the zone of whoever wrote the text
     * @param what what it is for, as the error names it, such as {@code --since}
     * @throws TsmException.Usage when the text is none
     */
    public static Instant parse(String text, ZonedDateTime now, String what) {
        String word = text.strip();
        String iso = word.replaceFirst("^([0-9-]{10}) +", "$1T");
        return attempt(iso, s -> OffsetDateTime.parse(s).toInstant())
                .or(() -> attempt(
                        iso, s -> LocalDateTime.parse(s).atZone(now.getZone()).toInstant()))
                .or(() -> attempt(
                        iso, s -> LocalDate.parse(s).atStartOfDay(now.getZone()).toInstant()))
                .or(() -> attempt(
                        iso,
                        s -> LocalTime.parse(s)
                                .atDate(now.toLocalDate())
                                .atZone(now.getZone())
                                .toInstant()))
                .orElseGet(() -> before(word, now, what));
    }

    private static Instant before(String word, ZonedDateTime now, String what) {
        try {
            return now.toInstant().minus(Durations.parse(word, what));
        } catch (TsmException.Usage e) {
            throw new TsmException.Usage(
                    what + ": '" + word + "' is no time and no duration",
                    "write it like 10m, 14:30, 2026-01-02, '2026-01-02 03:04' or 2026-01-02T03:04:05Z");
        }
    }

    private static Optional<Instant> attempt(String text, Function<String, Instant> parser) {
        try {
            return Optional.of(parser.apply(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
