package dev.tetra.tsm.repl.top;

/** A key that was pressed. */
public enum Key {
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    HOME,
    END,
    ENTER,
    ESCAPE,
    BACKSPACE,
    INTERRUPT,
    REDRAW,
    /** A character, of which the text tells which. */
    CHARACTER
}
