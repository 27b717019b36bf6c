package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.spec.Needs;
import dev.tetra.tsm.store.Tx;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one transition writes, as one transaction: the rows and, in words, the events. */
final class Entry {
    private static final String UNEXECUTED = "it was never executed";

    private final ManagedProcess process;
    private final @Nullable Run run;
    private final @Nullable Run standby;
    private final Lifecycle before;
    private final Transition.Step step;
    private final Happening happening;
    private final String by;
    private final Wish.@Nullable Change change;
    private final String failure;
    private final Instant now;
    private final String token;
    private @Nullable Run nextRun;

    Entry(
            ManagedProcess process,
            @Nullable Run run,
            @Nullable Run standby,
            Lifecycle before,
            Transition.Step step,
            Happening happening,
            String by,
            Wish.@Nullable Change change,
            String failure,
            Instant now,
            String token) {
        this.process = process;
        this.run = run;
        this.standby = standby;
        this.before = before;
        this.step = step;
        this.happening = happening;
        this.by = by;
        this.change = change;
        this.failure = failure;
        this.now = now;
        this.token = token;
    }

    void write(Tx tx) {
        nextRun = run;
        if (change != null) {
            tx.processes().saveSpec(process.key(), change.spec());
            change.environment()
                    .forEach((source, variables) -> tx.environments().save(process.key(), source, variables));
            movePort(tx, change.port());
        }
        writeRun(tx);
        Long present = run == null ? null : run.key();
        for (Action action : step.actions()) {
            if (action instanceof Action.Spawn(RunCause cause)) {
                nextRun = decided(tx, cause);
            }
            if (action instanceof Action.FallBack && standby != null) {
                nextRun = standby;
            }
        }
        Long next = nextRun == null ? null : nextRun.key();
        if (!step.life().equals(before)) {
            tx.processes().saveLife(process.key(), watched() ? before : null, step.life(), next);
        } else if (next != null && !next.equals(present)) {
            tx.processes().setRun(process.key(), next);
        }
        writeEvents(tx);
    }

    private void movePort(Tx tx, Wish.@Nullable NewPort port) {
        if (port == null) {
            return;
        }
        tx.ports().release(process.key());
        tx.ports().allocate(port.number(), process.key(), port.source());
        event(
                tx,
                EventKind.PORT,
                run == null ? null : run.key(),
                Origin.TSM,
                "port " + port.number() + " given in place of " + process.port() + ", from "
                        + port.source().word());
    }

    /** The process as it is once this is committed. */
    ManagedProcess after() {
        return new ManagedProcess(
                process.key(),
                process.id(),
                process.name(),
                change == null ? process.spec() : change.spec(),
                step.life(),
                change == null || change.port() == null
                        ? process.port()
                        : Integer.valueOf(change.port().number()),
                change == null || change.port() == null
                        ? process.portSource()
                        : change.port().source(),
                process.socket(),
                nextRun,
                step.life().standby() == null ? null : standby,
                process.createdAt(),
                stoppedAt());
    }

    private @Nullable Instant stoppedAt() {
        if (step.life().equals(before)) {
            return process.stoppedAt();
        }
        return step.life().status().settled() ? now : null;
    }

