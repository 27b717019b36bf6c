package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.RunCause;
import java.time.Duration;

/** What a supervisor does after a transition, in order. */
sealed interface Action {
    /** Run it, once all that it needs is there: {@link Execute}. */
    record Spawn(RunCause cause) implements Action {}

    /** Execute the run that was decided on, when nothing of the run before is left. */
    record Execute() implements Action {}

    /** Execute the program, as the command before it is over. */
    record ExecuteProgram() implements Action {}

    /** Send the stop signal to all of it, as the command in its place has failed. */
    record Signal() implements Action {}

    /** Run the command after the run. */
    record CleanUp() implements Action {}

    /** Ask all of it to stop, by the stop signal or the command in its place, and start the kill timeout. */
    record AskToStop() implements Action {}

    /** Leave it more time to stop, from now on, before it is killed; never less than it has. */
    record AllowTime(Duration time) implements Action {}

    /** Send SIGKILL to all of it. */
    record Kill() implements Action {}

    /** Look for what is left of it now, and again until it is gone. */
    record WatchTree() implements Action {}

    /** End what the leader left behind, in the background. */
    record Sweep() implements Action {}

    /** Restart after a delay. */
    record Backoff(Duration delay) implements Action {}

    /** Wait until it has proven that it runs. */
    record AwaitProof() implements Action {}

    /** Wait until it has run long enough to forget earlier failures. */
    record AwaitStable() implements Action {}

    /** End the run that has stood by until the present one was ready. */
    record Retire() implements Action {}

    /** End the present run; the one that has stood by is the present one again. */
    record FallBack() implements Action {}

    /** Tell those who wait that it cannot be killed. */
    record ReportSurvivors() implements Action {}
}
