package dev.tetra.tsm.command.render;

import dev.tetra.tsm.model.ResultColumn;
import dev.tetra.tsm.model.RowSink;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A result as comma-separated values (RFC 4180), with a line of headers. Null is nothing, empty text is {@code ""}. */
public final class RowsCsv implements RowSink {
    private static final String END = "\r\n";

    private final OutputStream out;

    public RowsCsv(OutputStream out) {
        this.out = out;
    }

    @Override
    public void columns(List<ResultColumn> columns) throws IOException {
        line(columns.stream().map(ResultColumn::name).toList());
    }

    @Override
    public void row(List<? extends @Nullable Object> values) throws IOException {
        line(values);
    }

    @Override
    public void end() {}

    private void line(List<? extends @Nullable Object> values) throws IOException {
        out.write(RowValues.bytes(values.stream().map(RowsCsv::field).collect(Collectors.joining(",")) + END));
    }

    private static String field(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = RowValues.text(value);
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
