package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.PortKeeper;
import dev.tetra.tsm.model.ManagedProcess;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Show or set the range that free ports are taken from.",
            "A process for which nobody names a port gets the first free one of it. Ports that processes"
                    + " have stay theirs."
        },
        footer = {"tsm ports range", "tsm ports range 9000-9099"})
final class PortsRangeVerb extends Verb {
    @Parameters(arity = "0..2", paramLabel = "FROM-TO", description = "The new range, such as 8000-8999.")
    List<String> range = new ArrayList<>();

    @Override
    int run(Context context) {
        PortKeeper keeper = context.engine().portKeeper();
        PortKeeper.Range now = range.isEmpty() ? keeper.range() : keeper.setRange(String.join("-", range));
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("from", now.from())
                            .field("to", now.to())
                            .numbers("claimed", keeper.claimed())
                            .strings(
                                    "outside",
                                    now.outside().stream()
                                            .map(ManagedProcess::name)
                                            .toList())));
            return 0;
        }
        context.out(now.from() + " " + now.to() + "\n");
        if (!range.isEmpty() && now.from() < 1024) {
            context.note("ports below 1024 are left out where this user may not listen on them");
        }
        now.outside().forEach(p -> context.note(p.label() + " keeps port " + p.port() + ", outside of the range"));
        return 0;
    }

    @Override
    boolean changes() {
        return !range.isEmpty();
    }
}
