package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.PortRow;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Show the ports in use where people develop.",
            "The ranges are 3000-3999, 4000-4999, 5000-5999, 8000-8999 and every port that tsm has reserved."
                    + " USED: something listens on it. TAKEN: not the process it is reserved for. SILENT: its process"
                    + " runs and does not listen on it. RESERVED: for a process at rest. CLAIMED: by tsm ports claim.",
            "See also: tsm doctor port, kill, orphans, healthcheck, clean, env."
        },
        footer = "tsm doctor")
final class DoctorVerb extends Verb {
    private static final List<String> ACTIONS =
            List.of("ports", "port", "kill", "orphans", "healthcheck", "clean", "env");

    @Parameters(arity = "0..1", paramLabel = "ports", description = "The same as without it.")
    @Nullable
    String action;

    @Override
    int run(Context context) {
        if (action != null && !action.equals("ports")) {
            throw new TsmException.Usage(
                    "tsm doctor knows " + String.join(", ", ACTIONS) + ", not '" + action + "'",
                    Nearest.to(action, ACTIONS)
                                    .map(word -> "did you mean: tsm doctor " + word + "?  ")
                                    .orElse("")
                            + "tsm help doctor shows how it is used");
        }
        List<PortRow> rows = context.engine().portDoctor().survey();
        if (json) {
            context.terminal().document(Json.array(rows, PortRows::write));
        } else if (rows.isEmpty()) {
            context.note("no port is in use where people develop, and none is reserved");
        } else {
            context.out(PortRows.table(rows).render(context.terminal().width(), context.ansi()));
        }
        return 0;
    }
}
