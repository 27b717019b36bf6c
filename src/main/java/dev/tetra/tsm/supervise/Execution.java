package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.os.SpawnException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs of one process: spawns it, signals it, looks until nothing of it is left, and ends what its leaders left
 * behind. It decides nothing; what happens goes to its {@link Owner}. Used by the owner's thread alone.
 */
final class Execution {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    /** How often to look at what cannot be watched. */
    private static final Duration UNWATCHED_LOOK = Duration.ofMillis(500);

    /** Who decides, and is told what happens. */
    interface Owner {
        /** The process as it was last committed. */
        ManagedProcess process();

        /** The run that was last decided on. */
        @Nullable
        Run run();

        /** What happened is recorded, and what follows is done, before this returns. */
        void happened(Happening happening);

        /** The run was executed. */
        void executed(Run run);

        /** The run could not be executed. */
        void notExecuted(String why);

        /** The run of an earlier daemon goes on. */
        void foundRunning(Run run);

        /** A run's leader has ended: comes from any thread, and is handled later. */
        void leaderEnded(long runKey, Exit exit);
    }

    private final Supervision with;
    private final TreeScanner scanner;
    private final Timers timers;
    private final Owner owner;
    private final Stopping stopping;
    private final Looks sweepLooks = new Looks();

    private @Nullable RunTree tree;
    private long executedNanos;
    private boolean executedByThis;
    /** Whether the run of an earlier daemon could not be watched at some time. */
    private boolean looksInstead;

    /** Whether a run is to be spawned once nothing of the one before is in the way. */
    private boolean spawnPending;

    Execution(Supervision with, TreeScanner scanner, Timers timers, Owner owner) {
        this.with = with;
        this.scanner = scanner;
        this.timers = timers;
        this.owner = owner;
        this.stopping = new Stopping(with, timers, owner);
    }

    /** Everything that lives of it, and of what ended. */
    List<ProcessTree.Member> living() {
        RunTree present = tree;
        return present == null ? List.of() : present.living();
    }

    /** How long the present run had lived at that moment of {@link System#nanoTime}. */
    Duration lived(long endNanos) {
        if (executedByThis) {
            return Duration.ofNanos(Math.max(0, endNanos - executedNanos));
        }
        return livedByTheWall();
    }

    /** The run of an earlier daemon: only the wall clock knows, and it may have been set back. */
    private Duration livedByTheWall() {
        Run run = owner.run();
        Instant started = run == null ? null : run.startedAt();
        if (run == null || started == null) {
            return Duration.ZERO;
        }
        Instant ended = run.endedAt() == null ? with.clock().instant() : run.endedAt();
        Duration wall = Duration.between(started, ended);
        return wall.isNegative() ? Duration.ZERO : wall;
    }

    /** The end of the present run's leader was seen. */
    void leaderEnded() {
        if (tree != null) {
            tree.leaderEnded();
        }
    }

    /** One of its timers is due. */
    void due(Timers.Due due) {
        switch (due) {
            case WATCH -> watch();
            case CLEAR -> clear();
            case ADOPT -> adoptAgain();
            case KILL -> owner.happened(new Happening.KillDue());
            case PROOF, STABLE, BACKOFF -> {}
        }
    }

    // --- spawn ---

    /** What the run before left in its group may hold its port and its files: first that ends, then the next begins. */
    void spawnWhenClear() {
        RunTree present = tree;
        if (present == null || !present.groupRemains()) {
            spawn();
            return;
        }
        spawnPending = true;
        sweep();
        if (!timers.isSet(Timers.Due.CLEAR)) {
            // It went in the very moment.
            spawn();
        }
    }

    boolean spawnPending() {
        return spawnPending;
    }

    private void spawnFailed(String why) {
        spawnPending = false;
        owner.notExecuted(why);
    }

    private void spawn() {
        spawnPending = false;
        ManagedProcess process = owner.process();
        Run planned = owner.run();
        if (planned == null) {
            throw new IllegalStateException("no run was decided for " + process.label());
        }
        Identity identity;
        try {
            identity = execute(process, planned);
        } catch (SpawnException | IOException e) {
            // What users get wrong, and are told: the trace would say nothing more.
            LOG.warn("{} could not be executed: {}", process.label(), e.getMessage());
            spawnFailed(String.valueOf(e.getMessage()));
            return;
        } catch (RuntimeException e) {
            LOG.warn("{} could not be executed", process.label(), e);
            spawnFailed(String.valueOf(e.getMessage()));
            return;
        }
        pass(Checkpoints.Point.AFTER_SPAWN);
        executedByThis = true;
        timers.cancel(Timers.Due.ADOPT);
        tree = new RunTree(with.host(), scanner, identity, planned.token(), tree);
        owner.executed(planned.executed(identity, with.clock().instant()));
        pass(Checkpoints.Point.AFTER_SPAWN_COMMIT);
        sweep();
        with.sightings().executed(process.key());
    }

    private Identity execute(ManagedProcess process, Run planned) throws SpawnException, IOException {
        with.logs().create(process.name());
        var variables = with.store().call(tx -> tx.environments().of(process.key()));
        var request = Launch.request(process, variables, planned.token(), with.home(), with.logs());
        pass(Checkpoints.Point.BEFORE_SPAWN);
        executedNanos = System.nanoTime();
        return with.host().spawn(request, exit -> owner.leaderEnded(planned.key(), exit));
    }

    // --- stop ---

    /** Stops in that way, in place of the process's own, until the stop that begins is over. */
    void stopWith(StopPolicy policy) {
        stopping.with(policy);
    }

