package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.spec.Targets;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        description = {
            "Empty the logs of processes; without a target, of all.",
            "The files stay where they are and the processes go on writing to them. Compressed parts are" + " removed."
        },
        exitCodeList = {"1:A log cannot be emptied.", "3:No such process."},
        footer = "tsm flush api")
final class FlushVerb extends Targeted {
    @Override
    int run(Context context) {
        if (words.isEmpty() && namespace == null) {
            words.add(Targets.ALL);
        }
        List<ManagedProcess> targets = targets(context);
        long bytes = context.engine().keeper().flush(targets, context.caller());
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("bytes", bytes)
                            .strings(
                                    "names",
                                    targets.stream().map(ManagedProcess::name).toList())));
            return 0;
        }
        String whose = targets.size() == 1 ? targets.getFirst().label() : targets.size() + " processes";
        context.out("emptied the logs of " + whose + ": " + Bytes.human(bytes) + "\n");
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
