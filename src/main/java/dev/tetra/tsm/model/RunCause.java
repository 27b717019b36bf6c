package dev.tetra.tsm.model;

/** Why a run was started. */
public enum RunCause {
    /** The user started it. */
    START,
    /** The user asked for a restart. */
    RESTART,
    /** The run before ended with an exit code. */
    EXIT,
    /** The run before ended by a signal. */
    SIGNAL,
    /** The run before ended while nobody watched. */
    UNSEEN,
    /** The machine was booted again. */
    BOOT,
    /** The daemon died between the decision to run and the spawn. */
    RECOVERY,
    /** Found running without a row, and taken back. */
    ADOPTED;

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}
