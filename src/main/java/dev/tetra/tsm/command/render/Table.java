package dev.tetra.tsm.command.render;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows in aligned columns, two blanks apart, under a line of headers. On a terminal the flexible columns are shortened
 * until a row fits; elsewhere nothing is cut.
 */
public final class Table {
    private static final String GAP = "  ";

    /** A flexible column keeps so many columns of the screen, or its header's width. */
    private static final int LEAST = 8;

    private final List<Column> columns;
    private final List<Cell[]> rows = new ArrayList<>();

    public Table(List<Column> columns) {
        this.columns = List.copyOf(columns);
    }

    public Table(Column... columns) {
        this(List.of(columns));
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException for another number of cells than there are columns
     */
    public Table row(List<Cell> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + columns.size() + " columns");
        }
        rows.add(cells.toArray(Cell[]::new));
        return this;
    }

    /** Adds a row. */
    public Table row(Cell... cells) {
        return row(List.of(cells));
    }

    /** Whether no row was added. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /**
     * The whole table, each line with a newline.
     *
     * @param terminalWidth in columns; 0 when the reader is no terminal
     */
    public String render(int terminalWidth, Ansi ansi) {
        int[] widths = widths();
        int total = (columns.size() - 1) * GAP.length();
        for (int width : widths) {
            total += width;
        }
        if (terminalWidth > 0 && total > terminalWidth) {
            shrink(widths, total - terminalWidth);
        }
        StringBuilder to = new StringBuilder((total + 16) * (rows.size() + 1));
        Cell[] headers = columns.stream()
                .map(column -> Cell.of(column.header(), Style.BOLD))
                .toArray(Cell[]::new);
        line(headers, widths, ansi, to);
        for (Cell[] row : rows) {
            line(row, widths, ansi, to);
        }
        return to.toString();
    }

    private int[] widths() {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Visible.width(columns.get(i).header());
            for (Cell[] row : rows) {
                widths[i] = Math.max(widths[i], Visible.width(row[i].text()));
            }
        }
        return widths;
    }

    /** Takes the excess from the widest flexible columns, so that short ones stay whole as long as possible. */
    private void shrink(int[] widths, int excess) {
        int low = 0;
        int high = 0;
        for (int width : widths) {
            high = Math.max(high, width);
        }
        // the greatest cap under which everything fits, or 0 when nothing does
        while (low < high) {
            int cap = (low + high + 1) >>> 1;
            if (saved(widths, cap) >= excess) {
                low = cap;
            } else {
                high = cap - 1;
            }
        }
        int spare = saved(widths, low) - excess;
        for (int i = 0; i < widths.length; i++) {
            int capped = capped(i, widths[i], low);
            boolean widen = spare > 0 && capped < widths[i];
            spare -= widen ? 1 : 0;
            widths[i] = widen ? capped + 1 : capped;
        }
    }

    private int saved(int[] widths, int cap) {
        int saved = 0;
        for (int i = 0; i < widths.length; i++) {
            saved += widths[i] - capped(i, widths[i], cap);
        }
        return saved;
    }

    private int capped(int column, int width, int cap) {
        if (!columns.get(column).flexible()) {
            return width;
        }
        int least = Math.max(LEAST, Visible.width(columns.get(column).header()));
        return Math.min(width, Math.max(least, cap));
    }

    private void line(Cell[] cells, int[] widths, Ansi ansi, StringBuilder to) {
        for (int i = 0; i < cells.length; i++) {
            if (i > 0) {
                to.append(GAP);
            }
            String text = cells[i].text();
            int width = Visible.width(text);
            if (width > widths[i]) {
                text = Visible.cut(text, widths[i]);
                width = Visible.width(text);
            }
            int padding = widths[i] - width;
            boolean right = columns.get(i).rightAligned();
            blanks(right ? padding : 0, to);
            ansi.begin(cells[i].style(), to);
            to.append(text);
            ansi.end(cells[i].style(), to);
            // nothing follows the last column, so its padding would only be blanks at the end of a line
            blanks(right || i == cells.length - 1 ? 0 : padding, to);
        }
        to.append('\n');
    }

    private static void blanks(int count, StringBuilder to) {
        to.repeat(' ', count);
    }
}
