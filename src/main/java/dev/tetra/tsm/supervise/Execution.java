package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.os.Rights;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.os.SpawnRequest;
import dev.tetra.tsm.spec.Durations;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
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

    /** Who decides, and is told what happens. */
    interface Owner {
        /** The process as it was last committed. */
        ManagedProcess process();

        /** The run that was last decided on. */
        @Nullable
        Run run();

        /** Adds to what a run is given. */
        void equip(Run planned, Equipment equipment);

        /** Whether the program was asked to stop in a way of its own, in place of the signal. */
        boolean askToStop();

        /** The same of the run that went on until another one was ready. */
        boolean askReplacedToStop();

        /** The run that goes on until that one is ready; null for none. */
        @Nullable
        Run standby();

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

        /** A command around a run has ended: comes from any thread, and is handled later. */
        void commandEnded(long runKey, AroundRun.Kind kind, Exit exit);

        /** A command around the present run is over. */
        void commandOver(AroundRun.Kind kind, boolean good, String how);
    }

    private final Supervision with;
    private final TreeScanner scanner;
    private final RunGroups groups;
    private final Marks marks;
    private final ListenSockets sockets;
    private final Timers timers;
    private final Owner owner;
    private final Stopping stopping;
    private final Looks sweepLooks = new Looks();

    private final Standby standby;
    private final Adoptions adoptions;

    private @Nullable RunTree tree;
    private long executedNanos;
    private boolean executedByThis;

    private final AroundRun around;

    /** The command around the run that is at work: its leader leads the tree. */
    private AroundRun.@Nullable Kind command;

    private boolean commandLate;
    private long commandNanos;
    /** Whether the command before the run is over, so that the program itself is next. */
    private boolean prepared;
    /** The key of the run after which its command was executed. */
    private long cleanedUp;

    /** Whether what is being stopped was a program beside which the present run was not executed yet. */
    private boolean replacedAtWork;

    /** A run that was executed before it was written down; its end is told once it has the key under which it is. */
    private record Early(String token, Identity identity, CompletableFuture<Long> key) {}

    private @Nullable Early early;

    /** Whether a run is to be spawned once nothing of the one before is in the way. */
    private boolean spawnPending;

    Execution(
            Supervision with,
            TreeScanner scanner,
            ListenSockets sockets,
            RunGroups groups,
            Timers timers,
            Owner owner) {
        this.groups = groups;
        this.marks = new Marks(with.home());
        this.sockets = sockets;
        this.with = with;
        this.scanner = scanner;
        this.timers = timers;
        this.owner = owner;
        this.stopping = new Stopping(with, timers, groups, owner);
        this.standby = new Standby();
        this.adoptions = new Adoptions(with, timers, owner);
        this.around = new AroundRun(with, scanner, groups, marks);
    }

    /** Everything that lives of it, and of what ended. */
    List<ProcessTree.Member> living() {
        List<ProcessTree.Member> all = new ArrayList<>();
        if (tree != null) {
            all.addAll(tree.living());
        }
        if (standby.tree() != null) {
            all.addAll(standby.tree().living());
        }
        return all;
    }

    /** How the present run ended. Of one that was killed here it is known why, also where nobody saw how. */
    Exit explained(Exit exit) {
        return exit instanceof Exit.Unknown(String why) && tree != null && tree.killed()
                ? new Exit.Unknown("tsm had killed it; " + why)
                : exit;
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
            case ADOPT -> adoptions.again(command, tree);
            case COMMAND -> commandDue();
            case KILL -> owner.happened(new Happening.KillDue());
            case PROOF, STABLE, BACKOFF -> {}
        }
    }

    // --- spawn ---

    /** What the run before left in its group may hold its port and its files: first that ends, then the next begins. */
    void spawnWhenClear() {
        RunTree present = tree;
        // Before the look, which can fail: the run comes when it succeeds.
        spawnPending = true;
        if (early != null || present == null || !present.groupRemains()) {
            spawn();
            return;
        }
        sweep();
        if (!timers.isSet(Timers.Due.CLEAR)) {
            // It went in the very moment.
            spawn();
        }
    }

    /** Whether what is to be spawned waits for something, or the command before it is at work. */
    boolean spawnPending() {
        return spawnPending || command == AroundRun.Kind.PRE_START;
    }

    /** The command before the run is over: the program, when nothing of that is in the way. */
    void execute() {
        prepared = true;
        spawnWhenClear();
    }

    // --- a new run beside the present one ---

    /** Spawns a run while the present one goes on. */
    void spawnBeside() {
        standby.keep(tree, executedNanos, executedByThis);
        tree = null;
        spawn();
    }

    /** The new run has taken over: the one before it is ended, in the background. */
    void retire() {
        standby.forgetFile();
        RunTree old = standby.tree();
        if (old != null && old.leaderAlive() && owner.askReplacedToStop()) {
            old.askOthersLater(owner.process().spec().stop().signal());
        }
        joinStandby();
        sweep();
        pass(Checkpoints.Point.AFTER_RETIRE);
    }

    /** The new run is ended, in the background; the one that has gone on is the present one again. */
    void fallBack() {
        standby.forgetFile();
        // The command before the new run may be at work: it is ended with the rest of that.
        command = null;
        prepared = false;
        spawnPending = false;
        timers.cancel(Timers.Due.COMMAND);
        RunTree old = standby.take();
        if (old != null) {
            RunTree failed = tree;
            tree = old;
            executedNanos = standby.executedNanos();
            executedByThis = standby.executedByThis();
            if (failed != null) {
                old.follows(failed);
            }
        }
        sweep();
        pass(Checkpoints.Point.AFTER_FALL_BACK);
    }

    /** The leader of the run that was to go on has ended; what it left is ended too. */
    void standbyEnded() {
        if (standby.tree() != null) {
            standby.tree().leaderEnded();
        }
        joinStandby();
        sweep();
    }

    /** From now on it is one of the runs before. */
    private void joinStandby() {
        RunTree old = standby.take();
        if (old == null) {
            return;
        }
        if (tree == null) {
            tree = old;
        } else {
            tree.follows(old);
        }
    }

    /**
     * How long the new run must live to count as started. One that takes the place of another, and that nobody hears of
     * when it listens, is given as long as a run must live not to count as a crash.
     */
    Duration proof() {
        ManagedProcess process = owner.process();
        Duration stable = process.spec().restart().minUptime();
        return process.life().standby() == null || standby.told() || stable.compareTo(ProcessActor.PROOF) < 0
                ? ProcessActor.PROOF
                : stable;
    }

    /** Whether the new run listens, where its program tells that; else, that it lives is enough. */
    Standby.Listening listening() {
        return standby.listening(
                executedNanos, owner.process().spec().supervision().health().startTimeout());
    }

    /**
     * Executes the next run before it is written down, as its {@link #spawnWhenClear} comes at once; false when something is in
     * its way, or it cannot be executed: then it is tried again in the usual way, and told.
     */
    boolean executeEarly(Run planned) {
        CompletableFuture<Long> key = new CompletableFuture<>();
        try {
            if ((tree != null && tree.groupRemains()) || standby.tree() != null || spawnPending || prepared) {
                return false;
            }
            Identity identity = execute(owner.process(), planned, exit -> {
                var _ = key.thenAccept(written -> owner.leaderEnded(written, exit));
            });
            early = new Early(planned.token(), identity, key);
        } catch (SpawnException | IOException | RuntimeException e) {
            LOG.debug("{} could not be executed at once", owner.process().label(), e);
            marks.remove(planned, null);
            return false;
        }
        pass(Checkpoints.Point.AFTER_EARLY_SPAWN);
        return true;
    }

    private void spawnFailed(String why) {
        Run planned = owner.run();
        if (planned != null) {
            marks.remove(planned, null);
        }
        spawnPending = false;
        prepared = false;
        owner.notExecuted(why);
        tidy();
    }

    private void spawn() {
        spawnPending = false;
        replacedAtWork = false;
        ManagedProcess process = owner.process();
        Run planned = owner.run();
        if (planned == null) {
            throw new IllegalStateException("no run was decided for " + process.label());
        }
        if (!prepared && AroundRun.has(AroundRun.Kind.PRE_START, process)) {
            prepare(process, planned);
            return;
        }
        prepared = false;
        Early done = early;
        early = null;
        Identity identity;
        try {
            if (done == null || !done.token().equals(planned.token())) {
                identity = execute(process, planned, exit -> owner.leaderEnded(planned.key(), exit));
            } else {
                identity = done.identity();
                done.key().complete(planned.key());
            }
        } catch (SpawnException | IOException | TsmException e) {
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
        try {
            owner.executed(planned.executed(identity, with.clock().instant()));
            marks.remove(planned, null);
            pass(Checkpoints.Point.AFTER_SPAWN_COMMIT);
            sweep();
        } finally {
            with.sightings().executed(process.key());
        }
    }

    // --- commands around the run ---

    private void prepare(ManagedProcess process, Run planned) {
        pass(Checkpoints.Point.BEFORE_SPAWN);
        Identity leader;
        try {
            leader = start(AroundRun.Kind.PRE_START, process, planned);
        } catch (SpawnException | IOException | RuntimeException e) {
            LOG.warn("the command before {} could not be executed: {}", process.label(), e.getMessage());
            spawnFailed("--pre-start could not be executed: " + e.getMessage());
            return;
        }
        began(AroundRun.Kind.PRE_START, leader, planned);
    }

    private Identity start(AroundRun.Kind kind, ManagedProcess process, Run run) throws SpawnException, IOException {
        return around.start(kind, process, run, exit -> owner.commandEnded(run.key(), kind, exit));
    }

    /** What fails from here on does not mean that it was not executed. */
    private void began(AroundRun.Kind kind, Identity leader, Run run) {
        leads(kind, leader, run, tree);
        pass(Checkpoints.Point.AFTER_COMMAND_SPAWN);
        owner.happened(new Happening.CommandBegan(kind));
        marks.remove(run, kind);
    }

    private void leads(AroundRun.Kind kind, Identity leader, Run run, @Nullable RunTree before) {
        command = kind;
        commandLate = false;
        commandNanos = System.nanoTime();
        tree = new RunTree(with.host(), scanner, leader, run.token(), before);
        timers.set(
                Timers.Due.COMMAND,
                owner.process().spec().supervision().limits().commands().timeout());
    }

    /** Runs the command after the run that has just ended. */
    void cleanUp() {
        ManagedProcess process = owner.process();
        Run run = owner.run();
        if (run == null) {
            gone();
            return;
        }
        stopping.over();
        cleanedUp = run.key();
        Identity leader;
        try {
            leader = start(AroundRun.Kind.POST_STOP, process, run);
        } catch (SpawnException | IOException | RuntimeException e) {
            LOG.warn("the command after {} could not be executed: {}", process.label(), e.getMessage());
            marks.remove(run, AroundRun.Kind.POST_STOP);
            tree = null;
            owner.commandOver(AroundRun.Kind.POST_STOP, false, "could not be executed: " + e.getMessage());
            return;
        }
        began(AroundRun.Kind.POST_STOP, leader, run);
    }

    /** Whether the command after the present run has yet to be run. */
    private boolean toCleanUp() {
        ManagedProcess process = owner.process();
        Run run = owner.run();
        return run != null
                && (run.identity() != null || replacedAtWork)
                && run.key() != cleanedUp
                && AroundRun.has(AroundRun.Kind.POST_STOP, process);
    }

    /** Nothing is alive any more of what is being stopped. */
    private void gone() {
        owner.happened(toCleanUp() ? new Happening.Unclean() : new Happening.TreeGone());
    }

    private void commandDue() {
        if (command != null && tree != null) {
            commandLate = true;
            tree.kill();
        }
    }

    /** The end of a command around the present run was seen. */
    void commandEnded(AroundRun.Kind kind, Exit exit) {
        Duration lasted = Duration.ofNanos(System.nanoTime() - commandNanos);
        if (kind != AroundRun.Kind.STOP_COMMAND) {
            if (command != kind || tree == null) {
                return;
            }
            command = null;
            timers.cancel(Timers.Due.COMMAND);
            tree.leaderEnded();
            tree = kind == AroundRun.Kind.PRE_START ? tree.withoutToken() : tree;
        }
        boolean good = exit.success() && !commandLate;
        String how = commandLate
                ? "was killed, as it took longer than "
                        + Durations.human(owner.process()
                                .spec()
                                .supervision()
                                .limits()
                                .commands()
                                .timeout())
                : (good ? "is done" : "failed: " + exit.inWords())
                        + (kind == AroundRun.Kind.STOP_COMMAND ? "" : ", after " + lasted.toMillis() / 1000.0 + " s");
        commandLate = false;
        owner.commandOver(kind, good, how);
    }

    private boolean stopByCommand() {
        ManagedProcess process = owner.process();
        Run run = owner.run();
        if (run == null
                || tree == null
                || !tree.leader().equals(run.identity())
                || !AroundRun.has(AroundRun.Kind.STOP_COMMAND, process)) {
            return false;
        }
        if (around.living(AroundRun.Kind.STOP_COMMAND, run).isPresent()) {
            return true;
        }
        try {
            around.start(
                    AroundRun.Kind.STOP_COMMAND,
                    process,
                    run,
                    exit -> owner.commandEnded(run.key(), AroundRun.Kind.STOP_COMMAND, exit));
            pass(Checkpoints.Point.AFTER_COMMAND_SPAWN);
            return true;
        } catch (SpawnException | IOException | RuntimeException e) {
            LOG.warn("the command that stops {} could not be executed: {}", process.label(), e.getMessage());
            return false;
        }
    }

    /** Sends the stop signal, as the command in its place has failed. */
    void signal() {
        RunTree present = tree;
        if (present != null && owner.process().status() == Status.STOPPING) {
            stopping.signal(present);
        }
    }

    private Identity execute(ManagedProcess process, Run planned, Consumer<Exit> onEnd)
            throws SpawnException, IOException {
        with.logs().create(process.name());
        var variables = with.store().call(tx -> tx.environments().of(process.key()));
        Rights rights = with.host().rights();
        Optional<Integer> socket = sockets.descriptor(process);
        if (socket.isPresent()) {
            new NodePreload(with.home()).write();
        }
        SpawnRequest request = Launch.request(
                process, variables, planned.token(), with.home(), with.logs(), rights, told(process, planned));
        if (socket.isPresent()) {
            request = request.handing(new SpawnRequest.Inherited(socket.get(), Launch.LISTEN_FD));
        }
        try (Equipment equipment = new Equipment(request)) {
            owner.equip(planned, equipment);
            return execute(process, planned, equipment.equipped(), onEnd);
        }
    }

    private Identity execute(ManagedProcess process, Run planned, SpawnRequest request, Consumer<Exit> onEnd)
            throws SpawnException, IOException {
        tidy();
        Prelude prelude = Launch.prelude(process, with.host().rights(), groups.entering(process, planned));
        if (!prelude.empty()) {
            // What the prelude cannot execute would be known by its exit code only.
            with.host().requireExecutable(request);
        }
        pass(Checkpoints.Point.BEFORE_SPAWN);
        SpawnRequest marked = marks.on(prelude.before(request), planned, null);
        executedNanos = System.nanoTime();
        return with.host().spawn(marked, onEnd);
    }

    /** Whether a program is to tell when it listens, as the one before it goes on until then. */
    private boolean told(ManagedProcess process, Run planned) {
        boolean told = process.life().standby() != null
                && process.spec().kind() == Kind.NODE
                && !process.spec().supervision().health().gated()
                && NodePreload.readable(process);
        standby.await(told ? Launch.readyFile(with.home(), planned.token()) : null);
        return told;
    }

    // --- stop ---

    /** Stops in that way, in place of the process's own, until the stop that begins is over. */
    void stopWith(StopPolicy policy) {
        stopping.with(policy);
    }

    void askToStop() {
        RunTree present = toBeStopped();
        if (present != null) {
            stopping.ask(present, this::stopByCommand);
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
        prepared = false;
        timers.cancel(Timers.Due.CLEAR);
        standby.forgetFile();
        replacedAtWork = replacedAtWork || standby.tree() != null;
        joinStandby();
        if (tree == null) {
            gone();
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
        if (owner.process().status() != Status.STOPPING || present == null) {
            return;
        }
        stopping.retry();
        if (!stopping.gone(present)) {
            return;
        }
        pass(Checkpoints.Point.BEFORE_GONE);
        tree = null;
        try {
            tidy();
        } finally {
            // Nothing would look again: there is no tree any more.
            gone();
        }
    }

    /** Something could not be done or looked at, as for want of descriptors: it is looked at again, and done then. */
    void lookAgain() {
        if (owner.process().status() == Status.STOPPING) {
            if (!timers.isSet(Timers.Due.WATCH)) {
                timers.set(Timers.Due.WATCH, Adoptions.UNWATCHED_LOOK);
            }
        } else if (!timers.isSet(Timers.Due.CLEAR)) {
            timers.set(Timers.Due.CLEAR, Adoptions.UNWATCHED_LOOK);
        }
    }

    // --- what leaders left behind ---

    /** What is left of runs that have ended. */
    private @Nullable RunTree leftover() {
        RunTree present = tree;
        Run run = owner.run();
        boolean runs = present != null
                && (command != null
                        || (run != null
                                && run.exit() == null
                                && present.leader().equals(run.identity())));
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
        left.askOthers(owner.process().spec().stop().signal());
        sweepLooks.begin();
        timers.set(Timers.Due.CLEAR, Looks.FIRST);
    }

    private void swept(RunTree left) {
        if (left == tree) {
            tree = null;
        } else if (tree != null) {
            tree.forgetBefore();
        }
        tidy();
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
        if (left.askOthers(owner.process().spec().stop().signal())) {
            sweepLooks.begin();
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

    /** Removes the control groups of runs of which nothing is alive any more. */
    private void tidy() {
        List<Long> needed = new ArrayList<>(2);
        for (Run each : Arrays.asList(owner.run(), owner.standby())) {
            if (each != null && (each.exit() == null || command != null)) {
                needed.add(each.key());
            }
        }
        groups.tidy(owner.process().key(), needed);
    }

    // --- what a daemon before this one left ---

    /**
     * Finds what a daemon before this one left of the run, and watches it if it goes on.
     *
     * @param before what is alive of the runs before it
     */
    void recover(boolean rebooted, @Nullable RunTree before) {
        Run left = owner.run();
        if (left != null && ListenSockets.listensFor(owner.process())) {
            forgetReplaced(left);
        }
        if (left != null && !rebooted && recoverStandby(left, before)) {
            return;
        }
        tree = before;
        if (left != null && !rebooted && commandFound(left, before)) {
            return;
        }
        Identity identity = left == null ? null : left.identity();
        if (left != null && identity == null && left.exit() == null && !rebooted) {
            identity = LeftRuns.leader(with.host(), scanner, left).orElse(null);
        }
        if (left != null && identity != null) {
            tree = new RunTree(with.host(), scanner, identity, left.token(), before);
            Run found = left.executed(
                    identity, left.startedAt() == null ? with.clock().instant() : left.startedAt());
            if (left.exit() == null && !rebooted && adoptions.adopt(left, identity)) {
                owner.foundRunning(found);
                sweep();
                with.sightings().executed(owner.process().key());
                return;
            }
        }
        boolean remains =
                !rebooted && (!living().isEmpty() || (owner.process().status() == Status.STOPPING && toCleanUp()));
        Exit unseen = new Exit.Unknown(rebooted ? "the machine was booted" : "no daemon was there to see it");
        Exit exit = left == null || rebooted
                ? unseen
                : left.exit() != null ? left.exit() : groups.explained(owner.process(), left.key(), unseen);
        boolean spawned = left != null && (identity != null || marks.has(left, null));
        owner.happened(new Happening.FoundGone(exit, livedByTheWall(), spawned, remains, rebooted));
        if (left != null) {
            marks.remove(left, null);
        }
    }

    /** Runs that were replaced, and whose end nobody will see any more. */
    private void forgetReplaced(Run present) {
        Run old = owner.standby();
        String why = "no daemon was there to see it";
        ManagedProcess process = owner.process();
        with.store()
                .run(tx -> tx.runs()
                        .unseen(process.key(), present.key(), old == null ? present.key() : old.key(), why)
                        .forEach(run -> tx.journal()
                                .event(
                                        EventKind.EXIT,
                                        process.key(),
                                        process.name(),
                                        run,
                                        Origin.PROCESS,
                                        "a run that was replaced: its end is unknown, as " + why)));
    }

    /**
     * A daemon died while a new run was to take the place of one that goes on still: that stays, and the new one, however
     * far it had come, is ended. False when there is none, or it does not go on.
     */
    private boolean recoverStandby(Run candidate, @Nullable RunTree before) {
        Run old = owner.standby();
        Identity identity = old == null ? null : old.identity();
        if (old == null || identity == null) {
            return false;
        }
        if (!adoptions.adopt(old, identity)) {
            owner.leaderEnded(old.key(), new Exit.Unknown("no daemon was there to see it"));
            return false;
        }
        RunTree kept = new RunTree(with.host(), scanner, identity, old.token(), before);
        Identity leader = candidate.identity() != null
                ? candidate.identity()
                : LeftRuns.leader(with.host(), scanner, candidate).orElse(null);
        if (leader != null) {
            kept.follows(new RunTree(with.host(), scanner, leader, candidate.token(), null));
            adoptions.watchLast(candidate, leader);
        } else {
            around.living(AroundRun.Kind.PRE_START, candidate)
                    .ifPresent(command ->
                            kept.follows(new RunTree(with.host(), scanner, command, candidate.token(), null)));
        }
        tree = kept;
        executedByThis = false;
        owner.happened(new Happening.FoundStandby());
        with.sightings().executed(owner.process().key());
        return true;
    }

    /** Whether a command around the run is at work, which a daemon before this one has executed: it goes on. */
    private boolean commandFound(Run left, @Nullable RunTree before) {
        ManagedProcess process = owner.process();
        if (AroundRun.has(AroundRun.Kind.POST_STOP, process)
                && (with.store().call(tx -> tx.runs().cleanedUp(left.key()))
                        || marks.has(left, AroundRun.Kind.POST_STOP))) {
            cleanedUp = left.key();
        }
        AroundRun.Kind kind = left.identity() == null ? AroundRun.Kind.PRE_START : AroundRun.Kind.POST_STOP;
        boolean fits = kind == AroundRun.Kind.PRE_START
                ? left.exit() == null
                : left.exit() != null && process.status() == Status.STOPPING;
        if (!fits || !AroundRun.has(kind, process)) {
            return false;
        }
        Identity leader = around.living(kind, left).orElse(null);
        if (leader == null || !adoptions.adoptCommand(kind, left, leader)) {
            return false;
        }
        cleanedUp = kind == AroundRun.Kind.POST_STOP ? left.key() : cleanedUp;
        leads(kind, leader, left, before);
        owner.happened(new Happening.FoundCommand(kind));
        return true;
    }

    private void pass(Checkpoints.Point point) {
        with.checkpoints().pass(point);
    }
}
