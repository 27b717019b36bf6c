package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.store.Tx;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one transition writes, as one transaction: the rows and, in words, the events. */
final class Entry {
    private static final String UNEXECUTED = "it was never executed";

    private final ManagedProcess process;
    private final @Nullable Run run;
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
        if (!step.life().equals(before)) {
            tx.processes().saveLife(process.key(), step.life());
        }
        writeRun(tx);
        for (Action action : step.actions()) {
            if (action instanceof Action.Spawn(RunCause cause)) {
                decideRun(tx, cause);
            }
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
                tx.spans().seenAgain(process.key());
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
            case Happening.SpawnFailed _ -> end(tx, present, new Exit.Unknown("not executed: " + failure));
            case Happening.TreeGone _ -> {
                if (present.identity() == null && present.exit() == null) {
                    end(tx, present, new Exit.Unknown(UNEXECUTED));
                }
            }
            case Happening.StartAsked _,
                    Happening.RestartAsked _,
                    Happening.StopAsked _,
                    Happening.Proven _,
                    Happening.KillDue _,
                    Happening.Survived _,
                    Happening.BackoffElapsed _,
                    Happening.Stable _ -> {}
        }
    }

    private void end(Tx tx, Run present, Exit exit) {
        tx.runs().ended(present.key(), exit, now);
        nextRun = present.ended(exit, now);
    }

    private void decideRun(Tx tx, RunCause cause) {
        long key = tx.runs().decide(process.key(), step.life().generation(), token, cause);
        tx.processes().setRun(process.key(), key);
        nextRun = new Run(key, process.key(), step.life().generation(), token, cause, null, null, null, null);
    }

    private void writeEvents(Tx tx) {
        Long runKey = run == null ? null : run.key();
        Status after = step.life().status();
        switch (happening) {
            case Happening.StartAsked _ -> event(tx, EventKind.START, runKey, Origin.USER, "start asked by " + by);
            case Happening.RestartAsked _ ->
                event(tx, EventKind.RESTART, runKey, Origin.USER, "restart asked by " + by);
            case Happening.StopAsked asked ->
                event(tx, EventKind.STOP, runKey, Origin.USER, (asked.kill() ? "kill" : "stop") + " asked by " + by);
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
            case Happening.KillDue _ -> event(tx, EventKind.STOP, runKey, Origin.TSM, "did not stop in time: killed");
            case Happening.Survived _ ->
                event(tx, EventKind.STOP, runKey, Origin.TSM, "something of it is alive although it was killed");
            case Happening.Proven _, Happening.TreeGone _, Happening.BackoffElapsed _, Happening.Stable _ -> {}
        }
        consequence(tx, after);
    }

    private void consequence(Tx tx, Status after) {
        Long runKey = nextRun == null ? null : nextRun.key();
        if (after == Status.ONLINE && before.status() != Status.ONLINE) {
            event(tx, EventKind.ONLINE, runKey, Origin.TSM, "online");
        }
        if (after == Status.STOPPED && before.status() != Status.STOPPED) {
            event(tx, EventKind.STOP, runKey, Origin.TSM, "stopped");
        }
        for (Action action : step.actions()) {
            if (action instanceof Action.Backoff(Duration delay)) {
                event(tx, EventKind.RESTART, runKey, Origin.TSM, "will be restarted in " + delay.toMillis() + " ms");
            }
            if (action instanceof Action.Spawn(RunCause cause) && by.isEmpty() && cause != RunCause.RESTART) {
                event(tx, EventKind.RESTART, runKey, Origin.TSM, "run again, cause: " + cause.word());
            }
        }
        boolean gaveUp = after == Status.ERRORED && before.status() != Status.ERRORED;
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
