package dev.tetra.tsm.repl.top;

import dev.tetra.tsm.command.render.Visible;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Which columns the table has on a screen of some width, and how wide they are. */
final class Layout {
    private static final int LEAST_NAME = 16;
    private static final int LEAST_BARS = 8;

    private final Map<Column, Integer> widths = new EnumMap<>(Column.class);
    private int gap = 2;

    /** @param bars whether there are to be any, where there is room */
    Layout(List<ProcessRow> rows, Order order, int columns, boolean bars) {
        for (Column column : Column.values()) {
            int width = column.bars() ? LEAST_BARS : Visible.width(column.header(order));
            for (ProcessRow row : rows) {
                width = Math.max(width, Visible.width(column.text(row)));
            }
            if (bars || !column.bars()) {
                widths.put(column, width);
            }
        }
        int room = columns - 1;
        if (total() > room) {
            gap = 1;
        }
        shrinkName(room, LEAST_NAME);
        for (Column column : Column.DISPENSABLE) {
            if (total() > room) {
                widths.remove(column);
            }
        }
        shrinkName(room, 1);
        growBars(room);
    }

    private int total() {
        return widths.values().stream().mapToInt(Integer::intValue).sum() + gap * (widths.size() - 1);
    }

    private void shrinkName(int room, int least) {
        int name = widths.getOrDefault(Column.NAME, 0);
        int excess = Math.max(0, total() - room);
        widths.put(Column.NAME, Math.max(Math.min(name, least), name - excess));
    }

    private void growBars(int room) {
        for (Column column : List.of(Column.CPU_BARS, Column.MEMORY_BARS)) {
            if (widths.containsKey(column)) {
                int others = widths.containsKey(Column.MEMORY_BARS) && column == Column.CPU_BARS ? 2 : 1;
                int more = Math.max(0, room - total()) / others;
                widths.merge(column, Math.min(more, History.LOOKS - LEAST_BARS), Integer::sum);
            }
        }
    }

    /** Those that are shown, in order. */
    List<Column> columns() {
        return List.copyOf(widths.keySet());
    }

    int width(Column column) {
        return widths.getOrDefault(column, 0);
    }

    /** Blanks between two columns. */
    int gap() {
        return gap;
    }
}
