package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads the fields of a {@link Cron} expression; knows where each word of it stands. */
final class CronReader {
    private static final Pattern WORD = Pattern.compile("\\S+");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> WEEKDAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    /** What a field is called and may have; names stand for the numbers from {@code least} on. */
    private enum Field {
        SECOND("second", 0, 59),
        MINUTE("minute", 0, 59),
        HOUR("hour", 0, 23),
        DAY("day", 1, 31),
        MONTH("month", 1, 12),
        // 7 is Sunday too
        WEEKDAY("weekday", 0, 7);

        final String called;
        final int least;
        final int most;

        Field(String called, int least, int most) {
            this.called = called;
            this.least = least;
            this.most = most;
        }

        List<String> names() {
            return switch (this) {
                case MONTH -> MONTHS;
                case WEEKDAY -> WEEKDAYS;
                case SECOND, MINUTE, HOUR, DAY -> List.of();
            };
        }
    }

    private final String expression;
    private final String what;

    CronReader(String expression, String what) {
        this.expression = expression;
        this.what = what;
    }

    /** Seconds, minutes, hours, days, months, weekdays. */
    List<CronField> fields() {
        List<MatchResult> words = WORD.matcher(expression).results().toList();
        if (words.size() < 5 || words.size() > 6) {
            throw new TsmException.Usage(
                    what + ": '" + expression + "' has " + words.size() + (words.size() == 1 ? " field" : " fields"),
                    "write five, minute hour day month weekday, or six with seconds before them; in quotes, as in "
                            + what + " '*/10 * * * *'");
        }
        List<CronField> fields = new ArrayList<>();
        int before = words.size() == 6 ? 0 : 1;
        if (before == 1) {
            fields.add(new CronField(1, false, false, false));
        }
        for (int i = 0; i < words.size(); i++) {
            fields.add(field(Field.values()[i + before], i + 1, words.get(i)));
        }
        return fields;
    }

    private CronField field(Field field, int number, MatchResult word) {
        Place place = new Place(field, number);
        String text = word.group();
        boolean any = text.startsWith("*");
        boolean last = false;
        long values = 0;
        int at = word.start();
        for (String part : text.split(",", -1)) {
            if (field == Field.DAY && part.equalsIgnoreCase("L")) {
                last = true;
            } else if (part.equals("?") && (field == Field.DAY || field == Field.WEEKDAY)) {
                any = true;
                values |= bits(field.least, field.most, 1);
            } else {
                values |= part(part, place, at);
            }
            at += part.length() + 1;
        }
        if (field == Field.WEEKDAY && (values >>> 7 & 1) != 0) {
            values |= 1;
        }
        return new CronField(values, any, last, true);
    }

    /** Which field is read, for the errors. */
    private record Place(Field field, int number) {}

    private long part(String part, Place place, int at) {
        Field field = place.field();
        int slash = part.indexOf('/');
        String range = slash < 0 ? part : part.substring(0, slash);
        int step = slash < 0 ? 1 : step(part.substring(slash + 1), place, at + slash + 1);
        if (range.equals("*")) {
            return bits(field.least, field.most, step);
        }
        int dash = range.indexOf('-');
        if (dash < 0) {
            int value = value(range, place, at);
            // As in cronie: 5/15 is 5-59/15.
            return bits(value, slash < 0 ? value : field.most, step);
        }
        int from = value(range.substring(0, dash), place, at);
        int to = value(range.substring(dash + 1), place, at + dash + 1);
        if (field == Field.WEEKDAY && to == 0 && from > 0) {
            to = 7;
        }
        if (to < from) {
            throw wrong(place, range, at, "runs backwards");
        }
        return bits(from, to, step);
    }

    private int step(String text, Place place, int at) {
        int step = number(text, place, at);
        if (step < 1 || step > place.field().most) {
            throw wrong(place, text, at, "is no step from 1 to " + place.field().most);
        }
        return step;
    }

    private int value(String text, Place place, int at) {
        Field field = place.field();
        int named = field.names().indexOf(text.toUpperCase(Locale.ROOT));
        int value = named < 0 ? number(text, place, at) : named + field.least;
        if (value < field.least || value > field.most) {
            throw wrong(place, text, at, "is not from " + field.least + " to " + field.most);
        }
        return value;
    }

    private int number(String text, Place place, int at) {
        if (text.isEmpty()) {
            throw wrong(place, text, at, "is empty");
        }
        if (!NUMBER.matcher(text).matches()) {
            throw wrong(place, text, at, place.field().names().isEmpty() ? "is no number" : "is no number and no name");
        }
        return Integer.parseInt(text);
    }

    private static long bits(int from, int to, int step) {
        long bits = 0;
        for (int value = from; value <= to; value += step) {
            bits |= 1L << value;
        }
        return bits;
    }

    private TsmException.Usage wrong(Place place, String text, int at, String problem) {
        Field field = place.field();
        String names = field.names().isEmpty()
                ? ""
                : ", or " + field.names().getFirst() + " to " + field.names().getLast();
        return new TsmException.Usage(
                what + ": field " + place.number() + " (" + field.called + ") of '" + expression + "': '" + text
                        + "' at position " + (at + 1) + " " + problem,
                "a " + field.called + " is from " + field.least + " to " + field.most + names
                        + "; *, lists 1,2, ranges 1-5 and steps */5 are understood");
    }
}
