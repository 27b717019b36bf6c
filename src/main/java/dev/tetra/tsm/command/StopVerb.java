package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.spec.Durations;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Stop processes and keep them listed.",
            "The stop signal goes to the whole process group; what is left after the kill timeout is killed."
                    + " A second stop meanwhile kills at once. The port stays reserved. What is stopped already is left"
                    + " as it is.",
            "Of several, those that need others (--after) are stopped before those."
        },
        exitCodeList = {"1:Something of a process cannot be ended.", "3:No such process."},
        footer = {
            "tsm stop api",
            "tsm stop 0 worker port:8000",
            "tsm stop all --kill-timeout 30s",
            "tsm stop db --with-dependents    # first what needs it"
        })
final class StopVerb extends Targeted {
    @Option(names = "--signal", paramLabel = "SIGNAL", description = "Signal to ask with, such as INT or QUIT.")
    @Nullable
    String signal;

    @Option(
            names = "--kill-timeout",
            paramLabel = "TIME",
            description = "How long to wait before SIGKILL, such as 10s.")
    @Nullable
    String killTimeout;

    @Option(
            names = "--with-dependents",
            description = "Stop first what runs and needs them (--after), and what needs that.")
    boolean withDependents;

    @Override
    int run(Context context) {
        List<ManagedProcess> named = targets(context);
        List<ManagedProcess> targets =
                withDependents ? context.engine().keeper().withDependents(named) : named;
        StopPolicy policy = null;
        if (signal != null || killTimeout != null) {
            StopPolicy usual = targets.isEmpty()
                    ? StopPolicy.DEFAULT
                    : targets.getFirst().spec().stop();
            policy = context.engine()
                    .keeper()
                    .stopPolicy(
                            signal == null ? usual.signal() : signal,
                            killTimeout == null ? usual.killTimeout() : Durations.parse(killTimeout, "--kill-timeout"));
        }
        List<Keeper.Result> results = context.engine().keeper().stop(targets, context.caller(), policy);
        if (!json) {
            results.forEach(
                    r -> r.notes().forEach(note -> context.note(r.process().name() + ": " + note)));
        }
        return Results.print(
                results, json, context, r -> r.process().label() + (r.changed() ? " stopped" : " was stopped already"));
    }

    @Override
    boolean changes() {
        return true;
    }
}
