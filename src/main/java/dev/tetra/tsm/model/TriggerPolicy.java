package dev.tetra.tsm.model;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What besides its end has a process run, run again, or end.
 *
 * @param job whether it runs once, or at its times, and ends; code 0 is success
 * @param cron the times at which a job runs, or a service is restarted; null for none
 * @param timezone the IANA zone those times are in; null without times
 * @param overlap what a job does whose time comes while it still runs
 * @param catchUp whether a job runs once when times were missed
 * @param watch absolute paths; it is restarted when something in them changes
 * @param ignore globs of what may change without a restart
 * @param maxMemory resident bytes its whole tree may use; 0 for any amount
 * @param maxRuntime how long a run may last; zero for as long as it likes
 */
public record TriggerPolicy(
        boolean job,
        @Nullable String cron,
        @Nullable String timezone,
        Overlap overlap,
        boolean catchUp,
        List<String> watch,
        List<String> ignore,
        long maxMemory,
        Duration maxRuntime) {
    /** Nothing of the kind. */
    public static final TriggerPolicy NONE =
            new TriggerPolicy(false, null, null, Overlap.SKIP, false, List.of(), List.of(), 0, Duration.ZERO);

    /** What a job does whose time comes while it still runs. */
    public enum Overlap {
        /** Goes on; that time is skipped. */
        SKIP,
        /** Is stopped and run anew. */
        KILL;

        /** The word shown to users and stored. */
        public String word() {
            return Words.of(this);
        }
    }

    public TriggerPolicy {
        watch = List.copyOf(watch);
        ignore = List.copyOf(ignore);
        if ((cron == null) != (timezone == null)) {
            throw new TsmException.Usage("--timezone is of no use without --cron", "give --cron 'EXPR' too");
        }
        if (timezone != null) {
            check(timezone);
        }
        boolean scheduled = job && cron != null;
        if (!scheduled && overlap != Overlap.SKIP) {
            throw new TsmException.Usage(
                    "--overlap is for jobs that run at times", "give --job and --cron 'EXPR' too, or leave it out");
        }
        if (!scheduled && catchUp) {
            throw new TsmException.Usage(
                    "--catch-up is for jobs that run at times", "give --job and --cron 'EXPR' too, or leave it out");
        }
        if (scheduled && !watch.isEmpty()) {
            throw new TsmException.Usage(
                    "--watch and --cron exclude each other for a job", "a job runs at its times or on changes");
        }
        if (watch.isEmpty() && !ignore.isEmpty()) {
            throw new TsmException.Usage("--ignore is of no use without --watch", "give --watch too");
        }
        if (maxMemory < 0) {
            throw new TsmException.Usage("--max-memory cannot be negative", "write it like 300M or 1G");
        }
        if (maxRuntime.isNegative()) {
            throw new TsmException.Usage("--max-runtime cannot be negative", "write it like 10m or 2h");
        }
    }

    private static void check(String timezone) {
        try {
            ZoneId zone = ZoneId.of(timezone);
            if (zone.getRules() == null) {
                throw new DateTimeException("a zone without rules");
            }
        } catch (DateTimeException e) {
            throw new TsmException.Usage(
                    "--timezone: '" + timezone + "' is no time zone",
                    "use a name of the IANA database, such as Europe/Berlin, America/New_York or UTC");
        }
    }

    /** Whether it waits for its times between runs. */
    public boolean scheduled() {
        return job && cron != null;
    }

    /** The zone of its times. */
    public ZoneId zone() {
        return timezone == null ? ZoneId.of("UTC") : ZoneId.of(timezone);
    }

    /** The same with other paths to watch, as they are once it is known where the process runs. */
    public TriggerPolicy watching(List<String> paths) {
        return new TriggerPolicy(job, cron, timezone, overlap, catchUp, paths, ignore, maxMemory, maxRuntime);
    }
}
