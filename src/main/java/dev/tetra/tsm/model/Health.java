package dev.tetra.tsm.model;

/** What its probes say of a process that runs. */
public enum Health {
    /** It does its work. */
    READY,
    /** It runs, and its readiness probe fails. */
    UNREADY,
    /** No probe has said anything: there is none, or it does not run. */
    UNKNOWN;

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}
