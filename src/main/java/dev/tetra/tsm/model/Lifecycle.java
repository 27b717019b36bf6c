package dev.tetra.tsm.model;

/**
 * The part of a process that its supervisor decides on: what is wanted, what is so, and the counters behind restarts.
 *
 * @param generation counts the decisions to run; a wait of an older generation may change nothing
 * @param attempt restarts made in the present row, for the back-off
 * @param unstable failed runs in a row that each lived less than the policy's minimum
 * @param restarts how often it was restarted, by tsm or by the user
 */
public record Lifecycle(Wanted wanted, Status status, long generation, int attempt, int unstable, int restarts) {
    /** A process that has just been made and is to run. */
    public static final Lifecycle NEW = new Lifecycle(Wanted.RUN, Status.STARTING, 1, 0, 0, 0);

    public Lifecycle withStatus(Status next) {
        return new Lifecycle(wanted, next, generation, attempt, unstable, restarts);
    }

    public Lifecycle withWanted(Wanted next) {
        return new Lifecycle(next, status, generation, attempt, unstable, restarts);
    }

    /** The same with the row of restarts ended. */
    public Lifecycle calm() {
        return new Lifecycle(wanted, status, generation, 0, 0, restarts);
    }

    /** The same, decided to run once more. */
    public Lifecycle nextGeneration() {
        return new Lifecycle(wanted, Status.STARTING, generation + 1, attempt, unstable, restarts);
    }

    /** The same with one more restart counted. */
    public Lifecycle restarted() {
        return new Lifecycle(wanted, status, generation, attempt, unstable, restarts + 1);
    }

    /** The same with other back-off counters. */
    public Lifecycle withRow(int nextAttempt, int nextUnstable) {
        return new Lifecycle(wanted, status, generation, nextAttempt, nextUnstable, restarts);
    }
}