    private void writeRun(Tx tx) {
        Run present = run;
        if (present == null) {
            return;
        }
        switch (happening) {
            case Happening.Spawned _, Happening.FoundRunning _ -> {
                if (happening instanceof Happening.FoundRunning) {
                    tx.spans().seenAgain(process.key());
                }
                if (present.identity() != null && present.startedAt() != null) {
                    tx.runs().spawned(present.key(), present.identity(), present.startedAt());
                }
            }
            case Happening.Ended ended -> end(tx, present, ended.exit());
            case Happening.FoundGone gone -> {
                if (present.exit() == null) {
                    end(tx, present, gone.spawned() ? gone.exit() : new Exit.Unknown(UNEXECUTED));
                }
            }
            case Happening.SpawnFailed _ -> end(tx, present, Needs.notExecuted(failure));
            case Happening.NeedFailed(String why) -> {
                if (!step.life().equals(before)) {
                    end(tx, present, Needs.notExecuted(why));
                }
            }
            case Happening.CommandBegan began -> {
                if (began.kind() == AroundRun.Kind.POST_STOP) {
                    tx.runs().cleanUp(present.key(), now);
                }
            }
            case Happening.CommandEnded command -> {
                if (command.kind() == AroundRun.Kind.PRE_START
                        && !command.good()
                        && before.status() == Status.STARTING) {
                    end(tx, present, Needs.notExecuted(failure));
                }
            }
            case Happening.TreeGone _ -> {
                if (present.identity() == null && present.exit() == null) {
                    end(tx, present, new Exit.Unknown(UNEXECUTED));
                }
            }
            case Happening.RestartNeeded _, Happening.StartTimedOut _ -> {
                boolean given = step.actions().contains(new Action.FallBack());
                if (given && present.identity() == null && present.exit() == null) {
                    end(tx, present, new Exit.Unknown(UNEXECUTED));
                }
            }
            case Happening.FoundStandby _ -> {
                if (present.identity() == null && present.exit() == null) {
                    end(tx, present, new Exit.Unknown(UNEXECUTED));
                }
            }
            case Happening.StandbyEnded ended -> {
                if (standby != null) {
                    tx.runs().ended(standby.key(), ended.exit(), now);
                }
            }
            case Happening.StartAsked _,
                    Happening.RestartAsked _,
                    Happening.ReloadAsked _,
                    Happening.TimeCame _,
                    Happening.TimeSet _,
                    Happening.Unwatched _,
                    Happening.FoundCommand _,
                    Happening.Unclean _,
                    Happening.StopAsked _,
                    Happening.NeedsAwaited _,
                    Happening.NeedsMet _,
                    Happening.Proven _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _,
                    Happening.Ready _,
                    Happening.Unready _,
                    Happening.MoreTime _ -> {}
        }
    }

    private void end(Tx tx, Run present, Exit exit) {
        tx.runs().ended(present.key(), exit, now);
        nextRun = present.ended(exit, now);
    }

    /** Whether what was decided last is what this daemon has seen since, and not what one before it has left. */
    private boolean watched() {
        return !(happening instanceof Happening.FoundRunning
                || happening instanceof Happening.FoundGone
                || happening instanceof Happening.FoundStandby
                || happening instanceof Happening.FoundCommand);
    }

    private Run decided(Tx tx, RunCause cause) {
        long key = tx.runs().decide(process.key(), step.life().generation(), token, cause);
        return new Run(key, process.key(), step.life().generation(), token, cause, null, null, null, null);
    }

