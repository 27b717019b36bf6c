package dev.tetra.tsm.model;

/** What a process is doing, as tsm last knew it. */
public enum Status {
    /** Decided to run; not yet executed, or not yet ready. */
    STARTING,
    /** Running. */
    ONLINE,
    /** Being stopped: signalled, not yet gone. */
    STOPPING,
    /** Stopped by the user. */
    STOPPED,
    /** Ended by itself with code 0 and not to be restarted. */
    EXITED,
    /** Ended; will be restarted after its back-off delay. */
    WAITING,
    /** Given up on: too many failed runs in a row, or failed with restart off. */
    ERRORED,
    /** Only while recovery has not yet decided what became of it. */
    LOST;

    /** True when a program may be running under this status. */
    public boolean alive() {
        return switch (this) {
            case STARTING, ONLINE, STOPPING -> true;
            case STOPPED, EXITED, WAITING, ERRORED, LOST -> false;
        };
    }

    /** True when tsm will do nothing more by itself: the process stays so until the user asks. */
    public boolean settled() {
        return switch (this) {
            case STOPPED, EXITED, ERRORED -> true;
            case STARTING, ONLINE, STOPPING, WAITING, LOST -> false;
        };
    }

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}
