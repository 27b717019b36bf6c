package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a new daemon makes of the rows and the processes that a dead one left. */
class RecoveryTest {
    private static final RestartPolicy NEVER = new RestartPolicy(
            RestartPolicy.Restart.NO,
            Rig.QUICK.backoffMin(),
            Rig.QUICK.backoffMax(),
            Rig.QUICK.stableAfter(),
            Rig.QUICK.minUptime(),
            4);

    private static final String FOREVER = "echo x >>$TSM_DIR/count; while :; do sleep 60; done";

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static ProcessSpec spec(RestartPolicy policy) {
        return Specs.with(policy, new StopPolicy("TERM", Duration.ofSeconds(2)), "/bin/sh", "-c", FOREVER);
    }

    private static Lifecycle life(Wanted wanted, Status status) {
        return new Lifecycle(wanted, status, 1, 0, 0, 0);
    }

    /** A row of that state whose run was executed by a daemon that has died since; it lives. */
    private ManagedProcess left(Lifecycle life) {
        ManagedProcess process = rig.add("a", spec(Rig.QUICK), life, "token-1", null);
        Identity alive = rig.stranger("token-1", FOREVER);
        executed(alive);
        assertEquals(1, executions());
        return process;
    }

    private void executed(Identity identity) {
        rig.store.run(tx -> tx.runs()
                .spawned(
                        tx.runs().withToken("token-1").orElseThrow().key(),
                        identity,
                        Instant.now().minusSeconds(60)));
    }

    /** The same, but it has ended, which nobody saw. */
    private ManagedProcess dead(Lifecycle life, RestartPolicy policy) {
        ManagedProcess process = rig.add("a", spec(policy), life, "token-1", null);
        Identity identity = rig.stranger("token-1", FOREVER);
        executed(identity);
        assertEquals(1, executions());
        end(identity);
        return process;
    }

    private void end(Identity identity) {
        rig.host.signalGroup(identity, Signals.KILL);
        Await.until("it is gone", Rig.SOON, () -> !rig.host.alive(identity));
    }

    private long executions() {
        Await.until(
                "it ran",
                Rig.SOON,
                () -> rig.exists("count") && !rig.text("count").isEmpty());
        return rig.text("count").lines().count();
    }

    @Test
    void whoever_waits_for_it_sees_no_process_that_is_still_looked_for() throws Exception {
        List<ManagedProcess> all = IntStream.range(0, 10)
                .mapToObj(i -> rig.add(
                        "p" + i, spec(Rig.QUICK), life(Wanted.RUN, Status.LOST), rig.supervisor.newToken(), null))
                .toList();
        rig.recover();
        rig.supervisor.awaitFound(Rig.SOON);
        assertEquals(
                List.of(),
                all.stream()
                        .filter(process -> rig.now(process).status() == Status.LOST)
                        .toList());
    }

    @Test
    void what_is_still_looked_for_is_not_waited_for_without_end() {
        assertTimeoutPreemptively(Rig.SOON, () -> new Supervisor(rig.with).awaitFound(Duration.ofMillis(1)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"STARTING", "ONLINE", "WAITING", "EXITED", "ERRORED", "LOST"})
    void what_is_wanted_and_lives_is_taken_back_and_not_started_twice(Status status) throws Exception {
        ManagedProcess process = left(life(Wanted.RUN, status));
        Identity before = rig.leader(process);
        rig.recover();
        rig.await(process, Status.ONLINE);
        assertEquals(before, rig.leader(process));
        assertEquals(1, rig.runs(process).size());
        assertEquals(1, executions());
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertFalse(rig.host.alive(before));
        assertEquals(Status.STOPPED, rig.now(process).status());
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"STOPPING", "STOPPED", "LOST"})
    void what_is_not_wanted_and_lives_is_stopped(Status status) throws Exception {
        ManagedProcess process = left(life(Wanted.STOP, status));
        Identity before = rig.leader(process);
        rig.recover();
        Await.until("it is stopped", Rig.SOON, () -> !rig.host.alive(before));
        rig.await(process, Status.STOPPED);
        assertEquals(1, executions());
    }

