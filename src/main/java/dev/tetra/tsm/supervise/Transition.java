package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Health;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.Wanted;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of states: a pure function of what a process is doing and what happened, to what it does next and what is to
 * be done about it. Every pair is decided here; the actor only carries out.
 *
 * <p>While a process is being stopped, {@code wanted} says what follows: rest, or another run. So a restart that a
 * daemon's death cuts in two is carried on by the next daemon from the row alone.
 */
final class Transition {
    private final RestartPolicy policy;
    private final SuccessCodes good;
    private final TriggerPolicy triggers;
    private final boolean gated;
    private final boolean cleansUp;

    /** For processes that are online as soon as they run. */
    Transition(RestartPolicy policy) {
        this(policy, SuccessCodes.USUAL, TriggerPolicy.NONE);
    }

    Transition(RestartPolicy policy, SuccessCodes good, TriggerPolicy triggers) {
        this(policy, good, triggers, false, false);
    }

    Transition(RestartPolicy policy, SuccessCodes good, TriggerPolicy triggers, boolean gated) {
        this(policy, good, triggers, gated, false);
    }

    /**
     * The table for processes of a policy.
     *
     * @param good which ends are a success
     * @param gated whether they are online only once their probes say so
     * @param cleansUp whether a command is to be run after each run
     */
    Transition(RestartPolicy policy, SuccessCodes good, TriggerPolicy triggers, boolean gated, boolean cleansUp) {
        this.policy = policy;
        this.good = good;
        this.triggers = triggers;
        this.gated = gated;
        this.cleansUp = cleansUp;
    }

    /** What comes of a happening. An unchanged life with no actions means that it is of no consequence now. */
    record Step(Lifecycle life, List<Action> actions) {
        static Step of(Lifecycle life, Action... actions) {
            return new Step(life, List.of(actions));
        }
    }

    /** What comes of a happening in a state. */
    Step next(Lifecycle before, Happening happening) {
        // With what a user asks for its times are counted from now, and its files are watched anew.
        Lifecycle life = happening instanceof Happening.StartAsked
                        || happening instanceof Happening.RestartAsked
                        || happening instanceof Happening.StopAsked
                ? before.untriggered()
                : before;
        return switch (life.status()) {
            case STARTING -> life.standby() == null ? starting(life, happening) : replacing(life, happening);
            case ONLINE -> online(life, happening);
            case STOPPING -> stopping(life, happening);
            case WAITING -> waiting(life, happening);
            case STOPPED, EXITED, ERRORED -> settled(life, happening);
            case LOST -> lost(life, happening);
        };
    }

