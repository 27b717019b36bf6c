package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Words;

/**
 * One thing that was looked at.
 *
 * @param group what it belongs to, for the headline
 * @param hint what to do about it; empty when there is nothing to do
 */
public record Finding(Level level, String group, String text, String hint) {
    /** How it was found. */
    public enum Level {
        OK,
        WARN,
        FAIL;

        /** The word shown to programs. */
        public String word() {
            return Words.of(this);
        }
    }

    static Finding ok(String group, String text) {
        return new Finding(Level.OK, group, text, "");
    }

    static Finding warn(String group, String text, String hint) {
        return new Finding(Level.WARN, group, text, hint);
    }

    static Finding fail(String group, String text, String hint) {
        return new Finding(Level.FAIL, group, text, hint);
    }
}