    @Test
    void a_restart_that_was_cut_in_two_is_carried_on() throws Exception {
        ManagedProcess process = left(life(Wanted.RUN, Status.STOPPING));
        Identity before = rig.leader(process);
        rig.recover();
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertFalse(rig.host.alive(before));
        assertEquals(RunCause.RESTART, rig.run(process).cause());
        Await.until("it ran once more", Rig.SOON, () -> executions() == 2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"STARTING", "ONLINE", "LOST"})
    void what_ended_unseen_is_run_again_by_its_policy(Status status) throws Exception {
        ManagedProcess process = dead(life(Wanted.RUN, status), Rig.QUICK);
        rig.recover();
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertEquals(RunCause.UNSEEN, rig.run(process).cause());
        assertInstanceOf(Exit.Unknown.class, rig.runs(process).get(1).exit());
        Await.until("it ran once more", Rig.SOON, () -> executions() == 2);
    }

    @Test
    void what_ran_long_and_ended_unseen_is_no_failed_start() throws Exception {
        ManagedProcess process = dead(new Lifecycle(Wanted.RUN, Status.ONLINE, 1, 3, 3, 3), Rig.QUICK);
        rig.recover();
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertEquals(0, rig.now(process).life().unstable());
    }

    @Test
    void what_ended_soon_while_no_daemon_decided_counts_as_a_failed_start() throws Exception {
        ManagedProcess process = dead(new Lifecycle(Wanted.RUN, Status.ONLINE, 1, 3, 3, 3), Rig.QUICK);
        Run run = rig.run(process);
        Instant started = Objects.requireNonNull(run.startedAt());
        rig.store.run(tx -> tx.runs().ended(run.key(), new Exit.Code(1), started.plusMillis(10)));
        rig.recover();
        rig.await(process, Status.ERRORED);
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void what_ended_unseen_and_is_never_restarted_is_errored() throws Exception {
        ManagedProcess process = dead(life(Wanted.RUN, Status.ONLINE), NEVER);
        rig.recover();
        rig.await(process, Status.ERRORED);
        assertEquals(1, rig.runs(process).size());
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"STOPPING", "LOST"})
    void what_is_not_wanted_and_is_gone_is_stopped(Status status) throws Exception {
        ManagedProcess process = dead(life(Wanted.STOP, status), Rig.QUICK);
        rig.recover();
        rig.await(process, Status.STOPPED);
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void what_was_decided_and_never_executed_is_run_once() throws Exception {
        ManagedProcess process = rig.add("a", spec(Rig.QUICK), Lifecycle.NEW, "token-1", null);
        rig.recover();
        rig.await(process, Status.ONLINE);
        assertEquals(1, executions());
        assertEquals(RunCause.RECOVERY, rig.run(process).cause());
        assertEquals(
                new Exit.Unknown("it was never executed"),
                rig.runs(process).getLast().exit());
    }

    @Test
    void what_was_executed_and_is_over_and_not_written_down_is_not_executed_again() throws Exception {
        ManagedProcess process = rig.add("a", spec(NEVER), Lifecycle.NEW, "token-1", null);
        Path mark = Files.createDirectory(rig.home.resolve("executed")).resolve("token-1." + process.key());
        Files.createFile(mark);
        Files.createFile(mark.resolveSibling("token-of-another"));
        rig.recover();
        rig.await(process, Status.ERRORED);
        assertFalse(rig.exists("count"));
        assertEquals(1, rig.runs(process).size());
        assertEquals(
                new Exit.Unknown("no daemon was there to see it"),
                rig.runs(process).getLast().exit());
        Await.until("marks are gone", Rig.SOON, () -> isEmpty(rig.home.resolve("executed")));
    }

    @Test
    void a_next_run_that_goes_on_and_is_not_written_down_is_taken_back_and_the_end_before_it_recorded()
            throws Exception {
        ManagedProcess process = dead(life(Wanted.RUN, Status.ONLINE), NEVER);
        String token = rig.supervisor.newToken();
        Identity next = rig.stranger(token, FOREVER);
        mark(token, process.key());
        rig.recover();
        Await.until(
                "it is taken back", Rig.SOON, () -> rig.runs(process).getFirst().identity() != null);
        rig.await(process, Status.ONLINE);
        assertEquals(next, rig.leader(process));
        assertEquals(2, rig.runs(process).size());
        assertEquals(
                new Exit.Unknown("the daemon died before it was written down"),
                rig.runs(process).getLast().exit());
        assertEquals(1, rig.now(process).life().restarts());
        assertEquals(2, executions());
    }

    @Test
    void a_mark_beside_a_run_that_goes_on_or_that_nobody_made_says_nothing() throws Exception {
        ManagedProcess process = left(life(Wanted.RUN, Status.ONLINE));
        Identity present = rig.leader(process);
        mark(rig.supervisor.newToken(), process.key());
        mark("0123456789", process.key());
        mark(rig.supervisor.newToken(), process.key() + 1);
        rig.recover();
        rig.await(process, Status.ONLINE);
        assertEquals(present, rig.leader(process));
        assertEquals(1, rig.runs(process).size());
        Await.until("marks are gone", Rig.SOON, () -> isEmpty(rig.home.resolve("executed")));
    }

    private void mark(String token, long processKey) throws IOException {
        Path folder = rig.home.resolve("executed");
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
        }
        Files.createFile(folder.resolve(token + "." + processKey));
    }

