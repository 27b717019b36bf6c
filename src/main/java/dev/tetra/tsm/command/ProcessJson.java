package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Started;
import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Secrets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON of a process (SPEC 17). Fields are added, never renamed. */
final class ProcessJson {
    private ProcessJson() {}

    /** A process with all that is known of it now. */
    static void process(Json json, View view) {
        fields(json, view.process());
        json.numbers(
                        "observedPorts",
                        view.observed().stream()
                                .map(o -> (Number) o.port())
                                .distinct()
                                .toList())
                .field("uptimeMs", millis(view.uptime()))
                .field("cpuPercent", view.cpuPercent() == null ? null : Math.round(view.cpuPercent() * 10) / 10.0)
                .field("memoryBytes", view.memoryBytes())
                .object("logs", logs -> logs.field("out", view.out()).field("err", view.err()));
    }

    /** What came of a start. */
    static void result(Json json, Started started) {
        fields(json, started.process());
        json.field("changed", started.changed()).strings("notes", started.notes());
    }

    private static void fields(Json json, ManagedProcess process) {
        ProcessSpec spec = process.spec();
        Run run = process.run();
        Exit exit = run == null ? null : run.exit();
        List<String> argv = Secrets.maskWords(spec.argv());
        json.field("id", process.id())
                .field("key", process.key())
                .field("name", process.name())
                .field("namespace", spec.namespace())
                .field("kind", spec.kind().word())
                .field("type", spec.type().word())
                .field("command", command(spec))
                .strings("argv", argv)
                .field("cwd", spec.cwd())
                .field("service", spec.service())
                .field("envName", spec.envName())
                .field("envFile", spec.envFile())
                .field("status", process.status().word())
                .field("wanted", process.life().wanted().word())
                .field("pid", process.pid())
                .field("port", process.port())
                .field(
                        "portSource",
                        process.portSource() == null
                                ? null
                                : process.portSource().word())
                .field("socket", process.socket())
                .field("restarts", process.life().restarts())
                .field("unstableRestarts", process.life().unstable())
                .field("exitCode", exit instanceof Exit.Code(int code) ? code : null)
                .field("exitSignal", exit instanceof Exit.Signalled s ? s.name() : null)
                .field("exitReason", exit == null ? null : exit.inWords())
                .field("script", spec.script())
                .field("interpreter", spec.interpreter())
                .field("createdAt", process.createdAt())
                .field("startedAt", run == null ? null : run.startedAt())
                .field("stoppedAt", process.stoppedAt())
                .field("restartPolicy", spec.restart().restart().word())
                .field("instances", 1);
    }

    /** The command as it was typed, with what looks secret masked. */
    static String command(ProcessSpec spec) {
        return CommandWords.usesShellSyntax(spec.command())
                ? Secrets.mask(spec.command())
                : CommandWords.join(Secrets.maskWords(CommandWords.split(spec.command())));
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }
}
