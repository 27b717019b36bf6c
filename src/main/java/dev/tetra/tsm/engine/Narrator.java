package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.HealthReport;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProbePurpose;
import dev.tetra.tsm.model.ProbeReport;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Needs;
import dev.tetra.tsm.spec.Schedules;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.health.Probing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The use case of {@code tsm why}: in words, what happened last, why, and what tsm will do next. */
public final class Narrator {
    private static final int RECENT = 12;

    private final Store store;
    private final Outcomes outcomes;
    private final Probing probing;
    private final Clock clock;

    Narrator(Store store, Outcomes outcomes, Probing probing, Clock clock) {
        this.probing = probing;
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
        List<String> awaited = outcomes.awaited(process);
        return new Story(
                now(process),
                Stream.concat(
                                awaited.stream().map(what -> "it waits, as " + what),
                                because(process, past.runs(), past.events()).stream())
                        .toList(),
                outcomes.lastLines(process),
                awaited.isEmpty()
                        ? next(process) + times(process)
                        : "tsm executes it once all that it needs is there; tsm stop " + process.name()
                                + " gives it up",
                past.events().reversed());
    }

    private String now(ManagedProcess process) {
        Run run = process.serving();
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
        health(process).forEach(lines::add);
        runs.stream().filter(Narrator::wasOne).findFirst().ifPresent(last -> lines.add(ended(last)));
        runs.stream().findFirst().flatMap(Narrator::reason).ifPresent(lines::add);
        events.stream()
                .filter(e -> e.kind() == EventKind.HEALTH && e.message().startsWith("not ready within"))
                .findFirst()
                .filter(e -> process.status() == Status.ERRORED)
                .ifPresent(e -> lines.add("it was " + e.message()));
        events.stream()
                .filter(e -> e.message().contains(" asked by "))
                .findFirst()
                .ifPresent(e -> lines.add("the last who asked something of it: " + e.message() + ", " + ago(e.at())));
        if (process.status() == Status.ERRORED && process.life().unstable() > 1) {
            lines.add(process.life().unstable() + " runs in a row failed, each within "
                    + Durations.human(process.spec().restart().minUptime()) + ": tsm gave up");
        }
        if (process.life().triggers().unwatched() != null) {
            lines.add("its files are not watched any more: "
                    + process.life().triggers().unwatched());
        }
        if (process.life().restarts() > 0) {
            lines.add("it was restarted " + process.life().restarts() + " times in all");
        }
        if (lines.isEmpty()) {
            lines.add("nothing has ended it yet");
        }
        return lines;
    }

    /** Whether a run has ended, and not only been given up while it waited for something. */
    private static boolean wasOne(Run run) {
        return run.exit() != null && (run.startedAt() != null || Needs.notExecuted(run.exit()));
    }

    /** What its probes say against it now, or what it waits for. */
    private List<String> health(ManagedProcess process) {
        List<String> lines = new ArrayList<>();
        HealthReport report = probing.report(process);
        boolean starts = process.status() == Status.STARTING && process.pid() != null;
        for (ProbeReport probe : report.probes()) {
            Check check = probe.probe().check();
            String question = (check.kind() + " " + Secrets.maskTarget(check)).strip();
            boolean gate = starts && probe.probe().purpose() != ProbePurpose.LIVE;
            if (gate && !Boolean.TRUE.equals(probe.holds())) {
                lines.add("it waits for its " + probe.probe().purpose().word() + " probe: " + question
                        + (probe.at() == null ? "" : ": " + probe.message()));
            } else if (process.pid() != null && probe.at() != null && !probe.good()) {
                lines.add("its " + probe.probe().purpose().word() + " probe fails: " + question + ": " + probe.message()
                        + " (" + probe.inRow() + " in a row)");
            }
        }
        if (process.pid() != null && report.status() != null) {
            lines.add("it says of itself: " + report.status());
        }
        return lines;
    }

    /** What the run before did that this one was started for, where its end does not say it. */
    private static Optional<String> reason(Run run) {
        return switch (run.cause()) {
            case LIVENESS -> Optional.of("tsm restarted it as its liveness probe failed");
            case START_TIMEOUT -> Optional.of("tsm restarted it as it did not get ready in time");
            default -> Optional.empty();
        };
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
        if (process.life().standby() != null) {
            return "when it is ready tsm stops the run before it, which serves until then; else that one stays";
        }
        String policy = process.spec().restart().restart().word();
        return switch (process.status()) {
            case ONLINE, STARTING ->
                gate(process)
                        + switch (process.spec().restart().restart()) {
                            case ON_FAILURE ->
                                "if it fails, tsm restarts it; if it ends with code " + good(process)
                                        + ", tsm leaves it";
                            case ALWAYS -> "if it ends, tsm restarts it";
                            case NO -> "if it ends, tsm leaves it";
                        };
            case STOPPING ->
                process.life().wanted() == Wanted.RUN
                        ? "tsm starts it again once all of it is gone"
                        : "tsm kills what is left of it after "
                                + Durations.human(process.spec().stop().killTimeout());
            case STOPPED -> "nothing, until: tsm restart " + process.name();
            case EXITED ->
                again(process).orElse("nothing: it ended by itself with success and its restart policy is " + policy);
            case WAITING ->
                process.life().awaitsTime()
                        ? "tsm runs it when its time comes"
                        : "tsm restarts it after its back-off delay of "
                                + Durations.human(process.spec()
                                        .restart()
                                        .delay(process.life().attempt()));
            case ERRORED -> again(process).orElse("nothing, until: tsm restart " + process.name());
            case LOST -> "tsm is finding out what became of it";
        };
    }

    /** What runs a process again that is at rest, but not by a user's wish. */
    private static Optional<String> again(ManagedProcess process) {
        TriggerPolicy triggers = process.spec().supervision().triggers();
        List<String> when = new ArrayList<>();
        if (process.life().wanted() == Wanted.RUN) {
            if (!triggers.watch().isEmpty() && process.life().triggers().unwatched() == null) {
                when.add("its files change");
            }
            if (triggers.cron() != null) {
                when.add("its time comes");
            }
        }
        return when.isEmpty() ? Optional.empty() : Optional.of("tsm runs it again when " + String.join(" or ", when));
    }

    private static String good(ManagedProcess process) {
        return process.spec().supervision().limits().successCodes().codes().stream()
                .map(String::valueOf)
                .collect(Collectors.joining(" or "));
    }

    /** When its time comes, for one that has times. */
    private String times(ManagedProcess process) {
        TriggerPolicy policy = process.spec().supervision().triggers();
        Instant now = clock.instant();
        return Schedules.next(process, now)
                .map(next -> ": its times are '" + policy.cron() + "' (" + policy.timezone() + "), the next is "
                        + next.atZone(policy.zone()).toOffsetDateTime() + ", in "
                        + Durations.human(Duration.between(now, next)))
                .map(text -> process.life().awaitsTime() ? text : "; " + text.substring(2))
                .orElse("");
    }

    private static String gate(ManagedProcess process) {
        HealthPolicy health = process.spec().supervision().health();
        return process.status() == Status.STARTING && health.gated()
                ? "if it is not ready within " + Durations.format(health.startTimeout()) + ", tsm ends it; "
                : "";
    }

    private String span(Instant from) {
        Duration span = Duration.between(from, clock.instant());
        return Durations.human(span.isNegative() ? Duration.ZERO : span);
    }

    private String ago(Instant at) {
        return span(at) + " ago";
    }
}
