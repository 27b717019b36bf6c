package dev.tetra.tsm.command.render;

import dev.tetra.tsm.model.RawText;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The values of results as text. */
final class RowValues {
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private RowValues() {}

    /** A value that is not null; times in ISO 8601, UTC, with milliseconds. */
    static String text(Object value) {
        return switch (value) {
            case Instant at -> MILLIS.format(at);
            case BigDecimal number -> number.toPlainString();
            case List<?> items -> items.stream().map(RowValues::item).collect(Collectors.joining(", ", "[", "]"));
            default -> value.toString();
        };
    }

    private static String item(@Nullable Object item) {
        return item == null ? "NULL" : text(item);
    }

    static byte[] bytes(String text) {
        return RawText.encode(text);
    }
}
