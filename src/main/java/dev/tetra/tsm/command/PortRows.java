package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.engine.PortRow;
import dev.tetra.tsm.model.ManagedProcess;
import java.util.List;
import java.util.Locale;

/** Shows ports as the doctor sees them. */
final class PortRows {
    private PortRows() {}

    /** A row for each. */
    static Table table(List<PortRow> rows) {
        Table table = new Table(
                Column.right("PORT"),
                Column.left("STATUS"),
                Column.left("TSM"),
                Column.right("PID"),
                Column.left("COMMAND").shortened());
        for (PortRow row : rows) {
            String port = row.protocol().equals("tcp") ? "" + row.port() : row.port() + "/" + row.protocol();
            table.row(
                    Cell.of(port),
                    status(row),
                    row.managed() ? Cell.of("TSM", Style.GREEN) : Cell.of(null),
                    Cell.of(row.pid()),
                    Cell.of(what(row)));
        }
        return table;
    }

    private static Cell status(PortRow row) {
        String word = row.status().word().toUpperCase(Locale.ROOT);
        return switch (row.status()) {
            case USED -> Cell.of(word);
            case TAKEN -> Cell.of(word, Style.RED);
            case SILENT -> Cell.of(word, Style.YELLOW);
            case RESERVED, CLAIMED -> Cell.of(word, Style.DIM);
        };
    }

    private static String what(PortRow row) {
        ManagedProcess process = row.process();
        String command = row.pid() == null && row.status() == PortRow.Status.USED
                ? "a process of " + row.user() + " that you may not see"
                : row.command();
        if (process == null) {
            return row.status() == PortRow.Status.CLAIMED
                    ? "claimed: tsm ports claim --release " + row.port()
                    : command;
        }
        return switch (row.status()) {
            case USED -> process.name() + ": " + command;
            case TAKEN ->
                (row.listener() == null ? "" : row.listener().name() + ": ") + command + "  (reserved for "
                        + process.name() + ")";
            case SILENT ->
                process.name() + " runs and does not listen here"
                        + (row.elsewhere().isEmpty() ? "" : ", but on " + ProcessFields.text(row.elsewhere()));
            case RESERVED ->
                "reserved for " + process.name() + ", which is "
                        + process.status().word();
            case CLAIMED -> "";
        };
    }

    static void write(Json json, PortRow row) {
        ManagedProcess process = row.process();
        json.field("port", row.port())
                .field("protocol", row.protocol())
                .field("status", row.status().word())
                .field("managed", row.managed())
                .field("name", process == null ? null : process.name())
                .field("namespace", process == null ? null : process.spec().namespace())
                .field("id", process == null ? null : process.id())
                .field("pid", row.pid())
                .field("user", row.user().isEmpty() ? null : row.user())
                .field("command", row.command().isEmpty() ? null : row.command())
                .field("home", row.home())
                .strings("addresses", row.addresses())
                .numbers("elsewhere", row.elsewhere());
    }
}
