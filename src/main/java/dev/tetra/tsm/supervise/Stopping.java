package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.StopPolicy;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How a run is stopped: asked, killed when its time is over, and looked at until nothing of it is left. */
final class Stopping {
    /** How long something may stay after SIGKILL before it counts as a survivor. */
    static final Duration AFTER_KILL = Duration.ofSeconds(1);

    private static final Duration LOOK_AT_SURVIVORS = Duration.ofMillis(500);
    /** How long the end of a process that is no longer there may take to be reported, before it counts as unseen. */
    private static final Duration REPORT = Duration.ofMillis(1500);

    private final Supervision with;
    private final Timers timers;
    private final RunGroups groups;
    private final Execution.Owner owner;
    private final Looks looks = new Looks();

    private @Nullable StopPolicy policy;
    private @Nullable Long survivorsDue;
    private @Nullable Long reportDue;
    /** What was begun and has yet to be done, as when signals could not be sent for want of descriptors. */
    private @Nullable Runnable undone;

    Stopping(Supervision with, Timers timers, RunGroups groups, Execution.Owner owner) {
        this.with = with;
        this.groups = groups;
        this.timers = timers;
        this.owner = owner;
    }

    /** In that way, in place of the process's own, until it is over. */
    void with(StopPolicy other) {
        policy = other;
    }

    /** Forgets it: nothing is being stopped. */
    void over() {
        timers.cancel(Timers.Due.KILL);
        timers.cancel(Timers.Due.WATCH);
        policy = null;
        survivorsDue = null;
        undone = null;
    }

    /** Does what could not be done before; to be called before each look. */
    void retry() {
        if (undone != null) {
            undone.run();
        }
    }

    /** The command in place of the signal has failed. */
    void signal(RunTree tree) {
        tree.ask(present().signal());
        lookSoon();
    }

    private StopPolicy present() {
        return policy != null ? policy : owner.process().spec().stop();
    }

    /**
     * Asks all of it to stop.
     *
     * @param command executes the command in place of the signal, if that is to be; whether it did
     */
    void ask(RunTree tree, BooleanSupplier command) {
        StopPolicy present = present();
        if (present.killTimeout().isZero()) {
            kill(tree);
            return;
        }
        undone = () -> ask(tree, command);
        if (!timers.isSet(Timers.Due.KILL)) {
            timers.set(Timers.Due.KILL, present.killTimeout());
        }
        with.checkpoints().pass(Checkpoints.Point.BEFORE_STOP_SIGNAL);
        // Who says how to stop, says it in place of the command too.
        boolean commanded = policy == null && tree.leaderAlive() && command.getAsBoolean();
        if (commanded || owner.askToStop()) {
            tree.askOthersLater(present.signal());
        } else {
            tree.ask(present.signal());
        }
        undone = null;
        with.checkpoints().pass(Checkpoints.Point.AFTER_STOP_SIGNAL);
        lookSoon();
    }

    void kill(RunTree tree) {
        timers.cancel(Timers.Due.KILL);
        undone = () -> kill(tree);
        tree.kill();
        undone = null;
        // All at once, whatever it forks meanwhile.
        groups.kill(owner.process().key());
        with.checkpoints().pass(Checkpoints.Point.AFTER_KILL_SIGNAL);
        survivorsDue = System.nanoTime() + AFTER_KILL.toNanos();
        lookSoon();
    }

    /** Whether it was killed, and that something of it is alive has been told. */
    boolean survived(RunTree tree) {
        return tree.killed() && survivorsDue == null;
    }

    private void lookSoon() {
        looks.begin();
        timers.set(Timers.Due.WATCH, Looks.FIRST);
    }

    /** Counts the time between looks from now. */
    void lookFromNow() {
        looks.begin();
    }

    /** Whether nothing is left of it; otherwise the next look is arranged. */
    boolean gone(RunTree tree) {
        if (tree.leaderAlive() && survivorsDue == null) {
            // Its end wakes us; only a leader whose end nobody reports needs another look.
            timers.set(Timers.Due.WATCH, LOOK_AT_SURVIVORS);
            return false;
        }
        if (!endIsDue(tree) && tree.gone()) {
            return true;
        }
        if (survivorsDue != null && System.nanoTime() - survivorsDue > 0 && !endIsDue(tree)) {
            survivorsDue = null;
            owner.happened(new Happening.Survived());
            timers.set(Timers.Due.WATCH, LOOK_AT_SURVIVORS);
        } else {
            timers.set(Timers.Due.WATCH, looks.next());
        }
        return false;
    }

    /** Whether the leader is gone and how it ended has yet to be reported; bounded, then it counts as unseen. */
    private boolean endIsDue(RunTree tree) {
        Run run = owner.run();
        boolean ofThisRun = run != null && tree.leader().equals(run.identity());
        if (run == null || !ofThisRun || run.exit() != null || tree.leaderAlive()) {
            reportDue = null;
            return false;
        }
        if (reportDue == null) {
            reportDue = System.nanoTime() + REPORT.toNanos();
        }
        if (System.nanoTime() - reportDue > 0) {
            reportDue = null;
            owner.leaderEnded(run.key(), new Exit.Unknown("nobody reported it"));
        }
        return true;
    }
}
