package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Keeper;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Forget every process at rest: stopped, exited, errored.",
            "Their ports become free and their logs are removed; what they did stays in the history."
        },
        footer = {"tsm cleanup", "tsm cleanup -n staging --keep-logs"})
final class CleanupVerb extends Verb {
    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Only processes of this namespace.")
    @Nullable
    String namespace;

    @Option(names = "--keep-logs", description = "Leave the log files.")
    boolean keepLogs;

    @Override
    int run(Context context) {
        List<Keeper.Result> results = context.engine().keeper().cleanup(namespace, context.caller(), keepLogs);
        if (results.isEmpty() && !json) {
            context.out("nothing to forget: no process is at rest\n");
        }
        return Results.print(
                results,
                json,
                context,
                r -> r.process().label() + " forgotten, was "
                        + r.process().status().word());
    }

    @Override
    boolean changes() {
        return true;
    }
}
