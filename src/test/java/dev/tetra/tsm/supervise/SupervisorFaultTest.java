package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.os.SpawnRequest;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many wishes at once, signals that do nothing, a store that fails, an end in every phase. */
class SupervisorFaultTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String STUBBORN = "trap '' TERM; echo $$ >$TSM_DIR/ready; while :; do sleep 0.05; done";

    private final AtomicReference<Rig.@Nullable Meddler> meddler = new AtomicReference<>();
    private final Rig rig = new Rig((method, arguments) -> {
        Rig.Meddler present = meddler.get();
        return present == null ? Rig.Meddler.REAL : present.answer(method, arguments);
    });

    @AfterEach
    void close() throws Exception {
        meddler.set(null);
        rig.close();
    }

    /** Signals that would end something are lost, as on a process that the kernel does not let go. */
    private void makeUnkillable() {
        meddler.set((method, arguments) ->
                method.equals("signal") || method.equals("signalGroup") ? true : Rig.Meddler.REAL);
    }

    @Test
    void a_restart_of_what_cannot_be_killed_is_told_who_survives() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, STUBBORN));
        makeUnkillable();
        Outcome.Unstoppable stuck = (Outcome.Unstoppable) rig.restart(process, true);
        assertEquals(rig.leader(process).pid(), stuck.survivors().getFirst().pid());
        assertInstanceOf(Outcome.Unstoppable.class, rig.stop(process));
        assertEquals(Status.STOPPING, rig.now(process).status());
        meddler.set(null);
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void a_run_that_leftovers_keep_from_starting_fails_and_says_why() {
        ManagedProcess process =
                rig.started(rig.add("a", Rig.SLOW, SHORT, "sh -c \"" + STUBBORN.replace("$", "\\$") + "\" & wait"));
        rig.number("ready");
        Identity leader = rig.leader(process);
        makeUnkillable();
        rig.host.signal(leader, Signals.KILL);
        rig.await(process, Status.WAITING);
        assertEquals(
                "not executed: of the run before",
                ((Exit.Unknown) exit(process)).why().substring(0, 31));
        meddler.set(null);
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertEquals(List.of(), rig.living());
    }

    @Test
    void a_run_that_was_killed_and_whose_end_nobody_reports_is_told_to_have_been_killed() {
        Consumer<Exit> nobody = exit -> {};
        meddler.set((method, arguments) -> {
            if (method.equals("spawn")) {
                arguments[1] = nobody;
            }
            return Rig.Meddler.REAL;
        });
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "exec sleep 600"));
        assertInstanceOf(Outcome.Done.class, rig.kill(process));
        assertEquals(new Exit.Unknown("tsm had killed it; nobody reported it"), exit(process));
    }

    private Exit exit(ManagedProcess process) {
        Exit exit = rig.run(process).exit();
        if (exit == null) {
            throw new AssertionError("goes on: " + rig.run(process));
        }
        return exit;
    }

    @Test
    void the_next_run_is_executed_before_the_end_is_written_down_and_is_no_strangers_meanwhile() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "exec sleep 600"));
        Run first = rig.run(process);
        List<String> seen = new CopyOnWriteArrayList<>();
        meddler.set((method, arguments) -> {
            if (method.equals("spawn")) {
                SpawnRequest request = (SpawnRequest) arguments[0];
                String token = rig.supervisor.unwritten().iterator().next();
                seen.add(String.valueOf(request.environment().contains("TSM_RUN=" + token)
                        && rig.run(process).equals(first)));
            }
            return Rig.Meddler.REAL;
        });
        rig.host.signal(rig.leader(process), Signals.KILL);
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertEquals(List.of("true"), seen);
        assertEquals(Set.of(), rig.supervisor.unwritten());
        assertEquals(rig.living().getFirst().pid(), rig.leader(process).pid());
        // Its end reaches the supervisor as that of any other.
        meddler.set(null);
        rig.host.signal(rig.leader(process), Signals.KILL);
        Await.until("a third run", Rig.SOON, () -> rig.runs(process).size() == 3);
        assertInstanceOf(Exit.Signalled.class, rig.runs(process).get(1).exit());
    }

    /** Fails once, when something was decided and written down for so many times, before anything is done about it. */
    private AtomicInteger failAfterDecision(int number) {
        AtomicInteger left = new AtomicInteger(number);
        rig.passing = point -> {
            if (point == Checkpoints.Point.AFTER_DECISION && left.decrementAndGet() == 0) {
                throw new IllegalStateException("a fault in tsm itself");
            }
        };
        return left;
    }

    @Test
    void a_next_run_that_was_executed_at_once_is_watched_also_when_what_is_done_after_its_decision_fails() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "exec sleep 600"));
        failAfterDecision(1);
        rig.host.signal(rig.leader(process), Signals.KILL);
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertEquals(rig.living().getFirst().pid(), rig.leader(process).pid());
        rig.host.signal(rig.leader(process), Signals.KILL);
        Await.until("a third run", Rig.SOON, () -> rig.runs(process).size() == 3);
        rig.await(process, Status.ONLINE);
        assertEquals(1, rig.living().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatever_is_decided_is_done_also_when_something_fails_right_after_it(int number) {
        liveWithAFault(rig.add("a", Rig.QUICK, SHORT, "exec sleep 600"), number);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17})
    void whatever_is_decided_about_commands_around_a_run_is_done_also_when_something_fails_right_after_it(int number) {
        // Time enough for none to be ended as one that hangs.
        RunCommands commands = new RunCommands(
                "echo pre >>$TSM_DIR/around; sleep 0.05",
                null,
                "echo post >>$TSM_DIR/around; sleep 0.05",
                Duration.ofMinutes(1));
        ProcessSpec spec = Specs.with(
                new LimitPolicy(Allowance.NONE, Account.NONE, SuccessCodes.USUAL, commands),
                Rig.QUICK,
                new StopPolicy("TERM", SHORT),
                "/bin/sh",
                "-c",
                "exec sleep 600");
        liveWithAFault(rig.add("a", spec), number);
        assertEquals(
                "pre post pre post pre post",
                String.join(" ", rig.text("around").lines().toList()));
    }

    /** A start, a crash, a restart and a stop, with a fault after one of the decisions. */
    private void liveWithAFault(ManagedProcess process, int number) {
        AtomicInteger left = failAfterDecision(number);
        // Who asked is told of the fault, or of the success; what was asked for comes to be.
        ignored(() -> rig.start(process, true));
        rig.await(process, Status.ONLINE);
        rig.host.signal(rig.leader(process), Signals.KILL);
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        ignored(() -> rig.restart(process, true));
        Await.until("a third run", Rig.SOON, () -> rig.runs(process).size() == 3);
        rig.await(process, Status.ONLINE);
        assertEquals(1, rig.living().size());
        ignored(() -> rig.stop(process));
        rig.await(process, Status.STOPPED);
        assertEquals(List.of(), rig.living());
        assertEquals(3, rig.runs(process).size());
        assertTrue(left.get() <= 0, () -> "there were only " + (number - left.get()) + " decisions");
    }

    private static void ignored(Runnable asks) {
        try {
            asks.run();
        } catch (IllegalStateException e) {
            assertEquals("a fault in tsm itself", rootMessage(e));
        }
    }

    private static @Nullable String rootMessage(Throwable e) {
        return e.getCause() == null ? e.getMessage() : rootMessage(e.getCause());
    }

    @Test
    void a_next_run_that_cannot_be_executed_at_once_is_tried_once_more_after_the_end_is_written_down() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "exec sleep 600"));
        AtomicInteger spawns = new AtomicInteger();
        meddler.set((method, arguments) -> {
            if (method.equals("spawn") && spawns.incrementAndGet() == 1) {
                throw new IllegalStateException("not now");
            }
            return Rig.Meddler.REAL;
        });
        rig.host.signal(rig.leader(process), Signals.KILL);
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertEquals(2, spawns.get());
        assertEquals(Set.of(), rig.supervisor.unwritten());
    }

    @Test
    void leftovers_that_end_in_the_very_moment_do_not_hold_the_next_run_up() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "sleep 60 & sleep 60 & wait"));
        Identity leader = rig.leader(process);
        // All of the group at once: some are dying while the leader's end is handled, and seen alive by some looks
        // only.
        rig.host.signalGroup(leader, Signals.KILL);
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
    }

    @Test
    void zombies_in_the_group_of_the_run_before_hold_nothing_up() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "while :; do sleep 60; done"));
        // An init that reaps nobody leaves its group there for ever.
        meddler.set((method, arguments) -> method.equals("groupExists") ? true : Rig.Meddler.REAL);
        rig.host.signalGroup(rig.leader(process), Signals.KILL);
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertInstanceOf(Outcome.Done.class, rig.delete(process));
    }

    @Test
    void what_changes_while_a_run_waits_for_leftovers_counts_for_that_run() {
        ManagedProcess process = rig.started(rig.add(
                "a", Rig.QUICK, Duration.ofMinutes(10), "sh -c \"" + STUBBORN.replace("$", "\\$") + "\" & wait"));
        Identity leftover =
                rig.host.processes().get(rig.number("ready")).orElseThrow().identity(rig.host.bootId());
        rig.host.signal(rig.leader(process), Signals.KILL);
        Await.until(
                "a second run is decided on", Rig.SOON, () -> rig.runs(process).size() == 2);
        ProcessSpec changed = Specs.with(
                Rig.QUICK,
                StopPolicy.DEFAULT,
                "/bin/sh",
                "-c",
                "echo $B >$TSM_DIR/changed; while :; do sleep 60; done");
        Wish.Change change =
                new Wish.Change(changed, Map.of(EnvSource.FILE, List.of(new EnvVar("B", "7", EnvSource.FILE))));
        CompletableFuture<Outcome> start = rig.ask(process, new Wish.Start("me", true, change));
        Await.until(
                "it is written down", Rig.SOON, () -> rig.now(process).spec().equals(changed));
        rig.host.signal(leftover, Signals.KILL);
        assertInstanceOf(Outcome.Done.class, Rig.get(start));
        assertEquals(7, rig.number("changed"));
        assertEquals(2, rig.runs(process).size());
    }

    @Test
    void forty_at_once_leave_one_process_in_one_state() throws Exception {
        ManagedProcess process =
                rig.started(rig.add("a", Rig.QUICK, SHORT, "echo $$ >>$TSM_DIR/pids; while :; do sleep 60; done"));
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<Outcome>> replies = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 40; i++) {
            Wish wish = switch (i % 4) {
                case 0 -> new Wish.Stop("u" + i, false, null);
                case 1 -> new Wish.Start("u" + i, i % 8 == 1, null);
                case 2 -> new Wish.Restart("u" + i, i % 8 == 2, null);
                default -> i == 39 ? new Wish.Delete("u", true) : new Wish.Stop("u" + i, true, null);
            };
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    go.await();
                    replies.add(rig.ask(process, wish));
                } catch (InterruptedException | TsmException.NotFound e) {
                    replies.add(CompletableFuture.failedFuture(e));
                }
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(40, replies.size());
        for (CompletableFuture<Outcome> reply : replies) {
            try {
                Rig.get(reply);
            } catch (IllegalStateException | TsmException e) {
                assertTrue(e instanceof TsmException || e.getCause() instanceof TsmException, e.toString());
            }
        }
        if (rig.store.call(tx -> tx.processes().find(process.key())).isPresent()) {
            rig.stop(process);
        }
        assertEquals(List.of(), rig.living());
    }

    @Test
    void a_daemon_whose_database_fails_can_still_stop() throws Exception {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "while :; do sleep 60; done"));
        Identity leader = rig.leader(process);
        ManagedProcess resting = rig.add("b", Rig.QUICK, SHORT, "while :; do sleep 60; done");
        rig.started(resting);
        rig.closeStore();
        rig.host.signal(leader, Signals.KILL);
        Await.until("its end is there", Rig.SOON, () -> !rig.host.alive(leader));
        CompletableFuture<Outcome> stop = rig.ask(resting, new Wish.Stop("me", false, null));
        assertThrows(RuntimeException.class, () -> Rig.get(stop));
        CompletableFuture<Outcome> wish = rig.ask(process, new Wish.Stop("me", false, null));
        Thread closing = Thread.ofVirtual().start(() -> {
            try {
                rig.supervisor.close(() -> {});
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertTrue(closing.join(Rig.SOON));
        assertThrows(RuntimeException.class, () -> Rig.get(wish));
    }

    /** Nothing of the machine can be looked at, as when the daemon has as many files open as it may. */
    private void exhaust() {
        meddler.set((method, arguments) -> {
            if (List.of("alive", "processes", "signal", "signalGroup").contains(method)) {
                throw new TsmException.Exhausted("processes cannot be looked at: EMFILE", "raise the limit");
            }
            return Rig.Meddler.REAL;
        });
    }

    @Test
    void a_stop_that_cannot_be_begun_is_told_and_carried_out_as_soon_as_it_can_be() {
        ManagedProcess process =
                rig.started(rig.add("a", Rig.QUICK, Duration.ofMinutes(10), "while :; do sleep 60; done"));
        Identity leader = rig.leader(process);
        exhaust();
        assertThrows(TsmException.Exhausted.class, () -> rig.stop(process));
        assertEquals(Status.STOPPING, rig.now(process).status());
        assertTrue(rig.host.alive(leader));
        meddler.set(null);
        // By the signal, not by SIGKILL when ten minutes are over.
        rig.await(process, Status.STOPPED);
        assertEquals(new Exit.Signalled(Signals.number("TERM"), "TERM"), exit(process));
        assertEquals(List.of(), rig.living());
    }

    @Test
    void a_kill_that_cannot_be_done_is_done_as_soon_as_it_can_be() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, Duration.ofMinutes(10), STUBBORN));
        rig.number("ready");
        exhaust();
        assertThrows(TsmException.Exhausted.class, () -> rig.kill(process));
        meddler.set(null);
        rig.await(process, Status.STOPPED);
        assertEquals(List.of(), rig.living());
    }

    @Test
    void an_end_after_which_nothing_can_be_looked_at_is_followed_by_one_run_once_that_is_possible() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "sleep 60 & sleep 60 & wait"));
        Identity leader = rig.leader(process);
        exhaust();
        rig.host.signal(leader, Signals.KILL);
        Await.until("its end is recorded", Rig.SOON, () -> rig.runs(process).size() == 2);
        meddler.set(null);
        rig.await(process, Status.ONLINE);
        assertEquals(2, rig.runs(process).size());
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertEquals(List.of(), rig.living());
    }

    @Test
    void what_a_new_daemon_cannot_look_at_is_neither_lost_nor_run_twice() throws Exception {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "while :; do sleep 60; done"));
        Identity leader = rig.leader(process);
        AtomicInteger looks = new AtomicInteger();
        meddler.set((method, arguments) -> {
            if (method.equals("adopt") && looks.incrementAndGet() < 3) {
                throw new TsmException.Exhausted("processes cannot be looked at: EMFILE", "raise the limit");
            }
            return method.equals("alive") && looks.get() < 3 ? refuse() : Rig.Meddler.REAL;
        });
        rig.recover();
        Await.until("it is looked at again and again", Rig.SOON, () -> looks.get() >= 3);
        rig.await(process, Status.ONLINE);
        assertEquals(leader, rig.leader(process));
        assertEquals(1, rig.runs(process).size());
    }

    private static Object refuse() {
        throw new TsmException.Exhausted("processes cannot be looked at: EMFILE", "raise the limit");
    }

    @Test
    void what_the_system_does_not_let_us_watch_is_looked_at_until_it_does() throws Exception {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "while :; do sleep 60; done"));
        Identity first = rig.leader(process);
        AtomicInteger tries = new AtomicInteger();
        meddler.set((method, arguments) -> {
            if (method.equals("adopt")) {
                tries.incrementAndGet();
                throw new IllegalStateException("pidfd_open: Too many open files (EMFILE)");
            }
            return Rig.Meddler.REAL;
        });
        rig.recover();
        Await.until("it is tried again", Rig.SOON, () -> tries.get() >= 2);
        assertEquals(Status.ONLINE, rig.now(process).status());
        assertEquals(first, rig.leader(process));
        rig.host.signal(first, Signals.KILL);
        Await.until("its end is seen", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
    }

    @Test
    void what_can_be_watched_at_the_second_try_is_watched() throws Exception {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, SHORT, "while :; do sleep 60; done"));
        AtomicInteger tries = new AtomicInteger();
        CompletableFuture<Consumer<Exit>> watching = new CompletableFuture<>();
        meddler.set((method, arguments) -> {
            if (method.equals("adopt") && tries.incrementAndGet() == 1) {
                throw new IllegalStateException("pidfd_open: Too many open files (EMFILE)");
            }
            if (method.equals("adopt")) {
                // The real one watches it for the supervisor before already, as it is a child of this very program.
                @SuppressWarnings("unchecked")
                Consumer<Exit> told = (Consumer<Exit>) arguments[1];
                watching.complete(told);
                return true;
            }
            return Rig.Meddler.REAL;
        });
        rig.recover();
        Consumer<Exit> told = watching.get(10, TimeUnit.SECONDS);
        rig.host.signal(rig.leader(process), Signals.KILL);
        told.accept(new Exit.Signalled(Signals.KILL, "KILL"));
        Await.until("its end is seen", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertEquals(2, tries.get());
    }

    @Test
    void closing_in_any_phase_answers_everybody_and_ends_no_process() throws Exception {
        ManagedProcess starting = rig.add("starting", Rig.QUICK, SHORT, "while :; do sleep 60; done");
        ManagedProcess stopping = rig.started(rig.add("stopping", Rig.QUICK, Duration.ofSeconds(60), STUBBORN));
        rig.number("ready");
        ManagedProcess waiting = rig.add("waiting", Rig.SLOW, SHORT, "exit 1");
        rig.start(waiting, false);
        rig.await(waiting, Status.WAITING);
        CompletableFuture<Outcome> stop = rig.ask(stopping, new Wish.Stop("me", false, null));
        CompletableFuture<Outcome> end = rig.ask(waiting, new Wish.Await("me"));
        CompletableFuture<Outcome> start = rig.supervisor.runNew(starting, new Wish.Start("me", true, null));
        Await.until("it was executed", Rig.SOON, () -> rig.run(starting).identity() != null);
        rig.await(stopping, Status.STOPPING);
        rig.supervisor.close(() -> {});
        assertThrows(TsmException.Unavailable.class, () -> Rig.get(stop));
        assertThrows(TsmException.Unavailable.class, () -> Rig.get(end));

        assertTrue(start.isDone());
        assertTrue(rig.host.alive(rig.leader(starting)));
        assertTrue(rig.host.alive(rig.leader(stopping)));
    }
}
