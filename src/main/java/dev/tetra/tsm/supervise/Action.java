package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.RunCause;
import java.time.Duration;

/** What a supervisor does after a transition, in order. */
sealed interface Action {
    /** Execute it, when nothing of the run before is left. */
    record Spawn(RunCause cause) implements Action {}

    /** Send the stop signal to all of it, and start the kill timeout. */
    record AskToStop() implements Action {}

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

    /** Tell those who wait that it cannot be killed. */
    record ReportSurvivors() implements Action {}
}
