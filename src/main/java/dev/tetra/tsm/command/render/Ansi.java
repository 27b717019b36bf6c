package dev.tetra.tsm.command.render;

import java.util.List;

/** Colours text, or leaves it when the reader is no terminal or asked for none (NO_COLOR). */
public record Ansi(boolean colour) {
    private static final List<Style> NAMES =
            List.of(Style.CYAN, Style.GREEN, Style.YELLOW, Style.MAGENTA, Style.BLUE, Style.RED);

    /** The text in the style. The text itself is taken as it is: see {@link Visible}. */
    public String paint(Style style, String text) {
        StringBuilder to = new StringBuilder(text.length() + 10);
        begin(style, to);
        to.append(text);
        end(style, to);
        return to.toString();
    }

    /** A colour that is always the same for a name, to tell the lines of several processes apart. */
    public static Style styleOf(String name) {
        return NAMES.get(Math.floorMod(name.hashCode(), NAMES.size()));
    }

    void begin(Style style, StringBuilder to) {
        if (colour && style != Style.PLAIN) {
            to.append("\u001b[").append(style.code()).append('m');
        }
    }

    void end(Style style, StringBuilder to) {
        if (colour && style != Style.PLAIN) {
            to.append("\u001b[0m");
        }
    }
}
