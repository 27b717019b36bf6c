package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.store.Deletions;
import dev.tetra.tsm.store.Tx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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
final class ProcessActor implements Gates.Tracked {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessActor.class);
    /** How long a program must live to count as started (SPEC 7). */
    static final Duration PROOF = Duration.ofMillis(100);

    private static final Duration LISTEN_LOOK = Duration.ofMillis(10);
    private static final Duration RETRY_COMMIT = Duration.ofMillis(300);

    private sealed interface Message {
        record Asked(Wish wish, CompletableFuture<Outcome> reply) implements Message {}

        record RunEnded(long runKey, Exit exit, long nanos) implements Message {}

        record CommandEnded(long runKey, AroundRun.Kind kind, Exit exit) implements Message {}

        record Told(long generation, Happening happening) implements Message {}

        record Recover(boolean rebooted, @Nullable RunTree before, Runnable done) implements Message {}

        record Close() implements Message {}
    }

    private final Supervision with;
    private final ListenSockets sockets;
    private final RunGroups groups;
    private final Tokens tokens;
    private final EarlyRuns earlyRuns;
    /** What is to be done about decisions that are written down, the last one first; empty but while it is done. */
    private final Deque<Deque<Action>> undone = new ArrayDeque<>();

    private final Gates gates;
    private final Consumer<ProcessActor> onDeleted;
    private final LinkedBlockingQueue<Message> mailbox = new LinkedBlockingQueue<>();
    private final Timers timers = new Timers();
    private final Waiters waiters = new Waiters();
    private final Execution execution;
    private final List<Attendant> attendants;
    private final Thread thread;

    private volatile ManagedProcess process;
    private Lifecycle life;
    private @Nullable Run run;
    /** Wishes to run, and recoveries, that have not been handled. */
    private final AtomicInteger undecided = new AtomicInteger();
    /** What goes on until the present run is ready. */
    private @Nullable Run standby;

    private String failure = "";
    /** Why the present run was ended before it was ready. */
    private volatile String late = "";
    /** Whether the last step failed for a reason that was told. */
    private boolean failing;

    private boolean held;
    private boolean open = true;
    private volatile boolean closing;
    private volatile boolean over;

    ProcessActor(
            Supervision with,
            TreeScanner scanner,
            ListenSockets sockets,
            RunGroups groups,
            Tokens tokens,
            EarlyRuns earlyRuns,
            Gates gates,
            ManagedProcess process,
            Consumer<ProcessActor> onDeleted) {
        this.with = with;
        this.sockets = sockets;
        this.groups = groups;
        this.tokens = tokens;
        this.earlyRuns = earlyRuns;
        this.gates = gates;
        this.process = process;
        this.life = process.life();
        this.run = process.run();
        Long stands = process.life().standby();
        this.standby = stands == null
                ? null
                : with.store().call(tx -> tx.runs().find(stands)).orElse(null);
        this.onDeleted = onDeleted;
        this.execution = new Execution(with, scanner, sockets, groups, timers, new Reports());
        this.attendants = with.attendants().stream()
                .map(maker -> maker.of(process, this::tell))
                .toList();
        this.thread = Thread.ofVirtual().name("process " + process.name()).unstarted(this::loop);
    }

    long key() {
        return process.key();
    }

    @Override
    public ManagedProcess process() {
        return process;
    }

    @Override
    public boolean undecided() {
        return undecided.get() > 0;
    }

    @Override
    public String late() {
        return late;
    }

    void start() {
        thread.start();
    }

    private void tell(long generation, Happening happening) {
        mailbox.add(new Message.Told(generation, happening));
    }

    CompletableFuture<Outcome> ask(Wish wish) {
        CompletableFuture<Outcome> reply = new CompletableFuture<>();
        if (toRun(wish)) {
            undecided.incrementAndGet();
        }
        mailbox.add(new Message.Asked(wish, reply));
        if (over) {
            refuseLate();
        }
        return reply;
    }

    private static boolean toRun(Wish wish) {
        return wish instanceof Wish.Start || wish instanceof Wish.Restart;
    }

    private void decided() {
        undecided.decrementAndGet();
        gates.changed(process);
    }

    /**
     * Takes up what a daemon before this one left.
     *
     * @param before what is alive of the runs before the last one
     * @param done called when it is decided what became of it
     */
    void recover(boolean rebooted, @Nullable RunTree before, Runnable done) {
        undecided.incrementAndGet();
        mailbox.add(new Message.Recover(rebooted, before, done));
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
            gates.release(process.key());
            attendants.forEach(Attendant::close);
            waiters.fail(daemonStops());
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
            failing = false;
            // What is left of what was decided anew.
            undone.clear();
        } catch (TsmException e) {
            if (!failing) {
                LOG.error("supervising {} failed; it is tried again: {}", process.label(), e.getMessage());
            }
            failing = true;
            carryOut();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOG.error("supervising {} failed; going on", process.label(), e);
            carryOut();
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
                    Exit how = groups.explained(process, runKey, exit);
                    with.store()
                            .run(tx -> tx.runs().ended(runKey, how, with.clock().instant()));
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
            case Message.RunEnded end -> ended(explained(end));
            case Message.CommandEnded(long runKey, AroundRun.Kind kind, Exit exit) -> {
                if (run != null && run.key() == runKey) {
                    execution.commandEnded(kind, groups.explained(process, runKey, exit));
                }
            }
            case Message.Recover(boolean rebooted, RunTree before, Runnable done) -> {
                try {
                    recoverStubbornly(rebooted, before);
                } finally {
                    decided();
                    done.run();
                }
            }
            case Message.Told(long generation, Happening happening) -> {
                if (generation == life.generation()) {
                    if (happening instanceof Happening.NeedFailed(String why)) {
                        failure = why;
                    }
                    if (happening instanceof Happening.StartTimedOut timedOut) {
                        failure = timedOut.why();
                        // What goes on beside a new run that is late, is not.
                        late = standby == null ? failure : "";
                    }
                    apply(happening);
                }
            }
            case Message.Close() -> open = false;
        }
    }

    /** What cannot be looked at now may run: it must neither be lost nor run twice, so it is looked at until that works. */
    private void recoverStubbornly(boolean rebooted, @Nullable RunTree before) {
        boolean complained = false;
        while (true) {
            Lifecycle found = life;
            try {
                execution.recover(rebooted, before);
                return;
            } catch (TsmException.Exhausted e) {
                if (closing || !life.equals(found)) {
                    throw e;
                }
                // It is decided anew.
                undone.clear();
                if (!complained) {
                    LOG.error(
                            "what became of {} cannot be found out; trying again: {}", process.label(), e.getMessage());
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

    private void due(Timers.Due due) {
        switch (due) {
            case PROOF -> proof();
            case STABLE -> apply(new Happening.Stable());
            case BACKOFF -> {
                pass(Checkpoints.Point.AFTER_BACKOFF);
                apply(new Happening.BackoffElapsed());
            }
            case KILL, WATCH, CLEAR, ADOPT, COMMAND -> execution.due(due);
        }
    }

    // --- what users ask ---

    private void asked(Wish wish, CompletableFuture<Outcome> reply) {
        try {
            switch (wish) {
                case Wish.Start start -> askedToRun(start.by(), start.proof(), start.change(), false, reply);
                case Wish.Restart restart -> askedToRun(restart.by(), restart.proof(), restart.change(), true, reply);
                case Wish.Reload reload -> askedToReload(reload, reply);
                case Wish.Stop stop -> askedToStop(stop, reply);
                case Wish.Delete delete -> delete(delete, reply);
                case Wish.Claim claim -> claim(claim, reply);
                case Wish.Await _ -> {
                    long from = life.awaitsTime() ? life.generation() + 1 : life.generation();
                    waiters.add(new Waiter(Waiter.Goal.ENDED, from, false, reply));
                    settleWaiters();
                }
            }
        } catch (RuntimeException e) {
            reply.completeExceptionally(e);
            carryOut();
        } finally {
            if (toRun(wish)) {
                decided();
            }
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
            if (change == null) {
                waiters.add(waiter);
            } else {
                // Nothing of the run exists yet, so it can still become what is wanted now.
                decide(new Happening.StartAsked(), by, change, () -> waiters.add(waiter));
            }
            if (!execution.spawnPending()) {
                run(RunCause.START);
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

    private void askedToReload(Wish.Reload reload, CompletableFuture<Outcome> reply) {
        Wish.Change change = reload.change();
        boolean listens = change == null
                ? ListenSockets.listensFor(process)
                : process.port() != null
                        && change.port() == null
                        && change.spec().supervision().instances().listen() != null;
        if (reload.running() && life.wanted() != Wanted.RUN) {
            reply.complete(new Outcome.Done(process, false));
            return;
        }
        if (standby != null && change == null) {
            // Somebody else asked for it, and it is under way.
            waiters.add(new Waiter(Waiter.Goal.RUNNING, life.generation(), true, reply));
            return;
        }
        if (life.status() != Status.ONLINE || !listens || run == null || run.identity() == null) {
            askedToRun(reload.by(), true, change, true, reply);
            return;
        }
        failure = "";
        Waiter waiter = new Waiter(Waiter.Goal.RUNNING, life.generation() + 1, true, reply);
        decide(new Happening.ReloadAsked(run.key()), reload.by(), change, () -> waiters.add(waiter));
    }

    /** Whether anything lives of what ended. */
    private boolean remains() {
        return !execution.living().isEmpty();
    }

    private void askedToStop(Wish.Stop stop, CompletableFuture<Outcome> reply) {
        boolean remains = !life.status().alive() && remains();
        if (life.status() == Status.STOPPED && !remains) {
            reply.complete(new Outcome.Done(process, false));
            return;
        }
        Consumer<Tx> also = tx -> {
            if (stop.then() != null) {
                // With the decision, so that a daemon that dies in between leaves no process that is merely stopped.
                tx.deletions()
                        .ask(new Deletions.Asked(
                                process.key(), stop.then().by(), stop.then().keepLogs()));
            }
        };
        decide(new Happening.StopAsked(stop.kill(), remains), stop.by(), null, also, () -> {
            if (stop.policy() != null) {
                execution.stopWith(stop.policy());
            }
            waiters.add(new Waiter(Waiter.Goal.RESTING, life.generation(), true, reply));
        });
    }

    private void claim(Wish.Claim claim, CompletableFuture<Outcome> reply) {
        String message = "port " + claim.port() + " claimed for it by " + claim.by();
        process = with.store().call(tx -> {
            tx.ports().release(process.key());
            tx.ports().allocate(claim.port(), process.key(), PortSource.OPTION);
            tx.processes().saveSpec(process.key(), claim.change().spec());
            claim.change()
                    .environment()
                    .forEach((source, variables) -> tx.environments().save(process.key(), source, variables));
            tx.journal().event(EventKind.PORT, process.key(), process.name(), null, Origin.USER, message);
            return tx.processes().find(process.key()).orElseThrow();
        });
        reply.complete(new Outcome.Done(process, true));
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
            tx.deletions().over(process.key());
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
        groups.tidy(process.key(), List.of());
        with.sightings().forgotten(process.key());
        onDeleted.accept(this);
        gates.changed(process);
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

    /** It has lived a while; one that is to tell when it listens has until its start's timeout for that. */
    private void proof() {
        switch (execution.listening()) {
            case YES -> apply(new Happening.Proven());
            case NOT_YET -> timers.set(Timers.Due.PROOF, LISTEN_LOOK);
            case TOO_LATE ->
                apply(new Happening.RestartNeeded(
                        RunCause.START_TIMEOUT,
                        "it did not listen on port " + process.port() + " within "
                                + process.spec()
                                        .supervision()
                                        .health()
                                        .startTimeout()
                                        .toSeconds()
                                + " s"));
        }
    }

    /** The end of a run that is not, or no longer, the present one. */
    private void endedBeside(Message.RunEnded end) {
        pass(Checkpoints.Point.BEFORE_REPLACED_END);
        if (standby != null && standby.key() == end.runKey()) {
            execution.standbyEnded();
            apply(new Happening.StandbyEnded(end.exit(), run != null && run.identity() != null));
            pass(Checkpoints.Point.AFTER_REPLACED_END);
            return;
        }
        commitStubbornly(tx -> {
            if (tx.runs().ended(end.runKey(), end.exit(), with.clock().instant())) {
                tx.journal()
                        .event(
                                EventKind.EXIT,
                                process.key(),
                                process.name(),
                                end.runKey(),
                                Origin.PROCESS,
                                "a run that was replaced: " + end.exit().inWords());
            }
        });
        pass(Checkpoints.Point.AFTER_REPLACED_END);
    }

    private Message.RunEnded explained(Message.RunEnded end) {
        return new Message.RunEnded(end.runKey(), groups.explained(process, end.runKey(), end.exit()), end.nanos());
    }

    private void ended(Message.RunEnded end) {
        if (run == null || run.key() != end.runKey()) {
            endedBeside(end);
            return;
        }
        if (run.exit() != null) {
            return;
        }
        Exit exit = execution.explained(end.exit());
        execution.leaderEnded();
        pass(Checkpoints.Point.BEFORE_EXIT_COMMIT);
        apply(new Happening.Ended(exit, execution.lived(end.nanos()), waiters.askedFor(life.generation())));
        pass(Checkpoints.Point.AFTER_EXIT_COMMIT);
    }

    /** Something that is not a user's wish: it is so, and must be recorded however long that takes. */
    private void apply(Happening happening) {
        decide(happening, "", null, () -> {});
    }

    private void decide(Happening happening, String by, Wish.@Nullable Change change, Runnable once) {
        decide(happening, by, change, tx -> {}, once);
    }

    /** Decides, and writes something more in the same transaction. */
    private void decide(
            Happening happening, String by, Wish.@Nullable Change change, Consumer<Tx> also, Runnable once) {
        Lifecycle before = life;
        ProcessSpec spec = change == null ? process.spec() : change.spec();
        SupervisionPolicy supervision = spec.supervision();
        Transition.Step step = new Transition(
                        spec.restart(),
                        supervision.limits().successCodes(),
                        supervision.triggers(),
                        supervision.health().gated(),
                        supervision.limits().commands().postStop() != null)
                .next(before, happening);
        pass(Checkpoints.Point.BEFORE_DECISION);
        Run stands = happening instanceof Happening.ReloadAsked ? run : standby;
        Instant now = with.clock().instant();
        String token = tokens.next();
        boolean early = happening instanceof Happening.Ended && executedEarly(before, step, token);
        Entry entry = new Entry(process, run, stands, before, step, happening, by, change, failure, now, token);
        if (by.isEmpty()) {
            commitStubbornly(entry::write);
        } else {
            with.store().run(tx -> {
                entry.write(tx);
                also.accept(tx);
            });
        }
        Deque<Action> actions = new ArrayDeque<>(step.actions());
        undone.push(actions);
        if (early) {
            earlyRuns.over(token);
        }
        once.run();
        life = step.life();
        reload(entry);
        standby = life.standby() == null ? null : stands;
        if (step.actions().contains(new Action.FallBack())) {
            waiters.tellKept(
                    process,
                    happening instanceof Happening.Ended ended ? ended.exit() : null,
                    happening instanceof Happening.RestartNeeded needed ? needed.why() : failure);
        }
        pass(Checkpoints.Point.AFTER_DECISION);
        releaseHeld();
        gates.changed(process);
        if (before.status() != life.status()) {
            timers.cancel(Timers.Due.PROOF);
            timers.cancel(Timers.Due.STABLE);
            timers.cancel(Timers.Due.BACKOFF);
        }
        if (life.status() != Status.STOPPING) {
            execution.notStopping();
        }
        sockets.follow(process);
        // What an action brings about is followed within it, so these come first.
        attendants.forEach(attendant -> attendant.follow(process));
        for (Action action = actions.poll(); action != null; action = actions.poll()) {
            perform(action);
        }
        undone.remove(actions);
        settleWaiters();
        if (!by.isEmpty() && life.status() == Status.STOPPING) {
            execution.killSurvivorsAgain();
        }
    }

    /** What is not about to start waits for nothing any more. */
    private void releaseHeld() {
        if (held && life.status() != Status.STARTING) {
            held = false;
            gates.release(process.key());
        }
    }

    /** Executes the run that follows at once one that has ended well begun, before it is written down; see {@link EarlyRuns}. */
    private boolean executedEarly(Lifecycle before, Transition.Step step, String token) {
        if (before.status() != Status.ONLINE || step.life().standby() != null || !EarlyRuns.suit(process)) {
            return false;
        }
        for (Action action : step.actions()) {
            if (action instanceof Action.Spawn(RunCause cause)) {
                earlyRuns.begins(token);
                Run planned = new Run(0, process.key(), step.life().generation(), token, cause, null, null, null, null);
                if (execution.executeEarly(planned)) {
                    return true;
                }
                earlyRuns.over(token);
            }
        }
        return false;
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

    /**
     * After a failure: what is decided and written down is carried out all the same. What was begun is looked after by the
     * execution; the rest is begun now, each action once, so that no decision is ever without consequence.
     */
    private void carryOut() {
        if (!undone.isEmpty()) {
            guarded(this::releaseHeld);
            guarded(() -> sockets.follow(process));
            attendants.forEach(attendant -> guarded(() -> attendant.follow(process)));
            if (life.status() != Status.STOPPING) {
                execution.notStopping();
            }
        }
        for (Deque<Action> actions = undone.peek(); actions != null; actions = undone.peek()) {
            Action action = actions.poll();
            if (action == null) {
                undone.remove(actions);
            } else {
                guarded(() -> perform(action));
            }
        }
        guarded(this::settleWaiters);
        execution.lookAgain();
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOG.error("supervising {} failed; going on", process.label(), e);
        }
    }

    private void perform(Action action) {
        switch (action) {
            case Action.Spawn(RunCause cause) -> {
                if (life.standby() == null) {
                    run(cause);
                } else {
                    execution.spawnBeside();
                }
            }
            case Action.Execute() -> {
                if (held) {
                    held = false;
                    execution.spawnWhenClear();
                }
            }
            case Action.Retire() -> execution.retire();
            case Action.FallBack() -> execution.fallBack();
            case Action.ExecuteProgram() -> execution.execute();
            case Action.Signal() -> execution.signal();
            case Action.CleanUp() -> execution.cleanUp();
            case Action.AskToStop() -> execution.askToStop();
            case Action.AllowTime(Duration time) -> timers.putOff(Timers.Due.KILL, time);
            case Action.Kill() -> execution.kill();
            case Action.WatchTree() -> execution.watchFromNow();
            case Action.Sweep() -> execution.sweep();
            case Action.Backoff(Duration delay) -> {
                timers.set(Timers.Due.BACKOFF, delay);
                pass(Checkpoints.Point.DURING_BACKOFF);
            }
            case Action.AwaitProof() -> timers.set(Timers.Due.PROOF, execution.proof());
            case Action.AwaitStable() ->
                timers.set(Timers.Due.STABLE, process.spec().restart().stableAfter());
            case Action.ReportSurvivors() ->
                waiters.tellSurvivors(
                        process,
                        execution.living().stream()
                                .map(ProcessTree.Member::info)
                                .toList());
        }
    }

    /** Executes it, or has it held back until what it needs is there; anew when that is done already. */
    private void run(RunCause cause) {
        boolean needs = !process.spec().supervision().order().after().isEmpty();
        held = cause.awaitsNeeds() && needs && gates.hold(process, this::tell);
        if (!held) {
            execution.spawnWhenClear();
            return;
        }
        List<String> awaited = gates.awaited(process);
        if (!awaited.isEmpty()) {
            apply(new Happening.NeedsAwaited(String.join("; ", awaited)));
        }
        pass(Checkpoints.Point.AFTER_HOLD);
    }

    private void settleWaiters() {
        waiters.settle(process, failure);
    }

    /** What the execution tells, on this actor's thread but for the end of a leader. */
    private final class Reports implements Execution.Owner {
        @Override
        public ManagedProcess process() {
            return process;
        }

        @Override
        public @Nullable Run run() {
            return run;
        }

        @Override
        public @Nullable Run standby() {
            return standby;
        }

        @Override
        public void happened(Happening happening) {
            apply(
                    happening instanceof Happening.TreeGone
                            ? new Happening.TreeGone(waiters.askedFor(life.generation()))
                            : happening);
        }

        @Override
        public void equip(Run planned, Equipment equipment) {
            attendants.forEach(attendant -> attendant.equip(process, planned, equipment));
        }

        @Override
        public boolean askToStop() {
            boolean asked = false;
            for (Attendant attendant : attendants) {
                asked |= attendant.askToStop();
            }
            return asked;
        }

        @Override
        public boolean askReplacedToStop() {
            boolean asked = false;
            for (Attendant attendant : attendants) {
                asked |= attendant.askReplacedToStop();
            }
            return asked;
        }

        @Override
        public void executed(Run executed) {
            run = executed;
            late = "";
            apply(new Happening.Spawned(waiters.proofAskedFor(life.generation())));
        }

        @Override
        public void notExecuted(String why) {
            failure = why;
            late = "";
            apply(new Happening.SpawnFailed(waiters.askedFor(life.generation())));
        }

        @Override
        public void foundRunning(Run found) {
            run = found;
            apply(new Happening.FoundRunning());
        }

        @Override
        public void commandEnded(long runKey, AroundRun.Kind kind, Exit exit) {
            mailbox.add(new Message.CommandEnded(runKey, kind, exit));
        }

        @Override
        public void commandOver(AroundRun.Kind kind, boolean good, String how) {
            if (kind == AroundRun.Kind.PRE_START && !good && life.status() == Status.STARTING) {
                failure = "--pre-start " + how;
            }
            apply(new Happening.CommandEnded(kind, good, waiters.askedFor(life.generation()), how));
        }

        @Override
        public void leaderEnded(long runKey, Exit exit) {
            mailbox.add(new Message.RunEnded(runKey, exit, System.nanoTime()));
        }
    }

    private void pass(Checkpoints.Point point) {
        with.checkpoints().pass(point);
    }
}
