package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import java.time.Duration;

/** What can happen to a process: the events of its table of states. */
sealed interface Happening {
    /** The user wants it to run. */
    record StartAsked() implements Happening {}

    /** The user wants it stopped and run again. */
    record RestartAsked() implements Happening {}

    /**
     * The user wants it stopped.
     *
     * @param kill at once, without asking it
     * @param remains whether anything of it is alive
     */
    record StopAsked(boolean kill, boolean remains) implements Happening {}

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

    /** Its leader ended, {@code lived} after it was executed. */
    record Ended(Exit exit, Duration lived) implements Happening {}

    /** Nothing of it is alive any more. */
    record TreeGone() implements Happening {}

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
     * @param remains whether any descendant is alive
     * @param lived how long its leader lived at most; zero when that is not known
     * @param rebooted whether the machine was booted since
     */
    record FoundGone(Exit exit, Duration lived, boolean spawned, boolean remains, boolean rebooted)
            implements Happening {}
}
