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
    ADOPTED,
    /** Its liveness probe failed, or its watchdog was not fed. */
    LIVENESS,
    /** It did not get ready in time. */
    START_TIMEOUT,
    /** It used more memory than it may. */
    MEMORY,
    /** Files that it is made of changed. */
    WATCH,
    /** Its time came. */
    SCHEDULE,
    /** It had run as long as it may. */
    MAX_RUNTIME,
    /** The user asked for a new instance in place of the old one. */
    RELOAD;

    /** Whether it says that the run before did badly, so that another is put off like one after a failure. */
    public boolean failure() {
        return switch (this) {
            case LIVENESS, START_TIMEOUT, MEMORY -> true;
            case START, RESTART, EXIT, SIGNAL, UNSEEN, BOOT, RECOVERY, ADOPTED, WATCH, SCHEDULE, MAX_RUNTIME, RELOAD ->
                false;
        };
    }

    /**
     * Whether such a run waits for what it needs: not one that follows a run which had it, and not one that is at the
     * moment its time has come.
     */
    public boolean awaitsNeeds() {
        return switch (this) {
            case START, RESTART, BOOT, RECOVERY -> true;
            case EXIT, SIGNAL, UNSEEN, ADOPTED, LIVENESS, START_TIMEOUT, MEMORY, WATCH, SCHEDULE, MAX_RUNTIME, RELOAD ->
                false;
        };
    }

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}
