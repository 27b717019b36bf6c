package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Percent;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.Health;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.spec.Durations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of processes (SPEC 8). */
final class ProcessTable {
    private ProcessTable() {}

    /** A row for each. */
    static Table of(List<View> views) {
        return of(views, false);
    }

    /**
     * A row for each.
     *
     * @param namespaces whether to say of each in which one it is
     */
    static Table of(List<View> views, boolean namespaces) {
        List<Column> columns = new ArrayList<>(List.of(
                Column.right("ID"),
                Column.left("Name").shortened(),
                Column.left("Env").shortened(),
                Column.right("PID"),
                Column.right("Port"),
                Column.left("Type"),
                Column.left("Status"),
                Column.right("Restarts"),
                Column.right("CPU"),
                Column.right("Memory"),
                Column.right("Uptime")));
        if (namespaces) {
            columns.add(2, Column.left("Namespace").shortened());
        }
        Table table = new Table(columns);
        for (View view : views) {
            List<Cell> cells = new ArrayList<>(row(view));
            if (namespaces) {
                cells.add(2, Cell.of(view.process().spec().namespace()));
            }
            table.row(cells);
        }
        return table;
    }

    /** A health in its colour; nothing for one of which nothing is known. */
    static @Nullable Cell health(Health health) {
        return switch (health) {
            case READY -> Cell.of(health.word(), Style.GREEN);
            case UNREADY -> Cell.of(health.word(), Style.RED);
            case UNKNOWN -> null;
        };
    }

    /** How a process is, in one word: an online one that is not ready is shown as that. */
    private static Cell state(ManagedProcess process) {
        Cell unready = process.life().health() == Health.UNREADY ? health(Health.UNREADY) : null;
        return unready == null ? status(process.status()) : unready;
    }

    /** A status in its colour. */
    static Cell status(Status status) {
        return Cell.of(
                status.word(),
                switch (status) {
                    case ONLINE -> Style.GREEN;
                    case STARTING, STOPPING, WAITING, LOST -> Style.YELLOW;
                    case ERRORED -> Style.RED;
                    case STOPPED, EXITED -> Style.DIM;
                });
    }

    private static List<Cell> row(View view) {
        ManagedProcess process = view.process();
        return List.of(
                Cell.of(process.id()),
                Cell.of(process.name(), Style.BOLD),
                Cell.of(environment(process)),
                Cell.of(process.pid()),
                PortText.cell(view),
                Cell.of(process.spec().type().word()),
                state(process),
                Cell.of(process.life().restarts()),
                Cell.of(view.cpuPercent() == null ? null : Percent.human(view.cpuPercent())),
                Cell.of(view.memoryBytes() == null ? null : Bytes.human(view.memoryBytes())),
                Cell.of(view.uptime() == null ? null : Durations.human(view.uptime())));
    }

    /** What the user called the environment; where he left the choice to tsm, the file's name without its ending. */
    private static @Nullable String environment(ManagedProcess process) {
        String name = process.spec().envName();
        String file = process.spec().envFile();
        if (file == null || (name != null && !name.equals("auto"))) {
            return name;
        }
        String base = String.valueOf(Path.of(file).getFileName());
        return base.endsWith(".env") && base.length() > 4 ? base.substring(0, base.length() - 4) : base;
    }
}
