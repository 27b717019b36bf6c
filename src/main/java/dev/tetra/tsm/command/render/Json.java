package dev.tetra.tsm.command.render;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON document (RFC 8259): fields in the order they are given, two blanks a level, a newline at the end.
 * Controls and characters that reorder text are escaped, so that a document is also safe to show on a terminal. Bytes
 * that are no UTF-8 become U+FFFD, as strict readers refuse a whole document for an escaped lone surrogate.
 */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonEscapes ESCAPES = new JsonEscapes();
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final JsonGenerator out;

    private Json(JsonGenerator out) {
        this.out = out;
    }

    /** A document that is an object. */
    public static byte[] object(Consumer<Json> fields) {
        return document(json -> json.value(fields));
    }

    /** A document that is an array with an object for each item. */
    public static <T> byte[] array(Iterable<? extends T> items, BiConsumer<Json, ? super T> fields) {
        return document(json -> json.items(items, item -> json.value(object -> fields.accept(object, item))));
    }

    /** An object on one line, as a line of a stream of them (JSON Lines). */
    public static byte[] line(Consumer<Json> fields) {
        return write(new MinimalPrettyPrinter(""), json -> json.value(fields));
    }

    /** Text, or null. */
    public Json field(String name, @Nullable String value) {
        return write(name, () -> string(value));
    }

    /** A whole number, or null. */
    public Json field(String name, @Nullable Number value) {
        return write(name, () -> number(value));
    }

    /** A truth value. */
    public Json field(String name, boolean value) {
        return write(name, () -> out.writeBoolean(value));
    }

    /** A truth value, or null. */
    public Json field(String name, @Nullable Boolean value) {
        return value == null ? field(name, (String) null) : field(name, value.booleanValue());
    }

    /** A time as ISO 8601 in UTC with milliseconds, {@code 2026-01-02T03:04:05.678Z}, or null. */
    public Json field(String name, @Nullable Instant value) {
        return write(name, () -> string(value == null ? null : MILLIS.format(value)));
    }

    /** A value that is an object. */
    public Json object(String name, Consumer<Json> fields) {
        return write(name, () -> value(fields));
    }

    /** A value that is an array of objects, one for each item. */
    public <T> Json array(String name, Iterable<? extends T> items, BiConsumer<Json, ? super T> fields) {
        return write(name, () -> items(items, item -> value(object -> fields.accept(object, item))));
    }

    /** A value that is an array of texts. */
    public Json strings(String name, Iterable<String> items) {
        return write(name, () -> items(items, this::string));
    }

    /** A value that is an array of numbers. */
    public Json numbers(String name, Iterable<? extends Number> items) {
        return write(name, () -> items(items, this::number));
    }

    private static byte[] document(Writing writing) {
        return write(layout(), writing);
    }

    private static byte[] write(PrettyPrinter layout, Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
            generator.setCharacterEscapes(ESCAPES);
            generator.setPrettyPrinter(layout);
            writing.write(new Json(generator));
            generator.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static DefaultPrettyPrinter layout() {
        Separators separators = Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator("");
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        return new DefaultPrettyPrinter(separators).withObjectIndenter(lines).withArrayIndenter(lines);
    }

    private void value(Consumer<Json> fields) {
        try {
            out.writeStartObject();
            fields.accept(this);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T> void items(Iterable<? extends T> items, Item<? super T> each) throws IOException {
        out.writeStartArray();
        for (T item : items) {
            each.write(item);
        }
        out.writeEndArray();
    }

    private Json write(String name, Value value) {
        try {
            out.writeFieldName(name);
            value.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private void string(@Nullable String value) throws IOException {
        if (value == null) {
            out.writeNull();
        } else {
            out.writeString(JsonEscapes.wellFormed(value));
        }
    }

    private void number(@Nullable Number value) throws IOException {
        switch (value) {
            case null -> out.writeNull();
            case Double d when !Double.isFinite(d) -> out.writeNull();
            case Double d -> out.writeNumber(d);
            case Float f when !Float.isFinite(f) -> out.writeNull();
            case Float f -> out.writeNumber(f);
            case Number whole -> out.writeNumber(whole.longValue());
        }
    }

    private interface Writing {
        void write(Json json) throws IOException;
    }

    private interface Value {
        void write() throws IOException;
    }

    private interface Item<T> {
        void write(T item) throws IOException;
    }
}