    void askToStop() {
        RunTree present = toBeStopped();
        if (present != null) {
            stopping.ask(present);
        }
    }

    void kill() {
        RunTree present = toBeStopped();
        if (present != null) {
            stopping.kill(present);
        }
    }

    private @Nullable RunTree toBeStopped() {
        spawnPending = false;
        timers.cancel(Timers.Due.CLEAR);
        if (tree == null) {
            owner.happened(new Happening.TreeGone());
            return null;
        }
        return tree;
    }

    /** Who asks something of what survived SIGKILL is to hear that too, rather than to wait for ever. */
    void killSurvivorsAgain() {
        if (tree != null && stopping.survived(tree)) {
            kill();
        }
    }

    /** It is not being stopped, or not any more. */
    void notStopping() {
        stopping.over();
    }

    /** Looks now what is left of what is being stopped, and again until nothing is. */
    void watchFromNow() {
        stopping.lookFromNow();
        watch();
    }

    private void watch() {
        RunTree present = tree;
        if (owner.process().status() != Status.STOPPING || present == null || !stopping.gone(present)) {
            return;
        }
        pass(Checkpoints.Point.BEFORE_GONE);
        tree = null;
        owner.happened(new Happening.TreeGone());
    }

    // --- what leaders left behind ---

    /** What is left of runs that have ended. */
    private @Nullable RunTree leftover() {
        RunTree present = tree;
        Run run = owner.run();
        boolean runs = present != null
                && run != null
                && run.exit() == null
                && present.leader().equals(run.identity());
        return present != null && runs ? present.before() : present;
    }

    /** Ends what leaders left behind, beside whatever else goes on. */
    void sweep() {
        RunTree left = leftover();
        if (left == null || timers.isSet(Timers.Due.CLEAR)) {
            return;
        }
        if (left.gone()) {
            swept(left);
            return;
        }
        left.ask(owner.process().spec().stop().signal());
        sweepLooks.begin();
        timers.set(Timers.Due.CLEAR, Looks.FIRST);
    }

    private void swept(RunTree left) {
        if (left == tree) {
            tree = null;
        } else if (tree != null) {
            tree.forgetBefore();
        }
    }

    private void clear() {
        RunTree left = leftover();
        if (left == null || left.gone()) {
            if (left != null) {
                swept(left);
            }
            if (spawnPending) {
                spawn();
            }
            return;
        }
        Duration spent = sweepLooks.spent();
        Duration patience = owner.process().spec().stop().killTimeout();
        if (spent.compareTo(patience) > 0) {
            left.kill();
        }
        timers.set(Timers.Due.CLEAR, sweepLooks.next());
        if (spawnPending && !left.groupRemains()) {
            spawn();
        } else if (spawnPending && spent.compareTo(patience.plus(Stopping.AFTER_KILL)) > 0) {
            spawnFailed("of the run before these are alive although they were killed: "
                    + left.living().stream()
                            .map(member ->
                                    member.info().pid() + " (" + member.info().comm() + ")")
                            .collect(Collectors.joining(", ")));
        }
    }

    // --- what a daemon before this one left ---

    /**
     * Finds what a daemon before this one left of the run, and watches it if it goes on.
     *
     * @param before what is alive of the runs before it
     */
    void recover(boolean rebooted, @Nullable RunTree before) {
        Run left = owner.run();
        tree = before;
        Identity identity = left == null ? null : left.identity();
        if (left != null && identity == null && left.exit() == null && !rebooted) {
            identity = LeftRuns.leader(with.host(), scanner, left).orElse(null);
        }
        if (left != null && identity != null) {
            tree = new RunTree(with.host(), scanner, identity, left.token(), before);
            Run found = left.executed(
                    identity, left.startedAt() == null ? with.clock().instant() : left.startedAt());
            if (left.exit() == null && !rebooted && adopt(left, identity)) {
                owner.foundRunning(found);
                sweep();
                with.sightings().executed(owner.process().key());
                return;
            }
        }
        boolean remains = !rebooted && !living().isEmpty();
        Exit exit = left != null && left.exit() != null
                ? left.exit()
                : new Exit.Unknown(rebooted ? "the machine was booted" : "no daemon was there to see it");
        boolean spawned = left != null && identity != null;
        owner.happened(new Happening.FoundGone(exit, livedByTheWall(), spawned, remains, rebooted));
    }

    /**
     * Has its end told to the owner; false when it has ended. What the system does not let us watch (EMFILE) is looked at
     * until it can be watched.
     */
    private boolean adopt(Run left, Identity identity) {
        try {
            return with.host().adopt(identity, exit -> owner.leaderEnded(left.key(), exit));
        } catch (RuntimeException e) {
            if (!looksInstead) {
                LOG.warn(
                        "{} is looked at, as it cannot be watched: {}",
                        owner.process().label(),
                        e.getMessage());
            }
            looksInstead = true;
            boolean alive = with.host().alive(identity);
            if (alive) {
                timers.set(Timers.Due.ADOPT, UNWATCHED_LOOK);
            }
            return alive;
        }
    }

    private void adoptAgain() {
        Run run = owner.run();
        Identity identity = run == null ? null : run.identity();
        if (run != null && identity != null && run.exit() == null && !adopt(run, identity)) {
            owner.leaderEnded(run.key(), new Exit.Unknown("it could not be watched"));
        }
    }

    private void pass(Checkpoints.Point point) {
        with.checkpoints().pass(point);
    }
}
