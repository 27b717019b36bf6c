package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Status;
import java.util.concurrent.CompletableFuture;

/**
 * Someone who waits for a wish to be settled.
 *
 * @param from the first generation that can fulfil a wish to run
 * @param changed whether the wish changed anything
 */
record Waiter(Goal goal, long from, boolean changed, CompletableFuture<Outcome> reply) {
    /** What is waited for. */
    enum Goal {
        /** That it runs and has proven it. */
        RUNNING,
        /** That it was executed. */
        EXECUTED,
        /** That it is at rest, because it was stopped. */
        RESTING,
        /** That it is at rest, however that comes. */
        ENDED
    }

    /** Whether this waits for a run of that generation to be under way. */
    boolean forRun(long generation) {
        return (goal == Goal.RUNNING || goal == Goal.EXECUTED) && generation >= from && !reply.isDone();
    }

    boolean startSettled(Status status, long generation, boolean executed) {
        boolean reached = goal == Goal.EXECUTED ? executed : status == Status.ONLINE;
        return generation >= from && reached;
    }
}