    private void writeEvents(Tx tx) {
        Long runKey = run == null ? null : run.key();
        Status after = step.life().status();
        switch (happening) {
            case Happening.StartAsked _ -> {
                if (by.isEmpty()) {
                    event(tx, EventKind.START, runKey, Origin.TSM, Wish.WITH_THE_DAEMON);
                } else {
                    event(tx, EventKind.START, runKey, Origin.USER, "start asked by " + by);
                }
            }
            case Happening.RestartAsked _ ->
                event(tx, EventKind.RESTART, runKey, Origin.USER, "restart asked by " + by);
            case Happening.ReloadAsked _ -> event(tx, EventKind.RESTART, runKey, Origin.USER, "reload asked by " + by);
            case Happening.StandbyEnded ended ->
                event(
                        tx,
                        EventKind.EXIT,
                        standby == null ? null : standby.key(),
                        Origin.PROCESS,
                        "the old run, " + ended.exit().inWords() + ", before the new one was ready");
            case Happening.FoundStandby _ ->
                event(
                        tx,
                        EventKind.ADOPT,
                        standby == null ? null : standby.key(),
                        Origin.TSM,
                        "taken back by a new daemon, which ends the reload that was under way");
            case Happening.RestartNeeded needed -> {
                if (!step.actions().isEmpty()) {
                    event(
                            tx,
                            EventKind.RESTART,
                            runKey,
                            Origin.TSM,
                            needed.cause().word() + ": " + needed.why());
                }
            }
            case Happening.TimeCame came -> timeCame(tx, runKey, came);
            case Happening.TimeSet set -> {
                if (!set.missed().isEmpty()) {
                    event(tx, EventKind.CONFIG, runKey, Origin.TSM, set.missed());
                }
            }
            case Happening.Unwatched unwatched -> {
                if (!step.life().equals(before)) {
                    event(tx, EventKind.CONFIG, runKey, Origin.TSM, "not watched any more: " + unwatched.why());
                }
            }
            case Happening.StopAsked asked ->
                event(tx, EventKind.STOP, runKey, Origin.USER, (asked.kill() ? "kill" : "stop") + " asked by " + by);
            case Happening.NeedsAwaited(String what) ->
                event(tx, EventKind.START, runKey, Origin.TSM, "waits, as " + what);
            case Happening.NeedsMet _ -> {
                if (!step.actions().isEmpty()) {
                    event(tx, EventKind.START, runKey, Origin.TSM, "all that it needs is there");
                }
            }
            case Happening.NeedFailed(String why) -> {
                if (!step.life().equals(before)) {
                    event(tx, EventKind.EXIT, runKey, Origin.TSM, "not executed: " + why);
                }
            }
            case Happening.Spawned _ -> event(tx, EventKind.START, runKey, Origin.TSM, "executed as pid " + pid());
            case Happening.SpawnFailed _ ->
                event(tx, EventKind.EXIT, runKey, Origin.TSM, "could not be executed: " + failure);
            case Happening.Ended ended ->
                event(
                        tx,
                        EventKind.EXIT,
                        runKey,
                        Origin.PROCESS,
                        ended.exit().inWords() + " after " + seconds(ended.lived()));
            case Happening.FoundRunning _ ->
                event(tx, EventKind.ADOPT, runKey, Origin.TSM, "taken back by a new daemon as pid " + pid());
            case Happening.FoundGone gone -> {
                // An end that the daemon before this one saw has its event.
                if (before.status().alive() && run != null && run.exit() == null) {
                    event(
                            tx,
                            EventKind.EXIT,
                            runKey,
                            Origin.PROCESS,
                            gone.exit().inWords());
                }
            }
            case Happening.CommandBegan _, Happening.Unclean _ -> {}
            case Happening.CommandEnded command ->
                event(
                        tx,
                        command.kind() == AroundRun.Kind.PRE_START ? EventKind.START : EventKind.STOP,
                        runKey,
                        Origin.TSM,
                        "--" + command.kind().word() + " " + command.how());
            case Happening.FoundCommand found ->
                event(
                        tx,
                        EventKind.ADOPT,
                        runKey,
                        Origin.TSM,
                        "--" + found.kind().word() + " taken back by a new daemon");
            case Happening.KillDue _ -> event(tx, EventKind.STOP, runKey, Origin.TSM, "did not stop in time: killed");
            case Happening.Survived _ ->
                event(tx, EventKind.STOP, runKey, Origin.TSM, "something of it is alive although it was killed");
            case Happening.Ready _ -> health(tx, "ready");
            case Happening.Unready unready -> health(tx, "not ready: " + unready.why());
            case Happening.StartTimedOut late -> {
                if (!step.actions().isEmpty()) {
                    event(
                            tx,
                            EventKind.HEALTH,
                            runKey,
                            Origin.TSM,
                            "not ready within " + seconds(late.lived()) + ": " + late.why());
                }
            }
            case Happening.Proven _,
                    Happening.TreeGone _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _,
                    Happening.MoreTime _ -> {}
        }
        consequence(tx, after);
    }

