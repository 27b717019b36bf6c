package dev.tetra.tsm.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The part of a process that its supervisor decides on: what is wanted, what is so, and the counters behind restarts.
 *
 * @param generation counts the decisions to run; a wait of an older generation may change nothing
 * @param attempt restarts made in the present row, for the back-off
 * @param unstable failed runs in a row that each lived less than the policy's minimum
 * @param restarts how often it was restarted, by tsm or by the user
 * @param health what its probes say; unknown as soon as it does not run
 * @param next why the run is started that follows the stop or the delay which is under way; null for none, or a user's
 * @param standby the key of the run that goes on until the present one is ready to take its place; null for none
 * @param rest where it comes to rest once what follows its end is over; null when {@code wanted} says what follows
 * @param triggers how its schedule and its watch stand
 */
public record Lifecycle(
        Wanted wanted,
        Status status,
        long generation,
        int attempt,
        int unstable,
        int restarts,
        Health health,
        @Nullable RunCause next,
        @Nullable Long standby,
        @Nullable Status rest,
        Triggers triggers) {
    /** A process that has just been made and is to run. */
    public static final Lifecycle NEW = new Lifecycle(Wanted.RUN, Status.STARTING, 1, 0, 0, 0);

    /** With nothing under way. */
    public Lifecycle(Wanted wanted, Status status, long generation, int attempt, int unstable, int restarts) {
        this(wanted, status, generation, attempt, unstable, restarts, Health.UNKNOWN, null, null, null, Triggers.NONE);
    }

    /**
     * How the schedule and the watch of a process stand.
     *
     * @param due when its next time comes; null when it has none, or that is not known yet
     * @param unwatched why its files are not watched any more, although they are to be; null when they are
     */
    public record Triggers(@Nullable Instant due, @Nullable String unwatched) {
        /** Nothing of the kind. */
        public static final Triggers NONE = new Triggers(null, null);
    }

    public Lifecycle withStatus(Status to) {
        boolean under = to == Status.STOPPING || to == Status.WAITING;
        return new Lifecycle(
                wanted,
                to,
                generation,
                attempt,
                unstable,
                restarts,
                to == Status.ONLINE ? health : Health.UNKNOWN,
                under ? next : null,
                to == Status.STARTING ? standby : null,
                to == Status.STOPPING ? rest : null,
                triggers);
    }

    /** The same, found to be so. */
    public Lifecycle withHealth(Health to) {
        return new Lifecycle(
                wanted, status, generation, attempt, unstable, restarts, to, next, standby, rest, triggers);
    }

    public Lifecycle withWanted(Wanted to) {
        RunCause then = to == Wanted.RUN ? next : null;
        return new Lifecycle(
                to, status, generation, attempt, unstable, restarts, health, then, standby, null, triggers);
    }

    /** The same with a cause for the run that follows what is under way. */
    public Lifecycle withNext(@Nullable RunCause cause) {
        return new Lifecycle(
                wanted, status, generation, attempt, unstable, restarts, health, cause, standby, null, triggers);
    }

    /** The same, to come to rest there once what follows its end is over. */
    public Lifecycle withRest(Status to) {
        return new Lifecycle(
                wanted, status, generation, attempt, unstable, restarts, health, null, standby, to, triggers);
    }

    /** The same with the row of restarts ended. */
    public Lifecycle calm() {
        return withRow(0, 0);
    }

    /** The same, decided to run once more. */
    public Lifecycle nextGeneration() {
        return new Lifecycle(
                wanted,
                Status.STARTING,
                generation + 1,
                attempt,
                unstable,
                restarts,
                Health.UNKNOWN,
                null,
                null,
                null,
                triggers);
    }

    /** The same, decided to run once more beside that run, which goes on until this one is ready. */
    public Lifecycle beside(long runKey) {
        return new Lifecycle(
                wanted,
                Status.STARTING,
                generation + 1,
                attempt,
                unstable,
                restarts,
                Health.UNKNOWN,
                null,
                runKey,
                null,
                triggers);
    }

    /** The same without another run that goes on. */
    public Lifecycle alone() {
        return new Lifecycle(
                wanted, status, generation, attempt, unstable, restarts, health, next, null, rest, triggers);
    }

    /** The same with one more restart counted. */
    public Lifecycle restarted() {
        return new Lifecycle(
                wanted, status, generation, attempt, unstable, restarts + 1, health, next, standby, rest, triggers);
    }

    /** The same with other back-off counters. */
    public Lifecycle withRow(int nextAttempt, int nextUnstable) {
        return new Lifecycle(
                wanted, status, generation, nextAttempt, nextUnstable, restarts, health, next, standby, rest, triggers);
    }

    /** The same with another time that comes next. */
    public Lifecycle withDue(@Nullable Instant due) {
        return with(new Triggers(due, triggers.unwatched()));
    }

    /** The same, no longer watched for that reason. */
    public Lifecycle withUnwatched(String why) {
        return with(new Triggers(triggers.due(), why));
    }

    /** The same with its schedule and its watch as at first. */
    public Lifecycle untriggered() {
        return with(Triggers.NONE);
    }

    private Lifecycle with(Triggers changed) {
        return new Lifecycle(
                wanted, status, generation, attempt, unstable, restarts, health, next, standby, rest, changed);
    }

    /** Whether it rests until its time comes. */
    public boolean awaitsTime() {
        return status == Status.WAITING && next == RunCause.SCHEDULE;
    }
}
