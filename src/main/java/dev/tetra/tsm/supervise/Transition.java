package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Wanted;
import java.time.Duration;
import java.util.List;

/**
 * The table of states: a pure function of what a process is doing and what happened, to what it does next and what is to
 * be done about it. Every pair is decided here; the actor only carries out.
 *
 * <p>While a process is being stopped, {@code wanted} says what follows: rest, or another run. So a restart that a
 * daemon's death cuts in two is carried on by the next daemon from the row alone.
 */
final class Transition {
    private final RestartPolicy policy;

    Transition(RestartPolicy policy) {
        this.policy = policy;
    }

    /** What comes of a happening. An unchanged life with no actions means that it is of no consequence now. */
    record Step(Lifecycle life, List<Action> actions) {
        static Step of(Lifecycle life, Action... actions) {
            return new Step(life, List.of(actions));
        }
    }

    /** What comes of a happening in a state. */
    Step next(Lifecycle life, Happening happening) {
        return switch (life.status()) {
            case STARTING -> starting(life, happening);
            case ONLINE -> online(life, happening);
            case STOPPING -> stopping(life, happening);
            case WAITING -> waiting(life, happening);
            case STOPPED, EXITED, ERRORED -> settled(life, happening);
            case LOST -> lost(life, happening);
        };
    }