    @Test
    void a_run_leaves_no_mark_of_its_execution() throws Exception {
        ManagedProcess process = rig.add("a", spec(Rig.QUICK), Lifecycle.NEW, "token-1", null);
        rig.recover();
        rig.await(process, Status.ONLINE);
        Await.until("its mark is gone", Rig.SOON, () -> isEmpty(rig.home.resolve("executed")));
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    @Test
    void what_was_executed_and_not_written_down_is_found_by_its_token() throws Exception {
        ManagedProcess process = rig.add("a", spec(Rig.QUICK), Lifecycle.NEW, "token-1", null);
        Identity alive = rig.stranger("token-1", FOREVER);
        rig.recover();
        rig.await(process, Status.ONLINE);
        assertEquals(alive, rig.leader(process));
        assertEquals(1, executions());
    }

    @Test
    void the_end_of_what_was_taken_back_is_seen_and_followed_by_a_restart() throws Exception {
        ManagedProcess process = left(life(Wanted.RUN, Status.ONLINE));
        Identity before = rig.leader(process);
        rig.recover();
        Await.until(
                "it was adopted",
                Rig.SOON,
                () -> rig.store.call(tx -> tx.journal().latest(process.key(), 10)).stream()
                        .anyMatch(event -> event.message().startsWith("taken back")));
        end(before);
        Await.until("it ran once more", Rig.SOON, () -> executions() == 2);
        Await.until("that is written down", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertEquals(2, rig.runs(process).size());
    }

    @Test
    void a_back_off_that_was_cut_is_begun_anew() throws Exception {
        Lifecycle waiting = new Lifecycle(Wanted.RUN, Status.WAITING, 1, 3, 3, 2);
        ManagedProcess process = dead(waiting, Rig.QUICK);
        rig.store.run(tx -> tx.runs().ended(rig.run(process).key(), new Exit.Code(1), Instant.now()));
        rig.recover();
        rig.await(process, Status.ONLINE);
        assertEquals(2, rig.runs(process).size());
        assertEquals(4, rig.now(process).life().attempt());
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"STOPPED", "EXITED", "ERRORED"})
    void what_rests_stays_at_rest(Status status) throws Exception {
        ManagedProcess process = dead(life(status == Status.STOPPED ? Wanted.STOP : Wanted.RUN, status), Rig.QUICK);
        rig.store.run(tx -> tx.runs().ended(rig.run(process).key(), new Exit.Code(1), Instant.now()));
        rig.recover();
        assertFalse(((Outcome.Done) Rig.get(rig.ask(process, new Wish.Await("me")))).changed());
        assertEquals(status, rig.now(process).status());
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void after_a_boot_of_the_machine_what_is_wanted_runs_again() throws Exception {
        ManagedProcess process = rig.add("a", spec(Rig.QUICK), life(Wanted.RUN, Status.ONLINE), "token-1", null);
        executed(new Identity(rig.host.self().pid(), rig.host.self().startTicks(), "another boot"));
        rig.store.run(tx -> tx.settings().put("boot-id", "another boot"));
        rig.recover();
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertEquals(RunCause.BOOT, rig.run(process).cause());
        assertEquals(1, executions());
    }

    @Test
    void a_pid_that_means_another_process_by_now_is_left_alone() throws Exception {
        ManagedProcess process = rig.add("a", spec(Rig.QUICK), life(Wanted.STOP, Status.STOPPING), "token-1", null);
        Identity other = rig.stranger("token-2", "while :; do sleep 60; done");
        executed(new Identity(other.pid(), other.startTicks() - 1, other.bootId()));
        rig.recover();
        rig.await(process, Status.STOPPED);
        assertTrue(rig.host.alive(other));
    }

    @Test
    void a_stop_that_is_asked_right_after_recovery_began_finds_what_runs() throws Exception {
        ManagedProcess process = left(life(Wanted.RUN, Status.ONLINE));
        Identity before = rig.leader(process);
        rig.recover();
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertFalse(rig.host.alive(before));
    }
}
