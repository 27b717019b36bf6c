package dev.tetra.tsm.command.render;

/**
 * A column of a {@link Table}.
 *
 * @param rightAligned for numbers
 * @param flexible whether its cells may be shortened to fit the terminal
 */
public record Column(String header, boolean rightAligned, boolean flexible) {
    /** A column of text. */
    public static Column left(String header) {
        return new Column(header, false, false);
    }

    /** A column of numbers. */
    public static Column right(String header) {
        return new Column(header, true, false);
    }

    /** The same column, but its cells may be shortened. */
    public Column shortened() {
        return new Column(header, rightAligned, true);
    }
}
