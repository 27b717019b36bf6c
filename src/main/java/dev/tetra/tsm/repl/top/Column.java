package dev.tetra.tsm.repl.top;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Percent;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.spec.Durations;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A column of the table, in the order they are shown. */
enum Column {
    ID("ID", true, Order.By.ID),
    NAME("Name", false, Order.By.NAME),
    PID("PID", true, null),
    PORT("Port", true, Order.By.PORT),
    STATUS("Status", false, Order.By.STATUS),
    RESTARTS("Restarts", true, Order.By.RESTARTS),
    CPU("CPU", true, Order.By.CPU),
    CPU_BARS("", false, null),
    MEMORY("Memory", true, Order.By.MEMORY),
    MEMORY_BARS("", false, null),
    UPTIME("Uptime", true, Order.By.UPTIME);

    /** What is left out where there is no room, the first of it first. The name is never left out. */
    static final List<Column> DISPENSABLE =
            List.of(MEMORY_BARS, PID, PORT, UPTIME, CPU_BARS, ID, RESTARTS, MEMORY, CPU, STATUS);

    private final String header;
    private final boolean right;
    private final Order.@Nullable By by;

    Column(String header, boolean right, Order.@Nullable By by) {
        this.header = header;
        this.right = right;
        this.by = by;
    }

    /** Its header, with an arrow when the table is ordered by it. */
    String header(Order order) {
        if (by == null || by != order.by()) {
            return header;
        }
        return header + (order.ascending() ? "▲" : "▼");
    }

    boolean right() {
        return right;
    }

    boolean bars() {
        return this == CPU_BARS || this == MEMORY_BARS;
    }

    /** What stands in it, but for bars. */
    String text(ProcessRow row) {
        return switch (this) {
            case ID -> String.valueOf(row.id());
            case NAME -> Visible.line(row.name());
            case PID -> row.pid() == null ? "-" : row.pid().toString();
            case PORT -> row.port();
            case STATUS -> row.status();
            case RESTARTS -> String.valueOf(row.restarts());
            case CPU -> row.cpuPercent() == null ? "-" : Percent.human(row.cpuPercent());
            case MEMORY -> row.memoryBytes() == null ? "-" : Bytes.human(row.memoryBytes());
            case UPTIME -> row.uptime() == null ? "-" : Durations.human(row.uptime());
            case CPU_BARS, MEMORY_BARS -> "";
        };
    }
}
