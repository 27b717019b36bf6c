package dev.tetra.tsm.model;

/** Who caused an event. */
public enum Origin {
    /** A command of the user. */
    USER,
    /** tsm by itself. */
    TSM,
    /** The process. */
    PROCESS;

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}
