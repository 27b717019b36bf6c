package dev.tetra.tsm.repl.top;

import org.jline.utils.AttributedStyle;

/**
 * Styles.
 *
 * @param colour false for none; bold and reversed letters stay
 */
record Painter(boolean colour) {
    static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
    static final AttributedStyle BOLD = AttributedStyle.DEFAULT.bold();

    AttributedStyle red() {
        return of(AttributedStyle.RED);
    }

    AttributedStyle cyan() {
        return of(AttributedStyle.CYAN);
    }

    AttributedStyle dim() {
        return colour ? PLAIN.faint() : PLAIN;
    }

    /** The colour that a status has wherever it is listed. */
    AttributedStyle status(String status) {
        return switch (status) {
            case "online" -> of(AttributedStyle.GREEN);
            case "errored" -> red();
            case "stopped", "exited" -> dim();
            default -> of(AttributedStyle.YELLOW);
        };
    }

    private AttributedStyle of(int color) {
        return colour ? PLAIN.foreground(color) : PLAIN;
    }
}
