package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.store.Tx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
final class ProcessActor {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessActor.class);
    /** How long a program must live to count as started (SPEC 7). */
    static final Duration PROOF = Duration.ofMillis(100);

    private static final Duration RETRY_COMMIT = Duration.ofMillis(300);

    private sealed interface Message {
        record Asked(Wish wish, CompletableFuture<Outcome> reply) implements Message {}

        record RunEnded(long runKey, Exit exit, long nanos) implements Message {}

        record Recover(boolean rebooted, @Nullable RunTree before, Runnable done) implements Message {}

        record Close() implements Message {}
    }

    private final Supervision with;
    private final Tokens tokens;
    private final Consumer<ProcessActor> onDeleted;
    private final LinkedBlockingQueue<Message> mailbox = new LinkedBlockingQueue<>();
    private final Timers timers = new Timers();
    private final Waiters waiters = new Waiters();
    private final Execution execution;
    private final Thread thread;

    private volatile ManagedProcess process;
    private Lifecycle life;
    private @Nullable Run run;
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
        this.tokens = tokens;
        this.process = process;
        this.life = process.life();
        this.run = process.run();
        this.onDeleted = onDeleted;
        this.execution = new Execution(with, scanner, timers, new Reports());
        this.thread = Thread.ofVirtual().name("process " + process.name()).unstarted(this::loop);
    }

    long key() {
        return process.key();
    }

    /** The process as it is at present; for any thread. */
    ManagedProcess process() {
        return process;
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

    /**
     * Takes up what a daemon before this one left.
     *
     * @param before what is alive of the runs before the last one
     * @param done called when it is decided what became of it
     */
    void recover(boolean rebooted, @Nullable RunTree before, Runnable done) {
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
            case Message.Recover(boolean rebooted, RunTree before, Runnable done) -> {
                try {
                    execution.recover(rebooted, before);
                } finally {
                    done.run();
                }
            }
            case Message.Close() -> open = false;
        }
    }

    private void due(Timers.Due due) {
        switch (due) {
            case PROOF -> apply(new Happening.Proven());
            case STABLE -> apply(new Happening.Stable());
            case BACKOFF -> {
                pass(Checkpoints.Point.AFTER_BACKOFF);
                apply(new Happening.BackoffElapsed());
            }
            case KILL, WATCH, CLEAR, ADOPT -> execution.due(due);
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
                case Wish.Claim claim -> claim(claim, reply);
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
            if (change == null) {
                waiters.add(waiter);
            } else {
                // Nothing of the run exists yet, so it can still become what is wanted now.
                decide(new Happening.StartAsked(), by, change, () -> waiters.add(waiter));
            }
            if (!execution.spawnPending()) {
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
        decide(new Happening.StopAsked(stop.kill(), remains), stop.by(), null, () -> {
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
        with.sightings().forgotten(process.key());
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
        execution.leaderEnded();
        pass(Checkpoints.Point.BEFORE_EXIT_COMMIT);
        apply(new Happening.Ended(end.exit(), execution.lived(end.nanos())));
        pass(Checkpoints.Point.AFTER_EXIT_COMMIT);
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
            execution.notStopping();
        }
        step.actions().forEach(this::perform);
        settleWaiters();
        if (!by.isEmpty() && life.status() == Status.STOPPING) {
            execution.killSurvivorsAgain();
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
            case Action.Spawn _ -> execution.spawnWhenClear();
            case Action.AskToStop() -> execution.askToStop();
            case Action.Kill() -> execution.kill();
            case Action.WatchTree() -> execution.watchFromNow();
            case Action.Sweep() -> execution.sweep();
            case Action.Backoff(Duration delay) -> {
                timers.set(Timers.Due.BACKOFF, delay);
                pass(Checkpoints.Point.DURING_BACKOFF);
            }
            case Action.AwaitProof() -> timers.set(Timers.Due.PROOF, PROOF);
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
        public void happened(Happening happening) {
            apply(happening);
        }

        @Override
        public void executed(Run executed) {
            run = executed;
            apply(new Happening.Spawned(waiters.proofAskedFor(life.generation())));
        }

        @Override
        public void notExecuted(String why) {
            failure = why;
            apply(new Happening.SpawnFailed(waiters.askedFor(life.generation())));
        }

        @Override
        public void foundRunning(Run found) {
            run = found;
            apply(new Happening.FoundRunning());
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
