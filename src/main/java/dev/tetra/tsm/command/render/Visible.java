package dev.tetra.tsm.command.render;

import org.jline.utils.WCWidth;

/**
 * Text from outside made harmless for a terminal, and its width there. A name or a command may hold control sequences
 * that would move the cursor, change the title or hide text; they are shown as escapes instead.
 */
public final class Visible {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private Visible() {}

    /** The text on one line: every control, and characters that reorder or hide others, as {@code \n} or {@code \x1b}. */
    public static String line(String text) {
        return escape(text, false);
    }

    /** As {@link #line}, but newlines and tabs stay. */
    public static String lines(String text) {
        return escape(text, true);
    }

    /** The columns that the text takes on a terminal; the text must be {@linkplain #line harmless}. */
    public static int width(String text) {
        int width = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            width += width(c);
            i += Character.charCount(c);
        }
        return width;
    }

    /** The text shortened to at most {@code width} columns, which an ellipsis shows; at least the ellipsis remains. */
    public static String cut(String text, int width) {
        if (width(text) <= width) {
            return text;
        }
        int used = 0;
        int end = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            used += width(c);
            if (used > width - 1) {
                break;
            }
            end += Character.charCount(c);
        }
        return text.substring(0, end) + "…";
    }

    /** The columns of one character that is no control. */
    private static int width(int c) {
        return c < 0x300 ? 1 : Math.max(0, WCWidth.wcwidth(c));
    }

    private static String escape(String text, boolean keepLayout) {
        int first = firstHarmful(text, keepLayout);
        if (first < 0) {
            return text;
        }
        StringBuilder to = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (harmful(c, keepLayout)) {
                append(c, to);
            } else {
                to.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return to.toString();
    }

    private static int firstHarmful(String text, boolean keepLayout) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (harmful(c, keepLayout)) {
                return i;
            }
            i += Character.charCount(c);
        }
        return -1;
    }

    private static boolean harmful(int c, boolean keepLayout) {
        if (c < 0x7f) {
            return c < 0x20 && !(keepLayout && (c == '\n' || c == '\t'));
        }
        return c <= 0x9f || hides(c) || (c >= 0xd800 && c <= 0xdfff);
    }

    /**
     * Characters that show nothing themselves, and change how others read: direction marks and overrides (UAX 9),
     * separators of lines, blanks without width, tags. Joiners are not among them, as emoji and scripts need them.
     */
    static boolean hides(int c) {
        return c == 0xad
                || c == 0x61c
                || c == 0x200b
                || c == 0x200e
                || c == 0x200f
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2060 && c <= 0x206f)
                || c == 0xfeff
                || (c >= 0xe0000 && c <= 0xe007f);
    }

    private static void append(int c, StringBuilder to) {
        switch (c) {
            case '\n' -> to.append("\\n");
            case '\r' -> to.append("\\r");
            case '\t' -> to.append("\\t");
            default -> {
                // a byte that is no UTF-8 is kept as U+DC00 + byte (see RawText), and shown as the byte it is
                boolean rawByte = c >= 0xdc80 && c <= 0xdcff;
                int shown = rawByte ? c - 0xdc00 : c;
                if (shown <= 0xff) {
                    to.append("\\x").append(HEX[shown >> 4]).append(HEX[shown & 15]);
                } else {
                    to.append("\\u{").append(Integer.toHexString(shown)).append('}');
                }
            }
        }
    }
}
