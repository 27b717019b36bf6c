package dev.tetra.tsm.command.render;

import dev.tetra.tsm.model.ResultColumn;
import dev.tetra.tsm.model.RowSink;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A result as a table. Columns are as wide as the rows of a page need, so that no more than a page is in memory; the
 * headers stand above the first.
 */
public final class RowsTable implements RowSink {
    private static final int PAGE = 1000;

    private final OutputStream out;
    private final int width;
    private final Ansi ansi;
    private List<Column> columns = List.of();
    private List<List<Cell>> page = new ArrayList<>();
    private boolean first = true;

    /** @param width of the terminal, in columns; 0 when the reader is none */
    public RowsTable(OutputStream out, int width, Ansi ansi) {
        this.out = out;
        this.width = width;
        this.ansi = ansi;
    }

    @Override
    public void columns(List<ResultColumn> result) {
        columns = result.stream()
                .map(column -> column.number()
                        ? Column.right(Visible.line(column.name()))
                        : Column.left(Visible.line(column.name())).shortened())
                .toList();
    }

    @Override
    public void row(List<? extends @Nullable Object> values) throws IOException {
        List<Cell> cells = new ArrayList<>(values.size());
        for (Object value : values) {
            cells.add(
                    value == null
                            ? new Cell("NULL", Style.DIM)
                            : new Cell(Visible.line(RowValues.text(value)), Style.PLAIN));
        }
        page.add(cells);
        if (page.size() == PAGE) {
            print();
        }
    }

    @Override
    public void end() throws IOException {
        if (first || !page.isEmpty()) {
            print();
        }
    }

    private void print() throws IOException {
        Table table = new Table(columns);
        page.forEach(table::row);
        page = new ArrayList<>();
        String text = table.render(width, ansi);
        out.write(RowValues.bytes(first ? text : text.substring(text.indexOf('\n') + 1)));
        first = false;
    }
}
