package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Durations;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Put new runs in the place of old ones, one by one.",
            "Where tsm listens for a process (--listen), its new run is started and ready before the old one gets its"
                    + " stop signal, so no connection is refused. Else it is stopped and started, while the other"
                    + " instances are up. When a new run does not get ready the old one stays, and the rest is left as"
                    + " it is."
        },
        exitCodeList = {
            "1:A new run did not get ready; what was not reached is as it was.",
            "3:No such process.",
            "5:One runs, but did not open its port in time."
        },
        footer = {
            "tsm reload web                # its instances, one after another",
            "tsm reload web --parallel 2   # two at a time"
        })
final class ReloadVerb extends Targeted {
    @Option(names = "--parallel", paramLabel = "N", description = "How many at the same time (1).")
    int parallel = 1;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long an instance that listens by itself may take to open its port (30s).")
    String timeout = "30s";

    @Override
    int run(Context context) {
        if (parallel < 1) {
            throw new TsmException.Usage("--parallel: " + parallel + " is too few", "give 1 or more");
        }
        List<Keeper.Result> results = context.engine()
                .keeper()
                .reload(targets(context), context.caller(), parallel, Durations.parse(timeout, "--timeout"));
        if (!json) {
            results.forEach(
                    r -> r.notes().forEach(note -> context.note(r.process().name() + ": " + note)));
        }
        return Results.print(
                results,
                json,
                context,
                r -> r.changed()
                        ? Told.running(r.process(), "reloaded", context.ansi())
                        : r.process().label() + " left");
    }

    @Override
    boolean changes() {
        return true;
    }
}
