package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.PortKeeper;
import picocli.CommandLine.Command;

@Command(
        description = {
            "Release ports held for processes no longer tracked.",
            "A process at rest keeps its port; tsm cleanup or tsm delete forgets the process and frees it."
        },
        footer = "tsm ports cleanup")
final class PortsCleanupVerb extends Verb {
    @Override
    int run(Context context) {
        PortKeeper.Cleaned cleaned = context.engine().portKeeper().cleanup();
        if (json) {
            context.terminal().document(Json.object(document -> write(document, cleaned)));
        } else if (cleaned.released().isEmpty()) {
            context.out("no allocation is stale\n");
        } else {
            cleaned.released()
                    .forEach(port -> context.out(
                            "released port " + port.port() + " of " + Visible.line(port.processName()) + "\n"));
        }
        return 0;
    }

    static void write(Json json, PortKeeper.Cleaned cleaned) {
        json.array(
                        "released",
                        cleaned.released(),
                        (item, port) -> item.field("port", port.port()).field("name", port.processName()))
                .field("observationsForgotten", cleaned.forgotten());
    }

    @Override
    boolean changes() {
        return true;
    }
}
