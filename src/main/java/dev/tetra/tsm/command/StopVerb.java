package dev.tetra.tsm.command;

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
                    + " as it is."
        },
        exitCodeList = {"1:Something of a process cannot be ended.", "3:No such process."},
        footer = {"tsm stop api", "tsm stop 0 worker port:8000", "tsm stop all --kill-timeout 30s"})
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

    @Override
    int run(Context context) {
        List<ManagedProcess> targets = targets(context);
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
        return Results.print(
                context.engine().keeper().stop(targets, context.caller(), policy),
                json,
                context,
                r -> r.process().label() + (r.changed() ? " stopped" : " was stopped already"));
    }

    @Override
    boolean changes() {
        return true;
    }
}
