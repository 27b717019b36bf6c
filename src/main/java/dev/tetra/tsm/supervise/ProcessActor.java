package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.store.Tx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The supervisor of one process: a mailbox and one virtual thread that is the single writer of the process's rows. What
 * happens is decided by {@link Transition}, committed, and only then done.
 *
 * <p>A message about a run that is no longer the present one is dropped, so a superseded wait can neither spawn nor
 * write.
 */
final class ProcessActor {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessActor.class);
    /** How long a program must live to count as started (SPEC 7). */
    static final Duration PROOF = Duration.ofMillis(100);

    private static final Duration AFTER_KILL = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(8);
    private static final Duration RAREST_LOOK = Duration.ofSeconds(2);
    private static final Duration LOOK_AT_SURVIVORS = Duration.ofMillis(500);
    private static final Duration RETRY_COMMIT = Duration.ofMillis(300);
    /** How long the end of a process that is no longer there may take to be reported, before it counts as unseen. */
    private static final Duration REPORT = Duration.ofMillis(1500);

    private sealed interface Message {
        record Asked(Wish wish, CompletableFuture<Outcome> reply) implements Message {}

        record RunEnded(long runKey, Exit exit, long nanos) implements Message {}

        record Recover(boolean rebooted) implements Message {}

        record Close() implements Message {}
    }

    private final Supervision with;
    private final TreeScanner scanner;
    private final Tokens tokens;
    private final Consumer<ProcessActor> onDeleted;
    private final LinkedBlockingQueue<Message> mailbox = new LinkedBlockingQueue<>();
    private final Timers timers = new Timers();
    private final List<Waiter> waiters = new ArrayList<>();
    private final Thread thread;

    private ManagedProcess process;
    private Lifecycle life;
    private @Nullable Run run;
    private @Nullable RunTree tree;
    private long executedNanos;
    private boolean executedByThis;
    private @Nullable StopPolicy stopWith;
    private @Nullable Long survivorsDue;
    private @Nullable RunCause pendingSpawn;
    private String failure = "";
    private boolean open = true;
    private volatile boolean closing;
    private volatile boolean over;

    ProcessActor(
            Supervision with,
            TreeScanner scanner,
            Tokens tokens,
            ManagedProcess process,
            Consumer<ProcessActor> onDeleted) {
        this.with = with;
        this.scanner = scanner;
        this.tokens = tokens;
        this.process = process;
        this.life = process.life();
        this.run = process.run();
        this.onDeleted = onDeleted;
        this.thread = Thread.ofVirtual().name("process " + process.name()).unstarted(this::loop);
    }

    long key() {
        return process.key();
    }

    void start() {
        thread.start();
    }

    CompletableFuture<Outcome> ask(Wish wish) {
        CompletableFuture<Outcome> reply = new CompletableFuture<>();
        mailbox.add(new Message.Asked(wish, reply));
        if (over) {
            refuseLate();
        }
        return reply;
    }

    /** Takes up what a daemon before this one left. */
    void recover(boolean rebooted) {
        mailbox.add(new Message.Recover(rebooted));
    }

    /** Lets supervision end; the process goes on. */
    void askToClose() {
        closing = true;
        mailbox.add(new Message.Close());
    }

    /** Waits until supervision has ended. */
    void awaitClosed() throws InterruptedException {
        thread.join();
    }

    private void loop() {
        try {
            while (open) {
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over = true;
            waiters.forEach(waiter -> waiter.reply().completeExceptionally(daemonStops()));
            refuseLate();
        }
    }

    private void step() throws InterruptedException {
        try {
            // What has happened counts before what is due: a program that died is not proven by a timer that is late.
            Message message = mailbox.poll();
            if (message == null) {
                timers.take().ifPresent(this::due);
                message = next();
            }
            if (message != null) {
                handle(message);
            }
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOG.error("supervising {} failed; going on", process.label(), e);
        }
    }

    private TsmException daemonStops() {
        return new TsmException.Unavailable(
                "the daemon stops while " + process.label() + " was being changed",
                "the next daemon carries on what was begun; 'tsm list all' shows what came of it");
    }

    /** An end that came after this actor had ended is written down, for the next daemon to act on. */
    void recordLateEnd() {
        for (Message left = mailbox.poll(); left != null; left = mailbox.poll()) {
            if (left instanceof Message.RunEnded(long runKey, Exit exit, long _)) {
                try {
                    with.store()
                            .run(tx ->
                                    tx.runs().ended(runKey, exit, with.clock().instant()));
                } catch (RuntimeException e) {
                    LOG.error("the end of {} cannot be recorded; the next daemon will not know it", process.label(), e);
                }
            }
        }
    }

    private void refuseLate() {
        for (Message left : List.copyOf(mailbox)) {
            if (left instanceof Message.Asked late && mailbox.remove(left)) {
                late.reply()
                        .completeExceptionally(
                                closing
                                        ? daemonStops()
                                        : new TsmException.NotFound(
                                                process.label() + " was deleted meanwhile",
                                                "'tsm list all' shows what there is"));
            }
        }
    }

    private @Nullable Message next() throws InterruptedException {
        if (!open) {
            return null;
        }
        long wait = timers.untilNext();
        return wait < 0 ? mailbox.take() : mailbox.poll(wait, TimeUnit.NANOSECONDS);
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Asked(Wish wish, CompletableFuture<Outcome> reply) -> asked(wish, reply);
            case Message.RunEnded end -> ended(end);
            case Message.Recover(boolean rebooted) -> recoverNow(rebooted);
            case Message.Close() -> open = false;
        }
    }

    private void due(Timers.Due due) {
        switch (due) {
            case PROOF -> apply(new Happening.Proven());
            case STABLE -> apply(new Happening.Stable());
            case KILL -> apply(new Happening.KillDue());
            case BACKOFF -> {
                pass(Checkpoints.Point.AFTER_BACKOFF);
                apply(new Happening.BackoffElapsed());
            }
            case WATCH -> watch();
            case CLEAR -> clear();
        }
    }

    // --- what users ask ---

    private void asked(Wish wish, CompletableFuture<Outcome> reply) {
        try {
            switch (wish) {
                case Wish.Start start -> askedToRun(start.by(), start.proof(), start.change(), false, reply);
                case Wish.Restart restart -> askedToRun(restart.by(), restart.proof(), restart.change(), true, reply);
                case Wish.Stop stop -> askedToStop(stop, reply);
                case Wish.Delete delete -> delete(delete, reply);
                case Wish.Await _ -> {
                    waiters.add(new Waiter(Waiter.Goal.ENDED, life.generation(), false, reply));
                    settleWaiters();
                }
            }
        } catch (RuntimeException e) {
            reply.completeExceptionally(e);
        }
    }

    private void askedToRun(
            String by,
            boolean withProof,
            Wish.@Nullable Change change,
            boolean again,
            CompletableFuture<Outcome> reply) {
        boolean runs = life.status() == Status.ONLINE || life.status() == Status.STARTING;
        boolean first = life.status() == Status.STARTING && !again && run != null && run.identity() == null;
        if (runs && !again && !first) {
            waiters.add(new Waiter(
                    withProof ? Waiter.Goal.RUNNING : Waiter.Goal.EXECUTED, life.generation(), false, reply));
            settleWaiters();
            return;
        }
        failure = "";
        Waiter waiter = new Waiter(
                withProof ? Waiter.Goal.RUNNING : Waiter.Goal.EXECUTED,
                first ? life.generation() : life.generation() + 1,
                true,
                reply);
        if (first) {
            waiters.add(waiter);
            if (pendingSpawn == null) {
                perform(new Action.Spawn(RunCause.START));
            }
            settleWaiters();
            return;
        }
        decide(
                again ? new Happening.RestartAsked() : new Happening.StartAsked(),
                by,
                change,
                () -> waiters.add(waiter));
    }

    /** Whether a user waits for the run that is decided on, so that its failure is told and not made up for. */
    private boolean asked() {
        return waiters.stream().anyMatch(waiter -> waiter.forRun(life.generation()));
    }

    private boolean proofAsked() {
        return waiters.stream()
                .anyMatch(waiter -> waiter.forRun(life.generation()) && waiter.goal() == Waiter.Goal.RUNNING);
    }

    /** Whether anything lives of what ended. */
    private boolean remains() {
        RunTree present = tree;
        return present != null && !present.living().isEmpty();
    }

    private void askedToStop(Wish.Stop stop, CompletableFuture<Outcome> reply) {
        boolean remains = !life.status().alive() && remains();
        if (life.status() == Status.STOPPED && !remains) {
            reply.complete(new Outcome.Done(process, false));
            return;
        }
        decide(new Happening.StopAsked(stop.kill(), remains), stop.by(), null, () -> {
            if (stop.policy() != null) {
                stopWith = stop.policy();
            }
            waiters.add(new Waiter(Waiter.Goal.RESTING, life.generation(), true, reply));
        });
    }

    private void delete(Wish.Delete delete, CompletableFuture<Outcome> reply) {
        if (!life.status().settled()) {
            reply.complete(new Outcome.Refused(process, "it is " + life.status().word()));
            return;
        }
        if (remains()) {
            reply.complete(new Outcome.Refused(process, "processes that its last run left are still alive"));
            return;
        }
        with.store().run(tx -> {
            tx.ports().release(process.key());
            tx.channels().close(process.key());
            tx.processes().delete(process.key());
            tx.journal()
                    .event(
                            EventKind.CONFIG,
                            process.key(),
                            process.name(),
                            null,
                            Origin.USER,
                            "deleted by " + delete.by());
        });
        pass(Checkpoints.Point.AFTER_DELETE);
        open = false;
        onDeleted.accept(this);
        if (!delete.keepLogs()) {
            try {
                with.logs().delete(process.name());
            } catch (IOException e) {
                LOG.warn("the logs of {} were not deleted", process.label(), e);
            }
        }
        reply.complete(new Outcome.Done(process, true));
    }

    // --- what happens ---

    private void ended(Message.RunEnded end) {
        if (run == null || run.key() != end.runKey() || run.exit() != null) {
            return;
        }
        if (tree != null) {
            tree.leaderEnded();
        }
        pass(Checkpoints.Point.BEFORE_EXIT_COMMIT);
        apply(new Happening.Ended(end.exit(), lived(end.nanos())));
        pass(Checkpoints.Point.AFTER_EXIT_COMMIT);
    }

    private Duration lived(long endNanos) {
        if (executedByThis) {
            return Duration.ofNanos(Math.max(0, endNanos - executedNanos));
        }
        // The run of an earlier daemon: only the wall clock knows.
        Instant started = run == null ? null : run.startedAt();
        Duration wall = started == null
                ? Duration.ZERO
                : Duration.between(started, with.clock().instant());
        return wall.isNegative() ? Duration.ZERO : wall;
    }

    /** Something that is not a user's wish: it is so, and must be recorded however long that takes. */
    private void apply(Happening happening) {
        decide(happening, "", null, () -> {});
    }

    private void decide(Happening happening, String by, Wish.@Nullable Change change, Runnable once) {
        Lifecycle before = life;
        Transition.Step step = new Transition(
                        change == null
                                ? process.spec().restart()
                                : change.spec().restart())
                .next(before, happening);
        pass(Checkpoints.Point.BEFORE_DECISION);
        Entry entry = new Entry(
                process,
                run,
                before,
                step,
                happening,
                by,
                change,
                failure,
                with.clock().instant(),
                tokens.next());
        if (by.isEmpty()) {
            commitStubbornly(entry::write);
        } else {
            with.store().run(entry::write);
        }
        once.run();
        life = step.life();
        reload(entry);
        pass(Checkpoints.Point.AFTER_DECISION);
        if (before.status() != life.status()) {
            timers.cancel(Timers.Due.PROOF);
            timers.cancel(Timers.Due.STABLE);
            timers.cancel(Timers.Due.BACKOFF);
        }
        if (life.status() != Status.STOPPING) {
            timers.cancel(Timers.Due.KILL);
            timers.cancel(Timers.Due.WATCH);
            stopWith = null;
            survivorsDue = null;
        }
        step.actions().forEach(this::perform);
        settleWaiters();
        if (!by.isEmpty()) {
            tryAgainOnSurvivors();
        }
    }

    /** Who asks something of what survived SIGKILL is to hear that too, rather than to wait for ever. */
    private void tryAgainOnSurvivors() {
        if (life.status() == Status.STOPPING && tree != null && tree.killed() && survivorsDue == null) {
            kill();
        }
    }

    private void reload(Entry entry) {
        process = entry.after();
        run = process.run();
    }

    private void commitStubbornly(Consumer<Tx> work) {
        boolean complained = false;
        while (true) {
            try {
                with.store().run(work);
                return;
            } catch (RuntimeException e) {
                if (closing) {
                    // The next daemon finds out from the machine what this one could not write.
                    open = false;
                    throw e;
                }
                if (!complained) {
                    LOG.error("what happened to {} cannot be recorded; trying again", process.label(), e);
                    complained = true;
                }
                try {
                    TimeUnit.NANOSECONDS.sleep(RETRY_COMMIT.toNanos());
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw e;
                }
            }
        }
    }

    // --- what is done about it ---

    private void perform(Action action) {
        switch (action) {
            case Action.Spawn(RunCause cause) -> spawnWhenClear(cause);
            case Action.AskToStop() -> askToStop();
            case Action.Kill() -> kill();
            case Action.WatchTree() -> {
                watchBegan = System.nanoTime();
                watch();
            }
            case Action.Sweep() -> sweep();
            case Action.Backoff(Duration delay) -> {
                timers.set(Timers.Due.BACKOFF, delay);
                pass(Checkpoints.Point.DURING_BACKOFF);
            }
            case Action.AwaitProof() -> timers.set(Timers.Due.PROOF, PROOF);
            case Action.AwaitStable() ->
                timers.set(Timers.Due.STABLE, process.spec().restart().stableAfter());
            case Action.ReportSurvivors() -> reportSurvivors();
        }
    }

    /** What the run before left in its group may hold its port and its files: first that ends, then the next begins. */
    private void spawnWhenClear(RunCause cause) {
        RunTree present = tree;
        if (present == null || !present.groupRemains()) {
            spawn();
            return;
        }
        pendingSpawn = cause;
        sweep();
        if (!timers.isSet(Timers.Due.CLEAR)) {
            // It went in the very moment.
            spawn();
        }
    }

    private void spawnFailed(String why) {
        pendingSpawn = null;
        failure = why;
        apply(new Happening.SpawnFailed(asked()));
    }

    private void spawn() {
        pendingSpawn = null;
        Run planned = run;
        if (planned == null) {
            throw new IllegalStateException("no run was decided for " + process.label());
        }
        Identity identity;
        try {
            identity = execute(planned);
        } catch (SpawnException | IOException | RuntimeException e) {
            LOG.warn("{} could not be executed", process.label(), e);
            spawnFailed(String.valueOf(e.getMessage()));
            return;
        }
        pass(Checkpoints.Point.AFTER_SPAWN);
        executedByThis = true;
        tree = new RunTree(with.host(), scanner, identity, planned.token(), tree);
        run = planned.executed(identity, with.clock().instant());
        apply(new Happening.Spawned(proofAsked()));
        pass(Checkpoints.Point.AFTER_SPAWN_COMMIT);
        sweep();
        with.sightings().executed(process.key());
    }

    private Identity execute(Run planned) throws SpawnException, IOException {
        with.logs().create(process.name());
        var variables = with.store().call(tx -> tx.environments().of(process.key()));
        var request = Launch.request(process, variables, planned.token(), with.home(), with.logs());
        pass(Checkpoints.Point.BEFORE_SPAWN);
        executedNanos = System.nanoTime();
        return with.host()
                .spawn(request, exit -> mailbox.add(new Message.RunEnded(planned.key(), exit, System.nanoTime())));
    }

    private StopPolicy stopPolicy() {
        return stopWith != null ? stopWith : process.spec().stop();
    }

    private void askToStop() {
        pendingSpawn = null;
        stopSweeping();
        RunTree present = tree;
        StopPolicy policy = stopPolicy();
        if (present == null) {
            apply(new Happening.TreeGone());
            return;
        }
        if (policy.killTimeout().isZero()) {
            kill();
            return;
        }
        pass(Checkpoints.Point.BEFORE_STOP_SIGNAL);
        present.ask(policy.signal());
        pass(Checkpoints.Point.AFTER_STOP_SIGNAL);
        timers.set(Timers.Due.KILL, policy.killTimeout());
        lookFromNow();
    }

    private void kill() {
        pendingSpawn = null;
        timers.cancel(Timers.Due.KILL);
        stopSweeping();
        RunTree present = tree;
        if (present == null) {
            apply(new Happening.TreeGone());
            return;
        }
        present.kill();
        pass(Checkpoints.Point.AFTER_KILL_SIGNAL);
        survivorsDue = System.nanoTime() + AFTER_KILL.toNanos();
        lookFromNow();
    }

    private long watchBegan;

    private void lookFromNow() {
        watchBegan = System.nanoTime();
        timers.set(Timers.Due.WATCH, LOOK);
    }

    private void watch() {
        RunTree present = tree;
        if (life.status() != Status.STOPPING || present == null) {
            return;
        }
        if (present.leaderAlive() && survivorsDue == null) {
            // Its end wakes us; only a leader whose end nobody reports needs another look.
            timers.set(Timers.Due.WATCH, LOOK_AT_SURVIVORS);
            return;
        }
        if (endIsDue(present) || !present.gone()) {
            if (survivorsDue != null && System.nanoTime() - survivorsDue > 0 && !endIsDue(present)) {
                survivorsDue = null;
                apply(new Happening.Survived());
                timers.set(Timers.Due.WATCH, LOOK_AT_SURVIVORS);
            } else {
                timers.set(Timers.Due.WATCH, nextLook(watchBegan));
            }
            return;
        }
        pass(Checkpoints.Point.BEFORE_GONE);
        tree = null;
        apply(new Happening.TreeGone());
    }

    /** Looks get rarer the longer something takes: each may be a scan of all processes. */
    private static Duration nextLook(long since) {
        Duration next = Duration.ofNanos((System.nanoTime() - since) / 8);
        return next.compareTo(LOOK) < 0 ? LOOK : next.compareTo(RAREST_LOOK) > 0 ? RAREST_LOOK : next;
    }

    private @Nullable Long reportDue;

    /** Whether the leader is gone and how it ended has yet to be reported; bounded, then it counts as unseen. */
    private boolean endIsDue(RunTree present) {
        boolean ofThisRun = run != null && present.leader().equals(run.identity());
        if (run == null || !ofThisRun || run.exit() != null || present.leaderAlive()) {
            reportDue = null;
            return false;
        }
        if (reportDue == null) {
            reportDue = System.nanoTime() + REPORT.toNanos();
        }
        if (System.nanoTime() - reportDue > 0) {
            reportDue = null;
            mailbox.add(new Message.RunEnded(run.key(), new Exit.Unknown("nobody reported it"), System.nanoTime()));
        }
        return true;
    }

    /** What is left of runs that have ended. */
    private @Nullable RunTree leftover() {
        RunTree present = tree;
        boolean runs = present != null
                && run != null
                && run.exit() == null
                && present.leader().equals(run.identity());
        return present != null && runs ? present.before() : present;
    }

    /** Ends what leaders left behind, beside whatever else goes on. */
    private void sweep() {
        RunTree left = leftover();
        if (left == null || timers.isSet(Timers.Due.CLEAR)) {
            return;
        }
        if (left.gone()) {
            swept(left);
            return;
        }
        left.ask(process.spec().stop().signal());
        timers.set(Timers.Due.CLEAR, LOOK);
        sweepBegan = System.nanoTime();
    }

    private long sweepBegan;

    private void stopSweeping() {
        timers.cancel(Timers.Due.CLEAR);
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
            if (pendingSpawn != null) {
                spawn();
            }
            return;
        }
        Duration spent = Duration.ofNanos(System.nanoTime() - sweepBegan);
        Duration patience = process.spec().stop().killTimeout();
        if (spent.compareTo(patience) > 0) {
            left.kill();
        }
        timers.set(Timers.Due.CLEAR, nextLook(sweepBegan));
        if (pendingSpawn != null && !left.groupRemains()) {
            spawn();
        } else if (pendingSpawn != null && spent.compareTo(patience.plus(AFTER_KILL)) > 0) {
            spawnFailed("of the run before these are alive although they were killed: "
                    + left.living().stream()
                            .map(member ->
                                    member.info().pid() + " (" + member.info().comm() + ")")
                            .collect(Collectors.joining(", ")));
        }
    }

    // --- what a daemon before this one left ---

    private void recoverNow(boolean rebooted) {
        Run left = run;
        Identity identity = left == null ? null : left.identity();
        if (left != null && identity == null && left.exit() == null && !rebooted) {
            identity = findByToken(left);
        }
        if (left != null && identity != null) {
            tree = new RunTree(with.host(), scanner, identity, left.token(), null);
            Run found = left.executed(
                    identity, left.startedAt() == null ? with.clock().instant() : left.startedAt());
            if (left.exit() == null
                    && !rebooted
                    && with.host()
                            .adopt(
                                    identity,
                                    exit -> mailbox.add(new Message.RunEnded(left.key(), exit, System.nanoTime())))) {
                run = found;
                apply(new Happening.FoundRunning());
                with.sightings().executed(process.key());
                return;
            }
        }
        boolean remains = tree != null && !rebooted && !tree.living().isEmpty();
        Exit exit = left != null && left.exit() != null
                ? left.exit()
                : new Exit.Unknown(rebooted ? "the machine was booted" : "no daemon was there to see it");
        apply(new Happening.FoundGone(exit, left != null && identity != null, remains, rebooted));
    }

    /** A daemon may have died between the spawn and its commit; then only the environment tells which process it was. */
    private @Nullable Identity findByToken(Run left) {
        return scanner.with(found -> found.tokens().getOrDefault(left.token(), List.of()).stream()
                .filter(m -> m.info().pid() == m.info().sid())
                // Descendants can have made sessions of their own, but later.
                .min(Comparator.comparingLong((ProcessTree.Member m) -> m.info().startTicks())
                        .thenComparingLong(m -> m.info().pid()))
                .map(ProcessTree.Member::identity)
                .orElse(null));
    }

    // --- who waits ---

    private void settleWaiters() {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (waiter.reply().isDone()) {
                waiters.remove(waiter);
                continue;
            }
            Outcome outcome = outcomeFor(waiter);
            if (outcome != null) {
                waiters.remove(waiter);
                waiter.reply().complete(outcome);
            }
        }
    }

    private @Nullable Outcome outcomeFor(Waiter waiter) {
        Status status = life.status();
        if (waiter.goal() == Waiter.Goal.ENDED) {
            return status.settled() ? new Outcome.Done(process, false) : null;
        }
        if (waiter.goal() == Waiter.Goal.RESTING) {
            if (status.settled()) {
                return new Outcome.Done(process, waiter.changed());
            }
            return life.wanted() == Wanted.RUN ? new Outcome.Refused(process, "it was started again meanwhile") : null;
        }
        boolean executed = run != null && run.generation() >= waiter.from() && run.identity() != null;
        if (waiter.startSettled(status, life.generation(), executed)) {
            return new Outcome.Done(process, waiter.changed());
        }
        if (status.settled()) {
            // What a user's stop ended, or was another run, says nothing about this start.
            Run ended = run;
            boolean itsOwn = ended != null && ended.generation() >= waiter.from() && life.wanted() == Wanted.RUN;
            return new Outcome.NotStarted(process, ended != null && itsOwn ? ended.exit() : null, failure);
        }
        return null;
    }

    private void reportSurvivors() {
        List<ProcessInfo> survivors = tree == null
                ? List.of()
                : tree.living().stream().map(ProcessTree.Member::info).toList();
        for (Waiter waiter : List.copyOf(waiters)) {
            if (waiter.goal() != Waiter.Goal.ENDED) {
                waiters.remove(waiter);
                waiter.reply().complete(new Outcome.Unstoppable(process, survivors));
            }
        }
    }

    private void pass(Checkpoints.Point point) {
        with.checkpoints().pass(point);
    }
}