    private void timeCame(Tx tx, @Nullable Long runKey, Happening.TimeCame came) {
        if (!step.actions().isEmpty()) {
            event(tx, EventKind.RESTART, runKey, Origin.TSM, "schedule: " + came.why());
        } else if (!step.life().equals(before)) {
            event(tx, EventKind.CONFIG, runKey, Origin.TSM, "schedule: " + came.why() + ", skipped as it still runs");
        }
    }

    /** A job that has times goes on having them when a run of it failed, which would else be seen by its code alone. */
    private void jobFailed(Tx tx, @Nullable Long runKey) {
        boolean ended =
                before.status().alive() && step.life().awaitsTime() && nextRun != null && nextRun.exit() != null;
        RunCause ending = before.next();
        boolean cut = ending != null && (ending == RunCause.MAX_RUNTIME || ending.failure());
        String how = ending != null && cut ? ": " + ending.word() : "";
        boolean failed = ended
                && nextRun != null
                && nextRun.exit() != null
                && !process.spec().supervision().limits().successCodes().success(nextRun.exit());
        if (ended && (failed || cut)) {
            event(tx, EventKind.EXIT, runKey, Origin.TSM, "job failed" + how + "; it waits for its next time");
        } else if (cut && step.life().status() == Status.ERRORED) {
            String what = process.spec().supervision().triggers().job() ? "job failed" : "given up";
            event(tx, EventKind.EXIT, runKey, Origin.TSM, what + how);
        }
    }

    private void health(Tx tx, String message) {
        if (step.life().health() != before.health()) {
            event(tx, EventKind.HEALTH, run == null ? null : run.key(), Origin.TSM, message);
        }
    }

    private void consequence(Tx tx, Status after) {
        Long runKey = nextRun == null ? null : nextRun.key();
        jobFailed(tx, runKey);
        if (after == Status.ONLINE && before.status() != Status.ONLINE) {
            event(tx, EventKind.ONLINE, runKey, Origin.TSM, "online");
        }
        if (after == Status.STOPPED && before.status() != Status.STOPPED) {
            event(tx, EventKind.STOP, runKey, Origin.TSM, "stopped");
        }
        for (Action action : step.actions()) {
            if (action instanceof Action.Retire) {
                event(tx, EventKind.RESTART, runKey, Origin.TSM, "the new run has taken over; the old one is stopped");
            }
            if (action instanceof Action.FallBack) {
                event(tx, EventKind.RESTART, runKey, Origin.TSM, "the new run did not get ready; the old one goes on");
            }
            if (action instanceof Action.Backoff(Duration delay)) {
                event(tx, EventKind.RESTART, runKey, Origin.TSM, "will be restarted in " + delay.toMillis() + " ms");
            }
            if (action instanceof Action.Spawn(RunCause cause)
                    && by.isEmpty()
                    && !(happening instanceof Happening.StartAsked)
                    && cause != RunCause.RESTART
                    && cause != RunCause.RELOAD) {
                event(tx, EventKind.RESTART, runKey, Origin.TSM, "run again, cause: " + cause.word());
            }
        }
        boolean gaveUp = after == Status.ERRORED && before.status() != Status.ERRORED;
        if (gaveUp && step.life().unstable() < process.spec().restart().maxUnstable()) {
            event(tx, EventKind.GIVEUP, runKey, Origin.TSM, "errored: it is not run again");
        }
        if (gaveUp && step.life().unstable() >= process.spec().restart().maxUnstable()) {
            event(
                    tx,
                    EventKind.GIVEUP,
                    runKey,
                    Origin.TSM,
                    step.life().unstable() + " failed runs in a row, each under "
                            + seconds(process.spec().restart().minUptime()) + ": gave up");
        }
    }

    private void event(Tx tx, EventKind kind, @Nullable Long runKey, Origin origin, String message) {
        tx.journal().event(kind, process.key(), process.name(), runKey, origin, message);
    }

    private long pid() {
        return run == null || run.identity() == null ? 0 : run.identity().pid();
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }
}
