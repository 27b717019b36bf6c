package dev.tetra.tsm.supervise;

/**
 * Named points between two steps of a state change, at which a daemon may die. The daemon does nothing at them, unless a
 * fault test asked it to kill itself at one.
 */
@FunctionalInterface
public interface Checkpoints {
    /** Does nothing. */
    Checkpoints NONE = point -> {};

    /** Called when a point is passed. */
    void pass(Point point);

    /** The points. */
    enum Point {
        /** A new process is decided on, nothing is committed. */
        BEFORE_CREATE,
        /** A new process is committed, nothing is spawned. */
        AFTER_CREATE,
        /** A transition is decided, not committed. */
        BEFORE_DECISION,
        /** A transition is committed, nothing is done about it. */
        AFTER_DECISION,
        /** About to spawn. */
        BEFORE_SPAWN,
        /** Spawned; the database does not know the pid. */
        AFTER_SPAWN,
        /** The pid is committed. */
        AFTER_SPAWN_COMMIT,
        /** A stop is committed, no signal is sent. */
        BEFORE_STOP_SIGNAL,
        /** The stop signal is sent. */
        AFTER_STOP_SIGNAL,
        /** SIGKILL is sent. */
        AFTER_KILL_SIGNAL,
        /** Everything is gone, which is not committed. */
        BEFORE_GONE,
        /** An end was seen, which is not committed. */
        BEFORE_EXIT_COMMIT,
        /** The run after one that has ended is executed, and neither is committed. */
        AFTER_EARLY_SPAWN,
        /** An end is committed with what follows. */
        AFTER_EXIT_COMMIT,
        /** A back-off has begun. */
        DURING_BACKOFF,
        /** A back-off is over. */
        AFTER_BACKOFF,
        /** A run is held back until what it needs is there. */
        AFTER_HOLD,
        /** A command around a run is executed, which is not committed. */
        AFTER_COMMAND_SPAWN,
        /** A new run has taken over, and the one before it was asked to end. */
        AFTER_RETIRE,
        /** A new run that was to take over was asked to end, as the one before it goes on. */
        AFTER_FALL_BACK,
        /** The end of one of two runs was seen that is not the present one, which is not committed. */
        BEFORE_REPLACED_END,
        /** That end is committed. */
        AFTER_REPLACED_END,
        /** A deletion is committed, the logs are there. */
        AFTER_DELETE,
    }
}
