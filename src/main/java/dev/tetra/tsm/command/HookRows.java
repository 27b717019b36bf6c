package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.model.HookRow;
import dev.tetra.tsm.spec.Secrets;
import java.util.List;

/** Hooks as they are shown. */
final class HookRows {
    private HookRows() {}

    static void write(Json json, HookRow row) {
        json.field("hook", row.key())
                .field("events", row.hook().words())
                .field("target", target(row))
                .field("process", row.processName())
                .strings("names", row.names())
                .field("namespace", row.namespace())
                .field("createdAt", row.createdAt())
                .field("delivered", row.delivered())
                .field("failed", row.failed())
                .field("lastAt", row.lastAt())
                .field("lastResult", row.lastResult());
    }

    static Table table(List<HookRow> rows) {
        Table table = new Table(
                Column.right("Hook"),
                Column.left("Of").shortened(),
                Column.left("Events").shortened(),
                Column.left("Target").shortened(),
                Column.right("Told"),
                Column.right("Failed"),
                Column.left("Last").shortened());
        for (HookRow row : rows) {
            table.row(
                    Cell.of(row.key()),
                    Cell.of(of(row)),
                    Cell.of(row.hook().words()),
                    Cell.of(target(row), Style.BOLD),
                    Cell.of(row.delivered()),
                    Cell.of(row.failed()),
                    Cell.of(row.lastResult()));
        }
        return table;
    }

    private static String of(HookRow row) {
        if (row.processName() != null) {
            return row.processName();
        }
        if (row.namespace() != null) {
            return "namespace " + row.namespace();
        }
        return row.names().isEmpty() ? "all" : String.join(", ", row.names());
    }

    /** The command or the URL, with what looks secret masked. */
    static String target(HookRow row) {
        return row.hook().web()
                ? Secrets.mask(row.hook().target())
                : Secrets.maskCommand(row.hook().target());
    }
}
