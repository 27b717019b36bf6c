package dev.tetra.tsm.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Stop processes and forget them.",
            "Their ports become free and their logs are removed; what they did stays in the history."
        },
        exitCodeList = {"1:Something of a process cannot be ended; it stays listed.", "3:No such process."},
        footer = {"tsm delete api", "tsm delete all --keep-logs"})
final class DeleteVerb extends Targeted {
    @Option(names = "--keep-logs", description = "Leave the log files.")
    boolean keepLogs;

    @Override
    int run(Context context) {
        return Results.print(
                context.engine().keeper().delete(targets(context), context.caller(), keepLogs),
                json,
                context,
                r -> r.process().label() + " deleted");
    }

    @Override
    boolean changes() {
        return true;
    }
}
