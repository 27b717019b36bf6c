package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Times as crontab(5) writes them: {@code minute hour day month weekday}, with seconds before them when there are six
 * fields.
 *
 * <p>When clocks are put forward, what has a fixed hour in the time that is left out happens at the moment after it; when
 * they are put back, it happens the first time only. What has any hour ({@code *} or {@code *}{@code /2}) follows the
 * clock as it goes: nothing in the time that is left out, and both in the time that comes twice. So cron(8) of Debian and
 * of Red Hat does it.
 */
public final class Cron {
    /** February 29 comes again within eight years. */
    private static final int YEARS = 9;
    /** In characters; what is stored has this room. */
    private static final int LONGEST = 200;

    private static final Map<String, String> NICKNAMES = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    private final CronField second;
    private final CronField minute;
    private final CronField hour;
    private final CronField day;
    private final CronField month;
    private final CronField weekday;

    private Cron(List<CronField> fields) {
        second = fields.get(0);
        minute = fields.get(1);
        hour = fields.get(2);
        day = fields.get(3);
        month = fields.get(4);
        weekday = fields.get(5);
    }

    /**
     * Reads an expression of five or six fields, or a nickname such as {@code @daily}.
     *
     * @param what what it is for, as the error names it, such as {@code --cron}
     * @throws TsmException.Usage naming the field and the position of what is wrong, or that it never comes
     */
    public static Cron parse(String text, String what) {
        String expression = text.strip();
        if (text.length() > LONGEST) {
            throw new TsmException.Usage(
                    what + ": the expression is longer than " + LONGEST + " characters",
                    "write what comes in a row as a range, such as 0-59 or 0-30/2");
        }
        if (expression.startsWith("@")) {
            String known = NICKNAMES.get(expression.toLowerCase(Locale.ROOT));
            if (known == null) {
                throw new TsmException.Usage(
                        what + ": '" + expression + "' is no name of times",
                        "there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually; what is to run"
                                + " with the daemon needs no times");
            }
            expression = known;
        }
        Cron cron = new Cron(new CronReader(expression, what).fields());
        LocalDateTime some = LocalDateTime.of(2000, 1, 1, 0, 0);
        if (cron.nextLocal(some) == null) {
            throw new TsmException.Usage(
                    what + ": '" + text.strip() + "' never comes: no month of field " + (cron.sixth() ? "5" : "4")
                            + " has such a day",
                    "look at the day and the month");
        }
        return cron;
    }

    private boolean sixth() {
        return second.given();
    }

    /** The first time after a moment; empty when there is none in the years that the clock can tell. */
    public Optional<Instant> next(Instant after, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        Instant from = after.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        return Optional.ofNullable(hour.any() ? flowing(from, rules) : fixed(from, rules));
    }

    /** Follows the clock from one change of it to the next. */
    private @Nullable Instant flowing(Instant from, ZoneRules rules) {
        Instant at = from;
        while (true) {
            ZoneOffset offset = rules.getOffset(at);
            LocalDateTime local = nextLocal(LocalDateTime.ofInstant(at, offset));
            if (local == null) {
                return null;
            }
            Instant found = local.toInstant(offset);
            ZoneOffsetTransition change = rules.nextTransition(at);
            if (change == null || found.isBefore(change.getInstant())) {
                return found;
            }
            at = change.getInstant();
        }
    }

    /** Each time of the calendar once. */
    private @Nullable Instant fixed(Instant from, ZoneRules rules) {
        LocalDateTime begin = LocalDateTime.ofInstant(from, rules.getOffset(from));
        ZoneOffsetTransition just = rules.previousTransition(from.plusSeconds(1));
        if (just != null && just.isGap() && just.getInstant().equals(from)) {
            // What was left out is due this very moment.
            begin = just.getDateTimeBefore();
        }
        LocalDateTime local = nextLocal(begin);
        while (local != null) {
            ZoneOffsetTransition change = rules.getTransition(local);
            Instant found = change != null && change.isGap()
                    ? change.getInstant()
                    : local.toInstant(rules.getValidOffsets(local).getFirst());
            if (!found.isBefore(from)) {
                return found;
            }
            local = nextLocal(local.plusSeconds(1));
        }
        return null;
    }

    /** The first time of the calendar that is not before another; null when there is none. */
    private @Nullable LocalDateTime nextLocal(LocalDateTime from) {
        LocalDate date = from.toLocalDate();
        LocalTime time = from.toLocalTime();
        LocalDate last = date.plusYears(YEARS);
        while (date.isBefore(last)) {
            if (!month.has(date.getMonthValue())) {
                date = date.withDayOfMonth(1).plusMonths(1);
                time = LocalTime.MIN;
                continue;
            }
            LocalTime found = dayFits(date) ? nextTime(time) : null;
            if (found != null) {
                return LocalDateTime.of(date, found);
            }
            date = date.plusDays(1);
            time = LocalTime.MIN;
        }
        return null;
    }

    /** As crontab(5) has it: when both day and weekday are said, one of them is enough. */
    private boolean dayFits(LocalDate date) {
        boolean ofMonth = day.has(date.getDayOfMonth()) || (day.last() && date.getDayOfMonth() == date.lengthOfMonth());
        boolean ofWeek = weekday.has(date.getDayOfWeek().getValue() % 7);
        return (day.any() || weekday.any()) ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private @Nullable LocalTime nextTime(LocalTime from) {
        int h = hour.next(from.getHour());
        int m = h == from.getHour() ? from.getMinute() : 0;
        int s = h == from.getHour() ? from.getSecond() : 0;
        while (h >= 0) {
            int foundMinute = minute.next(m);
            while (foundMinute >= 0) {
                int foundSecond = second.next(foundMinute == m ? s : 0);
                if (foundSecond >= 0) {
                    return LocalTime.of(h, foundMinute, foundSecond);
                }
                foundMinute = minute.next(foundMinute + 1);
            }
            h = hour.next(h + 1);
            m = 0;
            s = 0;
        }
        return null;
    }
}
