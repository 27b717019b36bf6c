package dev.tetra.tsm.model;

/** What sort of thing happened. */
public enum EventKind {
    /** A run was decided on or executed. */
    START,
    /** A process came online. */
    ONLINE,
    /** A run ended. */
    EXIT,
    /** A restart was decided on. */
    RESTART,
    /** A stop was asked for or completed. */
    STOP,
    /** A running process was taken back by a new daemon. */
    ADOPT,
    /** A port was given, released, or observed. */
    PORT,
    /** A process's health changed. */
    HEALTH,
    /** A process was changed, deleted, or its logs flushed. */
    CONFIG,
    /** tsm gave up on a process. */
    GIVEUP,
    /** Something about the daemon itself. */
    DAEMON;

    /** The word shown to users and stored. */
    public String word() {
        return Words.of(this);
    }
}
