package dev.tetra.tsm.command.render;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines of {@code key: value} with the values below each other, in blocks that may have titles. */
public final class Details {
    private final List<Entry> entries = new ArrayList<>();

    /** Adds a line with a value, which may be a {@link Cell} in a style; null and empty ones are shown as {@code -}. */
    public Details add(String key, @Nullable Object value) {
        entries.add(new Entry(key, List.of(cell(value)), false));
        return this;
    }

    /** Adds a key with each value on a line of its own; none at all is shown as {@code -}. */
    public Details addAll(String key, Collection<?> values) {
        List<Cell> cells = values.isEmpty()
                ? List.of(Cell.of(null))
                : values.stream().map(Details::cell).toList();
        entries.add(new Entry(key, cells, false));
        return this;
    }

    /** Begins a block under a title, after an empty line. */
    public Details title(String title) {
        entries.add(new Entry(title, List.of(), true));
        return this;
    }

    /** All lines, each with a newline. Nothing is cut. */
    public String render(Ansi ansi) {
        int width = 0;
        for (Entry entry : entries) {
            width = entry.title() ? width : Math.max(width, Visible.width(entry.key()) + 1);
        }
        StringBuilder to = new StringBuilder();
        for (Entry entry : entries) {
            if (entry.title()) {
                to.append(to.isEmpty() ? "" : "\n").append(ansi.paint(Style.BOLD, entry.key()));
                to.append('\n');
            }
            String label = entry.key() + ":";
            for (Cell value : entry.values()) {
                int used = Visible.width(label);
                to.append(label.isEmpty() ? label : ansi.paint(Style.DIM, label));
                to.repeat(' ', width - used + 1).append(ansi.paint(value.style(), value.text()));
                to.append('\n');
                label = "";
            }
        }
        return to.toString();
    }

    private static Cell cell(@Nullable Object value) {
        return value instanceof Cell cell ? cell : Cell.of(value);
    }

    private record Entry(String key, List<Cell> values, boolean title) {
        Entry {
            key = Visible.line(key);
        }
    }
}
