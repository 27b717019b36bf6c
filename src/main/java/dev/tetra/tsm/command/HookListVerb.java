package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.HookRow;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        description = {"List what is told of events.", "Also the --on of processes; with what came of the last time."},
        footer = "tsm hook list")
final class HookListVerb extends Verb {
    @Override
    int run(Context context) {
        List<HookRow> rows = context.engine().hooks().all();
        if (json) {
            context.terminal().document(Json.array(rows, HookRows::write));
        } else if (rows.isEmpty()) {
            context.note("there are no hooks; tsm hook add COMMAND|URL makes one");
        } else {
            context.out(HookRows.table(rows).render(context.terminal().width(), context.ansi()));
        }
        return 0;
    }
}