    private Step starting(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.Spawned(boolean proof) ->
                proof
                        ? Step.of(life, new Action.AwaitProof())
                        : Step.of(life.withStatus(Status.ONLINE), new Action.AwaitStable());
            case Happening.Proven() -> Step.of(life.withStatus(Status.ONLINE), new Action.AwaitStable());
            case Happening.SpawnFailed(boolean asked) ->
                asked ? Step.of(life.withStatus(Status.ERRORED)) : notExecuted(life);
            // A death before the proof is a failed start, which the user is told about and decides on.
            case Happening.Ended ended ->
                Step.of(life.withStatus(ended.exit().success() ? Status.EXITED : Status.ERRORED), new Action.Sweep());
            case Happening.RestartAsked() -> stop(life.withWanted(Wanted.RUN).restarted(), false);
            case Happening.StopAsked asked -> stop(life.withWanted(Wanted.STOP), asked.kill());
            case Happening.FoundRunning() -> Step.of(life.withStatus(Status.ONLINE), new Action.AwaitStable());
            case Happening.FoundGone gone -> foundGone(life, gone);
            case Happening.StartAsked _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _ -> Step.of(life);
        };
    }

    private Step online(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.Ended(Exit exit, Duration lived) -> ended(life, exit, lived, causeOf(exit));
            case Happening.Stable() -> Step.of(life.calm());
            case Happening.RestartAsked() -> stop(life.withWanted(Wanted.RUN).restarted(), false);
            case Happening.StopAsked asked -> stop(life.withWanted(Wanted.STOP), asked.kill());
            case Happening.FoundRunning() -> Step.of(life, new Action.AwaitStable());
            case Happening.FoundGone gone -> foundGone(life, gone);
            case Happening.StartAsked _,
                    Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.Proven _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _ -> Step.of(life);
        };
    }

    private Step stopping(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.TreeGone() -> afterStop(life);
            case Happening.Ended _ -> Step.of(life, new Action.WatchTree());
            case Happening.KillDue() -> Step.of(life, new Action.Kill());
            case Happening.Survived() -> Step.of(life, new Action.ReportSurvivors());
            case Happening.StartAsked() -> Step.of(life.withWanted(Wanted.RUN));
            case Happening.RestartAsked() -> Step.of(life.withWanted(Wanted.RUN).restarted());
            // The second stop kills at once; a stop that turns a restart into a stop is the first.
            case Happening.StopAsked asked ->
                asked.kill() || life.wanted() == Wanted.STOP
                        ? Step.of(life.withWanted(Wanted.STOP), new Action.Kill())
                        : Step.of(life.withWanted(Wanted.STOP));
            case Happening.FoundRunning() -> Step.of(life, new Action.AskToStop());
            case Happening.FoundGone gone -> gone.remains() ? Step.of(life, new Action.AskToStop()) : afterStop(life);
            case Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.Proven _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _ -> Step.of(life);
        };
    }

    private Step waiting(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.BackoffElapsed() -> restart(life, RunCause.EXIT);
            case Happening.StartAsked() -> run(life.withWanted(Wanted.RUN).calm(), RunCause.START);
            case Happening.RestartAsked() ->
                run(life.withWanted(Wanted.RUN).calm().restarted(), RunCause.RESTART);
            case Happening.StopAsked(boolean kill, boolean remains) -> rest(life, kill, remains);
            case Happening.FoundRunning() -> Step.of(life.withStatus(Status.ONLINE), new Action.AwaitStable());
            case Happening.FoundGone gone ->
                gone.rebooted()
                        ? run(life.calm(), RunCause.BOOT)
                        : Step.of(life, new Action.Sweep(), new Action.Backoff(policy.delay(life.attempt())));
            case Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.Proven _,
                    Happening.Ended _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.Stable _ -> Step.of(life);
        };
    }

    private static Step settled(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.StartAsked() -> run(life.withWanted(Wanted.RUN).calm(), RunCause.START);
            case Happening.RestartAsked() ->
                run(life.withWanted(Wanted.RUN).calm().restarted(), RunCause.RESTART);
            case Happening.StopAsked(boolean kill, boolean remains) -> rest(life, kill, remains);
            // A run that outlived its own record: what is wanted decides.
            case Happening.FoundRunning() ->
                life.wanted() == Wanted.RUN
                        ? Step.of(life.withStatus(Status.ONLINE), new Action.AwaitStable())
                        : stop(life, false);
            case Happening.FoundGone gone -> gone.remains() ? Step.of(life, new Action.Sweep()) : Step.of(life);
            case Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.Proven _,
                    Happening.Ended _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _ -> Step.of(life);
        };
    }

    /** Until recovery has decided, only what it found counts; a user's wish is kept. */
    private Step lost(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.FoundRunning() ->
                life.wanted() == Wanted.RUN
                        ? Step.of(life.withStatus(Status.ONLINE), new Action.AwaitStable())
                        : stop(life, false);
            case Happening.FoundGone gone -> foundGone(life, gone);
            case Happening.StartAsked _, Happening.RestartAsked _ -> Step.of(life.withWanted(Wanted.RUN));
            case Happening.StopAsked(boolean kill, boolean remains) -> Step.of(life.withWanted(Wanted.STOP));
            case Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.Proven _,
                    Happening.Ended _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _ -> Step.of(life);
        };
    }

    /** What follows when a running process has ended by itself. */
    private Step ended(Lifecycle life, Exit exit, Duration lived, RunCause cause) {
        boolean healthy = lived.compareTo(policy.stableAfter()) >= 0;
        boolean unstableRun = !exit.success() && lived.compareTo(policy.minUptime()) < 0;
        Lifecycle counted = life.withRow(healthy ? 0 : life.attempt(), unstableRun ? life.unstable() + 1 : 0);
        boolean again = switch (policy.restart()) {
            case ALWAYS -> true;
            case ON_FAILURE -> !exit.success();
            case NO -> false;
        };
        if (!again) {
            return Step.of(counted.withStatus(exit.success() ? Status.EXITED : Status.ERRORED), new Action.Sweep());
        }
        if (counted.unstable() >= policy.maxUnstable()) {
            return Step.of(counted.withStatus(Status.ERRORED), new Action.Sweep());
        }
        Duration delay = policy.delay(counted.attempt());
        return delay.isZero()
                ? restart(counted, cause)
                : Step.of(counted.withStatus(Status.WAITING), new Action.Sweep(), new Action.Backoff(delay));
    }

    /** What could not be executed once is tried again as after a failure, but never in the same breath. */
    private Step notExecuted(Lifecycle life) {
        Step step = ended(life, new Exit.Code(127), Duration.ZERO, RunCause.EXIT);
        return step.life().status() != Status.STARTING
                ? step
                : Step.of(
                        life.withRow(life.attempt(), life.unstable() + 1).withStatus(Status.WAITING),
                        new Action.Sweep(),
                        new Action.Backoff(policy.delay(1)));
    }

    private Step foundGone(Lifecycle life, Happening.FoundGone gone) {
        if (life.wanted() == Wanted.STOP) {
            return gone.remains() ? stop(life, false) : Step.of(life.withStatus(Status.STOPPED));
        }
        if (gone.rebooted()) {
            return run(life.calm(), RunCause.BOOT);
        }
        // The daemon died between the decision to run and the spawn: nobody has run it yet.
        return gone.spawned() ? ended(life, gone.exit(), gone.lived(), RunCause.UNSEEN) : run(life, RunCause.RECOVERY);
    }

    private static RunCause causeOf(Exit exit) {
        return switch (exit) {
            case Exit.Code _ -> RunCause.EXIT;
            case Exit.Signalled _ -> RunCause.SIGNAL;
            case Exit.Unknown _ -> RunCause.UNSEEN;
        };
    }

    private static Step restart(Lifecycle life, RunCause cause) {
        return run(life.withRow(life.attempt() + 1, life.unstable()).restarted(), cause);
    }

    private static Step run(Lifecycle life, RunCause cause) {
        return Step.of(life.nextGeneration(), new Action.Spawn(cause));
    }

    private static Step stop(Lifecycle life, boolean kill) {
        return Step.of(life.withStatus(Status.STOPPING), kill ? new Action.Kill() : new Action.AskToStop());
    }

    private static Step rest(Lifecycle life, boolean kill, boolean remains) {
        Lifecycle unwanted = life.withWanted(Wanted.STOP);
        return remains ? stop(unwanted, kill) : Step.of(unwanted.withStatus(Status.STOPPED));
    }

    private static Step afterStop(Lifecycle life) {
        return life.wanted() == Wanted.RUN
                ? run(life.calm(), RunCause.RESTART)
                : Step.of(life.withStatus(Status.STOPPED));
    }
}
