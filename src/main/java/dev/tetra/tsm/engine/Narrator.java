package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The use case of {@code tsm why}: in words, what happened last, why, and what tsm will do next. */
public final class Narrator {
    private static final int RECENT = 12;

    private final Store store;
    private final Outcomes outcomes;
    private final Clock clock;

    Narrator(Store store, Outcomes outcomes, Clock clock) {
        this.store = store;
        this.outcomes = outcomes;
        this.clock = clock;
    }

    /**
     * The story of a process.
     *
     * @param now what it is doing
     * @param because why
     * @param lastLines the last lines of its stderr, or of its output when it wrote no errors
     * @param next what tsm will do
     * @param recent what happened lately, the oldest first
     */
    public record Story(String now, List<String> because, List<String> lastLines, String next, List<Event> recent) {}

    /** Tells the story of a process. */
    public Story tell(ManagedProcess process) {
        record Past(List<Run> runs, List<Event> events) {}
        Past past = store.call(tx ->
                new Past(tx.runs().latest(process.key(), RECENT), tx.journal().latest(process.key(), RECENT)));
        return new Story(
                now(process),
                because(process, past.runs(), past.events()),
                outcomes.lastLines(process),
                next(process),
                past.events().reversed());
    }

    private String now(ManagedProcess process) {
        Run run = process.run();
        String how = switch (process.status()) {
            case ONLINE, STARTING -> run == null || run.startedAt() == null ? "" : " for " + span(run.startedAt());
            case STOPPED, EXITED, ERRORED -> process.stoppedAt() == null ? "" : " for " + span(process.stoppedAt());
            case STOPPING, WAITING, LOST -> "";
        };
        Long pid = process.pid();
        return process.label() + " is " + process.status().word() + how + (pid == null ? "" : ", pid " + pid);
    }

    private List<String> because(ManagedProcess process, List<Run> runs, List<Event> events) {
        List<String> lines = new ArrayList<>();
        runs.stream().filter(r -> r.exit() != null).findFirst().ifPresent(last -> lines.add(ended(last)));
        events.stream()
                .filter(e -> e.message().contains(" asked by "))
                .findFirst()
                .ifPresent(e -> lines.add("the last who asked something of it: " + e.message() + ", " + ago(e.at())));
        if (process.status() == Status.ERRORED && process.life().unstable() > 1) {
            lines.add(process.life().unstable() + " runs in a row failed, each within "
                    + Durations.human(process.spec().restart().minUptime()) + ": tsm gave up");
        }
        if (process.life().restarts() > 0) {
            lines.add("it was restarted " + process.life().restarts() + " times in all");
        }
        if (lines.isEmpty()) {
            lines.add("nothing has ended it yet");
        }
        return lines;
    }

    private String ended(Run run) {
        Exit exit = run.exit();
        String how = exit == null ? "" : exit.inWords();
        Duration lived = run.startedAt() == null || run.endedAt() == null
                ? Duration.ZERO
                : Duration.between(run.startedAt(), run.endedAt());
        return "its last finished run ended " + (run.endedAt() == null ? "" : ago(run.endedAt()) + " ") + "with " + how
                + ", after " + Durations.human(lived.isNegative() ? Duration.ZERO : lived);
    }

    private static String next(ManagedProcess process) {
        String policy = process.spec().restart().restart().word();
        return switch (process.status()) {
            case ONLINE, STARTING ->
                switch (process.spec().restart().restart()) {
                    case ON_FAILURE -> "if it fails, tsm restarts it; if it ends with code 0, tsm leaves it";
                    case ALWAYS -> "if it ends, tsm restarts it";
                    case NO -> "if it ends, tsm leaves it";
                };
            case STOPPING ->
                process.life().wanted() == Wanted.RUN
                        ? "tsm starts it again once all of it is gone"
                        : "tsm kills what is left of it after "
                                + Durations.human(process.spec().stop().killTimeout());
            case STOPPED -> "nothing, until: tsm restart " + process.name();
            case EXITED -> "nothing: it ended by itself with code 0 and its restart policy is " + policy;
            case WAITING ->
                "tsm restarts it after its back-off delay of "
                        + Durations.human(
                                process.spec().restart().delay(process.life().attempt()));
            case ERRORED -> "nothing, until: tsm restart " + process.name();
            case LOST -> "tsm is finding out what became of it";
        };
    }

    private String span(Instant from) {
        Duration span = Duration.between(from, clock.instant());
        return Durations.human(span.isNegative() ? Duration.ZERO : span);
    }

    private String ago(Instant at) {
        return span(at) + " ago";
    }
}