    private Step starting(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.NeedsMet() -> Step.of(life, new Action.Execute());
            case Happening.NeedFailed _ -> Step.of(over(life, false));
            case Happening.Spawned(boolean proof) ->
                gated ? Step.of(life) : proof ? Step.of(life, new Action.AwaitProof()) : online(life);
            case Happening.Proven() -> gated ? Step.of(life) : online(life);
            case Happening.Ready() -> gated ? online(life.withHealth(Health.READY)) : Step.of(life);
            case Happening.StartTimedOut late -> gated ? late(life, late) : Step.of(life);
            case Happening.SpawnFailed(boolean asked) -> asked ? Step.of(over(life, false)) : notExecuted(life);
            // A death before the proof is a failed start, which the user is told about and decides on.
            case Happening.Ended(Exit exit, Duration lived, boolean asked)
            when gated && !asked -> cleaned(ended(life, exit, lived, causeOf(exit), cleansUp));
            case Happening.Ended ended -> cleaned(Step.of(over(life, good.success(ended.exit())), new Action.Sweep()));
            case Happening.CommandEnded command ->
                command.kind() == AroundRun.Kind.PRE_START ? prepared(life, command) : Step.of(life);
            case Happening.RestartAsked() ->
                stop(life.withWanted(Wanted.RUN).withNext(RunCause.RESTART).restarted(), false);
            case Happening.RestartNeeded needed -> stop(life.withNext(needed.cause()), false);
            case Happening.TimeCame came -> cameWhileRunning(life, came);
            case Happening.TimeSet set -> due(life, set);
            case Happening.Unwatched unwatched -> unwatched(life, unwatched);
            case Happening.StopAsked asked -> stop(life.withWanted(Wanted.STOP), asked.kill());
            case Happening.FoundRunning() -> found(life);
            case Happening.FoundGone gone -> foundGone(life, gone);
            case Happening.StartAsked _,
                    Happening.NeedsAwaited _,
                    Happening.CommandBegan _,
                    Happening.Unclean _,
                    Happening.FoundCommand _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _,
                    Happening.Unready _,
                    Happening.MoreTime _,
                    Happening.ReloadAsked _,
                    Happening.StandbyEnded _,
                    Happening.FoundStandby _ -> Step.of(life);
        };
    }

    /**
     * A new run starts beside the one that serves, which goes on until the new one is ready. If that never comes about,
     * nothing has changed; whatever ends the new one before it is ready leaves the old one as it was.
     */
    private Step replacing(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.Spawned _ -> gated ? Step.of(life) : Step.of(life, new Action.AwaitProof());
            case Happening.Proven() -> gated ? Step.of(life) : takeOver(life);
            case Happening.Ready() -> gated ? takeOver(life.withHealth(Health.READY)) : Step.of(life);
            case Happening.StartTimedOut _ -> gated ? fallBack(life) : Step.of(life);
            case Happening.SpawnFailed _, Happening.Ended _, Happening.FoundStandby _ -> fallBack(life);
            case Happening.CommandEnded command -> {
                if (command.kind() != AroundRun.Kind.PRE_START) {
                    yield Step.of(life);
                }
                yield command.good() ? Step.of(life, new Action.ExecuteProgram()) : fallBack(life);
            }
            case Happening.CommandBegan _, Happening.Unclean _, Happening.FoundCommand _ -> Step.of(life);
            case Happening.RestartNeeded needed ->
                needed.cause().failure() ? fallBack(life) : stop(life.withNext(needed.cause()), false);
            case Happening.RestartAsked() ->
                stop(life.withWanted(Wanted.RUN).withNext(RunCause.RESTART).restarted(), false);
            case Happening.StopAsked asked -> stop(life.withWanted(Wanted.STOP), asked.kill());
            case Happening.TimeCame came -> cameWhileRunning(life, came);
            case Happening.TimeSet set -> due(life, set);
            case Happening.Unwatched unwatched -> unwatched(life, unwatched);
            // There is nothing to fall back to any more: it is as after a crash, and this is the run that follows.
            case Happening.StandbyEnded ended -> gated || !ended.executed() ? Step.of(life.alone()) : online(life);
            case Happening.FoundRunning() -> found(life.alone());
            case Happening.FoundGone gone -> foundGone(life.alone(), gone);
            case Happening.StartAsked _,
                    Happening.ReloadAsked _,
                    Happening.NeedsAwaited _,
                    Happening.NeedsMet _,
                    Happening.NeedFailed _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _,
                    Happening.Unready _,
                    Happening.MoreTime _ -> Step.of(life);
        };
    }

    /** The new run serves; the old one has done its part. */
    private static Step takeOver(Lifecycle life) {
        return Step.of(
                life.withStatus(Status.ONLINE).calm().restarted(), new Action.AwaitStable(), new Action.Retire());
    }

    private static Step fallBack(Lifecycle life) {
        return Step.of(life.withStatus(Status.ONLINE), new Action.FallBack(), new Action.AwaitStable());
    }

    private Step online(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.Ended(Exit exit, Duration lived, boolean _) ->
                cleaned(ended(life, exit, lived, causeOf(exit), cleansUp));
            case Happening.Stable() -> Step.of(life.calm());
            case Happening.Ready() -> Step.of(life.withHealth(Health.READY));
            case Happening.Unready _ -> Step.of(life.withHealth(Health.UNREADY));
            case Happening.RestartAsked() ->
                stop(life.withWanted(Wanted.RUN).withNext(RunCause.RESTART).restarted(), false);
            case Happening.ReloadAsked(long run) -> Step.of(life.beside(run), new Action.Spawn(RunCause.RELOAD));
            case Happening.RestartNeeded needed -> stop(life.withNext(needed.cause()), false);
            case Happening.TimeCame came -> cameWhileRunning(life, came);
            case Happening.TimeSet set -> due(life, set);
            case Happening.Unwatched unwatched -> unwatched(life, unwatched);
            case Happening.StopAsked asked -> stop(life.withWanted(Wanted.STOP), asked.kill());
            case Happening.FoundRunning() -> Step.of(life, new Action.AwaitStable());
            case Happening.FoundGone gone -> foundGone(life, gone);
            case Happening.StartAsked _,
                    Happening.NeedsAwaited _,
                    Happening.NeedsMet _,
                    Happening.NeedFailed _,
                    Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.CommandBegan _,
                    Happening.Unclean _,
                    Happening.CommandEnded _,
                    Happening.FoundCommand _,
                    Happening.Proven _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.StartTimedOut _,
                    Happening.MoreTime _,
                    Happening.StandbyEnded _,
                    Happening.FoundStandby _ -> Step.of(life);
        };
    }

    private Step stopping(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.TreeGone(boolean asked) -> afterStop(life, asked);
            case Happening.MoreTime(Duration time) -> Step.of(life, new Action.AllowTime(time));
            case Happening.Unclean() -> Step.of(life, new Action.CleanUp());
            case Happening.CommandEnded command -> commandEnded(life, command);
            case Happening.FoundCommand command ->
                command.kind() == AroundRun.Kind.PRE_START ? Step.of(life, new Action.AskToStop()) : Step.of(life);
            case Happening.Ended _ -> Step.of(life, new Action.WatchTree());
            case Happening.KillDue() -> Step.of(life, new Action.Kill());
            case Happening.Survived() -> Step.of(life, new Action.ReportSurvivors());
            case Happening.StartAsked() ->
                Step.of(
                        life.wanted() == Wanted.RUN && life.rest() == null && !ofAnEnd(life.next())
                                ? life
                                : life.withWanted(Wanted.RUN).withNext(RunCause.START));
            case Happening.RestartAsked() ->
                Step.of(life.withWanted(Wanted.RUN).withNext(RunCause.RESTART).restarted());
            // The second stop kills at once; a stop that turns a restart into a stop is the first.
            case Happening.StopAsked asked ->
                asked.kill() || life.wanted() == Wanted.STOP
                        ? Step.of(life.withWanted(Wanted.STOP), new Action.Kill())
                        : Step.of(life.withWanted(Wanted.STOP));
            case Happening.FoundRunning() -> Step.of(life, new Action.AskToStop());
            case Happening.FoundGone gone ->
                gone.remains() ? Step.of(life, new Action.AskToStop()) : afterStop(life, false);
            // What is being stopped runs anew anyway, or rests.
            case Happening.TimeCame came -> timed(life, came) ? Step.of(life.withDue(came.next())) : Step.of(life);
            case Happening.TimeSet set -> due(life, set);
            case Happening.Unwatched unwatched -> unwatched(life, unwatched);
            case Happening.RestartNeeded _,
                    Happening.NeedsAwaited _,
                    Happening.NeedsMet _,
                    Happening.NeedFailed _,
                    Happening.CommandBegan _,
                    Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.Proven _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _,
                    Happening.Ready _,
                    Happening.Unready _,
                    Happening.StartTimedOut _,
                    Happening.ReloadAsked _,
                    Happening.StandbyEnded _,
                    Happening.FoundStandby _ -> Step.of(life);
        };
    }

    private Step waiting(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.BackoffElapsed() ->
                life.awaitsTime() ? Step.of(life) : restart(life, life.next() == null ? RunCause.EXIT : life.next());
            case Happening.RestartNeeded needed -> filesChanged(life, needed);
            case Happening.TimeCame came -> cameWhileResting(life, came);
            case Happening.TimeSet set -> due(life, set);
            case Happening.Unwatched unwatched -> unwatched(life, unwatched);
            case Happening.StartAsked() -> run(life.withWanted(Wanted.RUN).calm(), RunCause.START);
            case Happening.RestartAsked() ->
                run(life.withWanted(Wanted.RUN).calm().restarted(), RunCause.RESTART);
            case Happening.StopAsked(boolean kill, boolean remains) -> rest(life, kill, remains);
            case Happening.FoundRunning() -> found(life);
            case Happening.FoundGone gone -> {
                if (life.awaitsTime()) {
                    yield Step.of(life, new Action.Sweep());
                }
                yield gone.rebooted() && !triggers.job()
                        ? run(life.calm(), RunCause.BOOT)
                        : Step.of(life, new Action.Sweep(), new Action.Backoff(policy.delay(life.attempt())));
            }
            case Happening.NeedsAwaited _,
                    Happening.NeedsMet _,
                    Happening.NeedFailed _,
                    Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.CommandBegan _,
                    Happening.Unclean _,
                    Happening.CommandEnded _,
                    Happening.FoundCommand _,
                    Happening.Proven _,
                    Happening.Ended _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.Stable _,
                    Happening.Ready _,
                    Happening.Unready _,
                    Happening.StartTimedOut _,
                    Happening.MoreTime _,
                    Happening.ReloadAsked _,
                    Happening.StandbyEnded _,
                    Happening.FoundStandby _ -> Step.of(life);
        };
    }

    private Step settled(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.StartAsked() -> {
                Lifecycle wanted = life.withWanted(Wanted.RUN).calm();
                yield triggers.scheduled() ? Step.of(awaitTime(wanted)) : run(wanted, RunCause.START);
            }
            case Happening.RestartNeeded needed -> filesChanged(life, needed);
            case Happening.TimeCame came -> cameWhileResting(life, came);
            case Happening.TimeSet set -> due(life, set);
            case Happening.Unwatched unwatched -> unwatched(life, unwatched);
            case Happening.RestartAsked() ->
                run(life.withWanted(Wanted.RUN).calm().restarted(), RunCause.RESTART);
            case Happening.StopAsked(boolean kill, boolean remains) -> rest(life, kill, remains);
            // A run that outlived its own record: what is wanted decides.
            case Happening.FoundRunning() -> life.wanted() == Wanted.RUN ? found(life) : stop(life, false);
            case Happening.FoundGone gone -> gone.remains() ? Step.of(life, new Action.Sweep()) : Step.of(life);
            case Happening.NeedsAwaited _,
                    Happening.NeedsMet _,
                    Happening.NeedFailed _,
                    Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.CommandBegan _,
                    Happening.Unclean _,
                    Happening.CommandEnded _,
                    Happening.FoundCommand _,
                    Happening.Proven _,
                    Happening.Ended _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _,
                    Happening.Ready _,
                    Happening.Unready _,
                    Happening.StartTimedOut _,
                    Happening.MoreTime _,
                    Happening.ReloadAsked _,
                    Happening.StandbyEnded _,
                    Happening.FoundStandby _ -> Step.of(life);
        };
    }

    /** Until recovery has decided, only what it found counts; a user's wish is kept. */
    private Step lost(Lifecycle life, Happening happening) {
        return switch (happening) {
            case Happening.FoundRunning() -> life.wanted() == Wanted.RUN ? found(life) : stop(life, false);
            case Happening.FoundGone gone -> foundGone(life, gone);
            case Happening.StartAsked _, Happening.RestartAsked _ -> Step.of(life.withWanted(Wanted.RUN));
            case Happening.StopAsked(boolean kill, boolean remains) -> Step.of(life.withWanted(Wanted.STOP));
            case Happening.TimeSet set -> due(life, set);
            case Happening.TimeCame _,
                    Happening.Unwatched _,
                    Happening.RestartNeeded _,
                    Happening.NeedsAwaited _,
                    Happening.NeedsMet _,
                    Happening.NeedFailed _,
                    Happening.Spawned _,
                    Happening.SpawnFailed _,
                    Happening.CommandBegan _,
                    Happening.Unclean _,
                    Happening.CommandEnded _,
                    Happening.FoundCommand _,
                    Happening.Proven _,
                    Happening.Ended _,
                    Happening.TreeGone _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _,
                    Happening.Ready _,
                    Happening.Unready _,
                    Happening.StartTimedOut _,
                    Happening.MoreTime _,
                    Happening.ReloadAsked _,
                    Happening.StandbyEnded _,
                    Happening.FoundStandby _ -> Step.of(life);
        };
    }

    private static Step online(Lifecycle life) {
        return Step.of(life.withStatus(Status.ONLINE), new Action.AwaitStable());
    }

    /** One that a new daemon found running; what it was like is as its row says, and anew what that cannot say. */
    private Step found(Lifecycle life) {
        return gated ? Step.of(life.withStatus(Status.STARTING)) : online(life);
    }

    /** One that does not get ready is ended; whether another run follows is decided when all of it is gone. */
    private Step late(Lifecycle life, Happening.StartTimedOut late) {
        boolean unstableRun = late.lived().compareTo(policy.minUptime()) < 0;
        return stop(
                life.withRow(life.attempt(), unstableRun ? life.unstable() + 1 : 0)
                        .withNext(RunCause.START_TIMEOUT),
                false);
    }

    /**
     * What follows when a running process has ended by itself.
     *
     * @param later whether something is to be done before it is run again
     */
    private Step ended(Lifecycle life, Exit exit, Duration lived, RunCause cause, boolean later) {
        boolean healthy = lived.compareTo(policy.stableAfter()) >= 0;
        boolean unstableRun = !good.success(exit) && lived.compareTo(policy.minUptime()) < 0;
        Lifecycle counted = life.withRow(healthy ? 0 : life.attempt(), unstableRun ? life.unstable() + 1 : 0);
        boolean again = switch (policy.restart()) {
            case ALWAYS -> true;
            case ON_FAILURE -> !good.success(exit);
            case NO -> false;
        };
        if (!again) {
            return Step.of(over(counted, good.success(exit)), new Action.Sweep());
        }
        if (counted.unstable() >= policy.maxUnstable()) {
            return Step.of(over(counted, false), new Action.Sweep());
        }
        Duration delay = policy.delay(counted.attempt());
        return delay.isZero() && !later
                ? restart(counted, cause)
                : Step.of(
                        counted.withStatus(Status.WAITING).withNext(cause),
                        new Action.Sweep(),
                        new Action.Backoff(delay));
    }

    /** How it rests when it is not run again by itself: a job that has times awaits the next one, failed or not. */
    private Lifecycle over(Lifecycle life, boolean success) {
        if (triggers.scheduled()) {
            return awaitTime(life.calm());
        }
        return life.withStatus(success ? Status.EXITED : Status.ERRORED);
    }

    private static Lifecycle awaitTime(Lifecycle life) {
        return life.withStatus(Status.WAITING).withNext(RunCause.SCHEDULE);
    }

    private static boolean timed(Lifecycle life, Happening.TimeCame came) {
        return life.wanted() == Wanted.RUN && came.due().equals(life.triggers().due());
    }

    private static Step due(Lifecycle life, Happening.TimeSet set) {
        return Step.of(life.wanted() == Wanted.RUN ? life.withDue(set.next()) : life);
    }

    private static Step unwatched(Lifecycle life, Happening.Unwatched unwatched) {
        return Step.of(life.wanted() == Wanted.RUN ? life.withUnwatched(unwatched.why()) : life);
    }

    private static Step cameWhileRunning(Lifecycle life, Happening.TimeCame came) {
        if (!timed(life, came)) {
            return Step.of(life);
        }
        Lifecycle after = life.withDue(came.next());
        return came.replace() ? stop(after.withNext(RunCause.SCHEDULE), false) : Step.of(after);
    }

    /** Also what has failed runs again then: who gives it times wants it to. The runs of a job are no restarts. */
    private Step cameWhileResting(Lifecycle life, Happening.TimeCame came) {
        if (!timed(life, came)) {
            return Step.of(life);
        }
        Lifecycle after = life.withDue(came.next()).calm();
        return run(triggers.job() ? after : after.restarted(), RunCause.SCHEDULE);
    }

    /** Who changes what has failed, or waits after a failure, wants to see whether it runs now. */
    private static Step filesChanged(Lifecycle life, Happening.RestartNeeded needed) {
        boolean counts = needed.cause() == RunCause.WATCH && life.wanted() == Wanted.RUN && !life.awaitsTime();
        return counts ? run(life.calm().restarted(), RunCause.WATCH) : Step.of(life);
    }

    /** With a command after each run, what follows an end comes when that command is over. */
    private Step cleaned(Step step) {
        if (!cleansUp) {
            return step;
        }
        Lifecycle life = step.life();
        return switch (life.status()) {
            case EXITED, ERRORED ->
                Step.of(life.withStatus(Status.STOPPING).withRest(life.status()), new Action.AskToStop());
            // A job that awaits its next time awaits it then, whatever came of this one.
            case WAITING ->
                Step.of(
                        life.awaitsTime()
                                ? life.withStatus(Status.STOPPING).withRest(Status.EXITED)
                                : life.withStatus(Status.STOPPING),
                        new Action.AskToStop());
            case STARTING, ONLINE, STOPPING, STOPPED, LOST -> step;
        };
    }

    private Step prepared(Lifecycle life, Happening.CommandEnded command) {
        if (command.good()) {
            return Step.of(life, new Action.ExecuteProgram());
        }
        return command.asked() ? Step.of(over(life, false), new Action.Sweep()) : notExecuted(life);
    }

    private static Step commandEnded(Lifecycle life, Happening.CommandEnded command) {
        return switch (command.kind()) {
            case PRE_START -> Step.of(life, new Action.WatchTree());
            case STOP_COMMAND -> command.good() ? Step.of(life) : Step.of(life, new Action.Signal());
            // What it has left behind is ended, too.
            case POST_STOP -> Step.of(life, new Action.AskToStop());
        };
    }

    /** What could not be executed once is tried again as after a failure, but never in the same breath. */
    private Step notExecuted(Lifecycle life) {
        Step step = ended(life, new Exit.Code(127), Duration.ZERO, RunCause.EXIT, false);
        return step.life().status() != Status.STARTING
                ? step
                : Step.of(
                        life.withRow(life.attempt(), life.unstable() + 1)
                                .withStatus(Status.WAITING)
                                .withNext(RunCause.EXIT),
                        new Action.Sweep(),
                        new Action.Backoff(policy.delay(1)));
    }

    private Step foundGone(Lifecycle life, Happening.FoundGone gone) {
        if (life.wanted() == Wanted.STOP) {
            return gone.remains() ? stop(life, false) : Step.of(life.withStatus(Status.STOPPED));
        }
        // A job was cut short, and nobody knows how far it had come.
        if (gone.rebooted() && !triggers.job()) {
            return run(life.calm(), RunCause.BOOT);
        }
        // The daemon died between the decision to run and the spawn: nobody has run it yet.
        return gone.spawned()
                ? cleaned(ended(life, gone.exit(), gone.lived(), RunCause.UNSEEN, cleansUp))
                : run(life, RunCause.RECOVERY);
    }

    private static RunCause causeOf(Exit exit) {
        return switch (exit) {
            case Exit.Code _ -> RunCause.EXIT;
            case Exit.Signalled signalled -> signalled.memoryLimit() == null ? RunCause.SIGNAL : RunCause.MEMORY;
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

    private Step afterStop(Lifecycle life, boolean asked) {
        if (life.wanted() == Wanted.STOP) {
            return Step.of(life.withStatus(Status.STOPPED).withNext(null));
        }
        if (life.rest() != null) {
            return Step.of(over(life, life.rest() == Status.EXITED));
        }
        RunCause cause = life.next() == null ? RunCause.RESTART : life.next();
        boolean last = asked || policy.restart() == RestartPolicy.Restart.NO || life.unstable() >= policy.maxUnstable();
        if (cause == RunCause.START_TIMEOUT && last) {
            return Step.of(over(life, false));
        }
        return switch (cause) {
            // Counted when the user asked.
            case START, RESTART -> run(life.calm(), cause);
            default -> {
                if (triggers.job() && (cause.failure() || cause == RunCause.MAX_RUNTIME)) {
                    yield jobEnded(life, cause);
                }
                if (!cause.failure() && !ofAnEnd(cause)) {
                    yield run(life.calm().restarted(), cause);
                }
                Duration delay = policy.delay(life.attempt());
                yield delay.isZero()
                        ? restart(life, cause)
                        : Step.of(life.withStatus(Status.WAITING), new Action.Backoff(delay));
            }
        };
    }

    /** A job that tsm had to end has failed, and is run again only when the user said so. */
    private Step jobEnded(Lifecycle life, RunCause cause) {
        if (policy.restart() == RestartPolicy.Restart.NO) {
            return Step.of(over(life, false));
        }
        Duration delay = policy.delay(life.attempt());
        return delay.isZero()
                ? restart(life, cause)
                : Step.of(life.withStatus(Status.WAITING), new Action.Backoff(delay));
    }

    /** Whether the run before ended by itself, and the command after it was run meanwhile. */
    private static boolean ofAnEnd(@Nullable RunCause cause) {
        return cause == RunCause.EXIT || cause == RunCause.SIGNAL || cause == RunCause.UNSEEN;
    }
}
