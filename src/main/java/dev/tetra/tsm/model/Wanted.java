package dev.tetra.tsm.model;

/** What the user wants of a process. Only the user changes it, never what was observed. */
public enum Wanted {
    RUN,
    STOP;

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}
