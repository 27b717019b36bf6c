package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;

/**
 * Looks after one process beside its supervisor, on threads of its own, and tells what it finds: a probe, a limit, a
 * watch, a schedule. It decides nothing.
 */
public interface Attendant extends AutoCloseable {
    /** Makes the attendant of a process. */
    @FunctionalInterface
    interface Maker {
        /**
         * The attendant of that process, which has not followed anything yet.
         *
         * @param teller what it finds goes there
         */
        Attendant of(ManagedProcess process, Teller teller);
    }

    /** Takes what an attendant has found; for any thread, never waits. */
    @FunctionalInterface
    interface Teller {
        /**
         * Something happened to the run of that generation. It is dropped when that is no longer the present one, or when
         * the table of states says that it is of no consequence now.
         */
        void tell(long generation, Happening happening);
    }

    /**
     * The process as it is after each decision of its supervisor, in order; on the supervisor's thread, which it must not
     * keep waiting. What is to go on follows from the status, the generation and the spec alone, so the first call after
     * the daemon's start is not special.
     */
    void follow(ManagedProcess process);

    /**
     * Adds to what a run is given, right before it is spawned; on the supervisor's thread. What it throws keeps the run
     * from being executed, and its message is what the user is told.
     */
    default void equip(ManagedProcess process, Run planned, Equipment equipment) {}

    /**
     * Asks the program to stop in a way of its own; on the supervisor's thread, which it must not keep waiting.
     *
     * @return whether that was done, in place of the stop signal
     */
    default boolean askToStop() {
        return false;
    }

    /**
     * The same of the run whose place the present one has taken.
     *
     * @return whether that was done, in place of the stop signal
     */
    default boolean askReplacedToStop() {
        return false;
    }

    /** Ends it; the process may go on. */
    @Override
    void close();
}
