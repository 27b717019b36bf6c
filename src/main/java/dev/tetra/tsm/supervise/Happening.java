package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.RunCause;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What can happen to a process: the events of its table of states. */
public sealed interface Happening {
    /** The user wants it to run. */
    record StartAsked() implements Happening {}

    /** The user wants it stopped and run again. */
    record RestartAsked() implements Happening {}

    /**
     * The user wants a new run in place of the present one, which goes on until the new one is ready.
     *
     * @param run the key of the present one
     */
    record ReloadAsked(long run) implements Happening {}

    /**
     * The run that was to go on until the present one is ready has ended.
     *
     * @param executed whether the present one was executed yet
     */
    record StandbyEnded(Exit exit, boolean executed) implements Happening {}

    /** A new daemon found the run alive that goes on until the present one is ready. */
    record FoundStandby() implements Happening {}

    /**
     * It is to be stopped and run again for a reason of tsm's own.
     *
     * @param why in words, for the event
     */
    record RestartNeeded(RunCause cause, String why) implements Happening {}

    /**
     * A time of its schedule has come. It counts once: when the time that comes next is still this one.
     *
     * @param due the time that has come
     * @param next the one after it; null when there is none
     * @param replace whether a run that is going on is ended for it, rather than the time skipped
     * @param why in words, for the event
     */
    record TimeCame(Instant due, @Nullable Instant next, boolean replace, String why) implements Happening {}

    /**
     * Another time of its schedule comes next than was known.
     *
     * @param missed in words, which times have gone by; empty when none have
     */
    record TimeSet(@Nullable Instant next, String missed) implements Happening {}

    /** Its files are not watched any more, until a user starts or restarts it. */
    record Unwatched(String why) implements Happening {}

    /**
     * The user wants it stopped.
     *
     * @param kill at once, without asking it
     * @param remains whether anything of it is alive
     */
    record StopAsked(boolean kill, boolean remains) implements Happening {}

    /**
     * Its run is held back, as something that it needs is not there yet.
     *
     * @param what it waits for, in words
     */
    record NeedsAwaited(String what) implements Happening {}

    /** All that it needs is there. */
    record NeedsMet() implements Happening {}

    /**
     * Something that it needs will not be there.
     *
     * @param why in words
     */
    record NeedFailed(String why) implements Happening {}

    /**
     * It was executed.
     *
     * @param proof whether it must live a while before it counts as started, because a user waits for that
     */
    record Spawned(boolean proof) implements Happening {}

    /**
     * It could not be executed.
     *
     * @param asked whether a user asked for this run, rather than the restart policy
     */
    record SpawnFailed(boolean asked) implements Happening {}

    /** It lived long enough to count as started. */
    record Proven() implements Happening {}

    /**
     * Its leader ended, {@code lived} after it was executed.
     *
     * @param asked whether a user waits for this run to get under way, so that its failure is told and not made up for
     */
    record Ended(Exit exit, Duration lived, boolean asked) implements Happening {
        /** With nobody waiting. */
        public Ended(Exit exit, Duration lived) {
            this(exit, lived, false);
        }
    }

    /**
     * Nothing of it is alive any more.
     *
     * @param asked whether a user waits for the run that has ended, as in {@link Ended}
     */
    record TreeGone(boolean asked) implements Happening {
        /** With nobody waiting. */
        public TreeGone() {
            this(false);
        }
    }

    /** Its probes say that it can do its work. */
    record Ready() implements Happening {}

    /**
     * Its readiness probe says that it cannot do its work.
     *
     * @param why in words
     */
    record Unready(String why) implements Happening {}

    /**
     * It did not get ready in the time it has for that.
     *
     * @param lived how long it has run
     * @param why what its probe found last, in words
     */
    record StartTimedOut(Duration lived, String why) implements Happening {}

    /** The program asks for that much more time to stop, from now on. */
    record MoreTime(Duration time) implements Happening {}

    /** Nothing of it is alive any more, and the command after the run has yet to be run. */
    record Unclean() implements Happening {}

    /** A command around the run was executed. */
    record CommandBegan(AroundRun.Kind kind) implements Happening {}

    /**
     * A command around the run is over.
     *
     * @param good whether it ended with code 0 in time
     * @param asked whether a user asked for this run, rather than the restart policy
     * @param how it ended, in words
     */
    record CommandEnded(AroundRun.Kind kind, boolean good, boolean asked, String how) implements Happening {}

    /** A new daemon found a command around the run at work. */
    record FoundCommand(AroundRun.Kind kind) implements Happening {}

    /** It was asked to stop and had its time. */
    record KillDue() implements Happening {}

    /** Something of it is alive although it was killed. */
    record Survived() implements Happening {}

    /** The delay before its restart is over. */
    record BackoffElapsed() implements Happening {}

    /** It has run long enough to forget earlier failures. */
    record Stable() implements Happening {}

    /** A new daemon found it running. */
    record FoundRunning() implements Happening {}

    /**
     * A new daemon found nothing of its leader.
     *
     * @param exit how it ended, as far as that can be known
     * @param spawned whether its last run had been executed at all
     * @param remains whether any descendant is alive, or the command after a run that is being stopped has yet to be run
     * @param lived how long its leader lived at most; zero when that is not known
     * @param rebooted whether the machine was booted since
     */
    record FoundGone(Exit exit, Duration lived, boolean spawned, boolean remains, boolean rebooted)
            implements Happening {}
}
