package dev.tetra.tsm.command.render;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.tetra.tsm.model.ResultColumn;
import dev.tetra.tsm.model.RowSink;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A result as a JSON array with an object for each row, a row a line. A name that comes twice gets a number. */
public final class RowsJson implements RowSink {
    private final OutputStream out;
    private final JsonGenerator json;
    private List<String> names = List.of();
    private boolean first = true;

    public RowsJson(OutputStream out) throws IOException {
        this.out = out;
        this.json = new JsonFactory().createGenerator(new Unclosed(out));
        json.setCharacterEscapes(new JsonEscapes());
        // between two rows nothing is put: the comma and the line are written here
        json.setPrettyPrinter(new MinimalPrettyPrinter(""));
    }

    @Override
    public void columns(List<ResultColumn> columns) throws IOException {
        Set<String> taken = new HashSet<>();
        List<String> unique = new ArrayList<>();
        for (ResultColumn column : columns) {
            String name = column.name();
            for (int i = 2; !taken.add(name); i++) {
                name = column.name() + "_" + i;
            }
            unique.add(name);
        }
        names = unique;
        out.write('[');
    }

    @Override
    public void row(List<? extends @Nullable Object> values) throws IOException {
        out.write(RowValues.bytes(first ? "\n  " : ",\n  "));
        first = false;
        json.writeStartObject();
        for (int i = 0; i < names.size(); i++) {
            json.writeFieldName(JsonEscapes.wellFormed(names.get(i)));
            value(values.get(i));
        }
        json.writeEndObject();
        json.flush();
    }

    @Override
    public void end() throws IOException {
        out.write(RowValues.bytes(first ? "]" : "\n]"));
    }

    private void value(@Nullable Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Boolean truth -> json.writeBoolean(truth);
            case BigDecimal number -> json.writeNumber(number.toPlainString());
            case Double number when !Double.isFinite(number) -> json.writeNull();
            case Double number -> json.writeNumber(number);
            case Float number when !Float.isFinite(number) -> json.writeNull();
            case Float number -> json.writeNumber(number);
            case Number number -> json.writeNumber(number.longValue());
            case List<?> items -> {
                json.writeStartArray();
                for (Object item : items) {
                    value(item);
                }
                json.writeEndArray();
            }
            default -> json.writeString(JsonEscapes.wellFormed(RowValues.text(value)));
        }
    }

    /** Passes on what is written, but each row's flush would be a packet. */
    private static final class Unclosed extends OutputStream {
        private final OutputStream to;

        Unclosed(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            to.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            to.write(bytes, offset, length);
        }
    }
}
