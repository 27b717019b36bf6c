package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.RowsCsv;
import dev.tetra.tsm.command.render.RowsJson;
import dev.tetra.tsm.command.render.RowsTable;
import dev.tetra.tsm.model.RowSink;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the results of several queries go, one after another: tables and CSV with an empty line between them, JSON as an
 * array of the results unless there is one.
 */
final class SqlResults implements Supplier<RowSink> {
    /** How they are printed. */
    enum As {
        TABLE,
        CSV,
        JSON
    }

    private final Context context;
    private final As as;
    private final int count;
    private int begun;
    private @Nullable OutputStream out;

    SqlResults(Context context, As as, int count) {
        this.context = context;
        this.as = as;
        this.count = count;
    }

    /** Only asked for when every query has succeeded, so the rest of the answer may be a stream. */
    @Override
    public RowSink get() {
        try {
            OutputStream to = out;
            if (to == null) {
                to = SqlVerb.buffered(new ClientStream(context.terminal()::stream));
                out = to;
            }
            write(to, separator(begun++));
            return switch (as) {
                case TABLE -> new RowsTable(to, context.terminal().width(), context.ansi());
                case CSV -> new RowsCsv(to);
                case JSON -> new RowsJson(to);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String separator(int before) {
        return switch (as) {
            case TABLE -> before == 0 ? "" : "\n";
            case CSV -> before == 0 ? "" : "\r\n";
            case JSON -> count == 1 ? "" : before == 0 ? "[\n" : ",\n";
        };
    }

    void end() throws IOException {
        OutputStream to = out;
        if (to != null) {
            write(to, as != As.JSON ? "" : count == 1 ? "\n" : "\n]\n");
            to.flush();
        }
    }

    private static void write(OutputStream to, String text) throws IOException {
        to.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
