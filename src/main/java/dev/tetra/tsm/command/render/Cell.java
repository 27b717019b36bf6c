package dev.tetra.tsm.command.render;

import org.jspecify.annotations.Nullable;

/** A cell of a {@link Table}: text of any origin, made harmless when shown. */
public record Cell(String text, Style style) {
    /** Plain text; null and empty text are shown as {@code -}, so that every row has every column. */
    public static Cell of(@Nullable Object text) {
        return of(text, Style.PLAIN);
    }

    /** Text in a style. */
    public static Cell of(@Nullable Object text, Style style) {
        String shown = text == null ? "" : Visible.line(text.toString());
        return new Cell(shown.isEmpty() ? "-" : shown, style);
    }
}
