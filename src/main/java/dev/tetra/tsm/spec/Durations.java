package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as users write and read them: {@code 500ms 5s 10m 2h 1d 1m30s}. */
public final class Durations {
    private static final Pattern PART = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ms|s|m|h|d|w)");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}(?:\\.[0-9]{1,9})?");
    /** A hundred years: more is a slip of the finger, and adding it to a clock is still safe. */
    private static final Duration MOST = Duration.ofDays(36_525);

    private Durations() {}

    /**
     * Reads a duration: numbers with a unit, in any order and added up, or one number of seconds. Fractions are
     * allowed, to the nanosecond.
     *
     * @param what what it is for, as the error names it, such as {@code --kill-timeout}
     * @return between 0 and 100 years
     * @throws TsmException.Usage when the text is no duration or too long a one
     */
    public static Duration parse(String text, String what) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        Duration total = Duration.ZERO;
        if (SECONDS.matcher(word).matches()) {
            total = times(word, 1_000_000_000L);
        } else {
            Matcher matcher = PART.matcher(word);
            int at = 0;
            while (matcher.find() && matcher.start() == at) {
                total = total.plus(times(matcher.group(1), nanos(matcher.group(2))));
                at = matcher.end();
            }
            if (at == 0 || at != word.length()) {
                throw wrong(text, what, "is no duration");
            }
        }
        if (total.compareTo(MOST) > 0) {
            throw wrong(text, what, "is longer than 100 years");
        }
        return total;
    }

    /** A duration as {@link #parse} reads it back, exact to the millisecond: {@code 100ms}, {@code 1m30s}, {@code 0s}. */
    public static String format(Duration duration) {
        StringBuilder text = new StringBuilder();
        append(text, duration.toDays(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    /** A duration for people, in its two largest units: {@code 3s}, {@code 2m 5s}, {@code 4h 12m}, {@code 3d 2h}. */
    public static String human(Duration duration) {
        if (duration.isNegative()) {
            return "0s";
        } else if (duration.toDays() > 0) {
            return duration.toDays() + "d " + duration.toHoursPart() + "h";
        } else if (duration.toHours() > 0) {
            return duration.toHours() + "h " + duration.toMinutesPart() + "m";
        } else if (duration.toMinutes() > 0) {
            return duration.toMinutes() + "m " + duration.toSecondsPart() + "s";
        }
        return duration.toSeconds() + "s";
    }

    private static void append(StringBuilder text, long count, String unit) {
        if (count > 0) {
            text.append(count).append(unit);
        }
    }

    private static Duration times(String number, long nanos) {
        BigDecimal all = new BigDecimal(number).multiply(BigDecimal.valueOf(nanos));
        BigDecimal[] split = all.divideAndRemainder(BigDecimal.valueOf(1_000_000_000L));
        return Duration.ofSeconds(split[0].longValueExact(), split[1].longValue());
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            default -> 604_800_000_000_000L;
        };
    }

    private static TsmException.Usage wrong(String text, String what, String problem) {
        return new TsmException.Usage(
                what + ": '" + text + "' " + problem, "write it like 500ms, 5s, 10m, 2h, 1d or 1m30s");
    }
}
