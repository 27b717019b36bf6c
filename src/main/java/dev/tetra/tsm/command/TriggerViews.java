package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Schedules;
import java.time.Instant;

/** What besides its end has a process run, run again, or end, as {@code tsm info} shows it. */
final class TriggerViews {
    private TriggerViews() {}

    /** A part of the text; nothing for a process that has nothing of it. */
    static void add(Details text, ManagedProcess process) {
        TriggerPolicy policy = process.spec().supervision().triggers();
        if (policy.equals(TriggerPolicy.NONE)) {
            return;
        }
        String unwatched = process.life().triggers().unwatched();
        text.title("Runs")
                .add("Job", policy.job() ? (policy.cron() == null ? "runs once" : "runs at its times") : null)
                .add("Times", policy.cron() == null ? null : policy.cron() + " (" + policy.timezone() + ")")
                .add(
                        "Next run",
                        Schedules.next(process, Instant.now()).map(Times::local).orElse(null))
                .add("Overlap", policy.scheduled() ? policy.overlap().word() : null)
                .add(
                        "Missed times",
                        policy.scheduled() ? (policy.catchUp() ? "caught up by one run" : "left out") : null)
                .addAll(
                        "Watches",
                        policy.watch().stream()
                                .map(path -> Cell.of(path, Style.PLAIN))
                                .toList())
                .addAll(
                        "Ignores",
                        policy.ignore().stream()
                                .map(glob -> Cell.of(glob, Style.PLAIN))
                                .toList());
        if (unwatched != null) {
            text.add("Not watched", Cell.of(unwatched, Style.YELLOW));
        }
        text.add("Max memory", policy.maxMemory() == 0 ? null : Bytes.human(policy.maxMemory()))
                .add("Max runtime", policy.maxRuntime().isZero() ? null : Durations.format(policy.maxRuntime()));
    }

    /** The same as fields. */
    static void write(Json json, ManagedProcess process) {
        TriggerPolicy policy = process.spec().supervision().triggers();
        json.field("job", policy.job())
                .field("cron", policy.cron())
                .field("timezone", policy.timezone())
                .field("nextRunAt", Schedules.next(process, Instant.now()).orElse(null))
                .field("overlap", policy.scheduled() ? policy.overlap().word() : null)
                .field("catchUp", policy.catchUp())
                .strings("watch", policy.watch())
                .strings("ignore", policy.ignore())
                .field("unwatched", process.life().triggers().unwatched())
                .field("maxMemoryBytes", policy.maxMemory() == 0 ? null : (Number) policy.maxMemory())
                .field(
                        "maxRuntimeMs",
                        policy.maxRuntime().isZero()
                                ? null
                                : (Number) policy.maxRuntime().toMillis());
    }
}
