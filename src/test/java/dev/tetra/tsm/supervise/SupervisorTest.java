package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Supervision of real programs, with a real store. */
class SupervisorTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final String FOREVER = "while :; do sleep 60; done";

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }

    @Test
    void a_program_that_lives_is_online_and_stop_ends_all_of_it() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, PATIENT, "sleep 60 & sleep 60; :"));
        assertEquals(3, rig.living().size());
        Outcome.Done stopped = (Outcome.Done) rig.stop(process);
        assertEquals(List.of(), rig.living());
        assertEquals(Status.STOPPED, stopped.process().status());
        assertTrue(stopped.changed());
        assertEquals(new Exit.Signalled(15, "TERM"), rig.run(process).exit());
        assertFalse(((Outcome.Done) rig.stop(process)).changed());
    }

    @Test
    void a_killed_program_is_run_again_at_once() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, PATIENT, FOREVER));
        Identity first = rig.leader(process);
        long killed = System.nanoTime();
        rig.signal(first, Signals.KILL);
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        assertTrue(millisSince(killed) < 2000);
        assertNotEquals(first, rig.leader(process));
        assertEquals(1, rig.now(process).life().restarts());
        assertEquals(RunCause.SIGNAL, rig.run(process).cause());
    }

    @Test
    void a_program_that_ends_well_is_exited_and_stays_so() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, PATIENT, "sleep 0.2"));
        rig.await(process, Status.EXITED);
        assertEquals(new Exit.Code(0), rig.run(process).exit());
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void a_crash_loop_is_given_up_on() {
        ManagedProcess process = rig.add("a", Rig.QUICK, PATIENT, "echo x >>$TSM_DIR/count; exit 3");
        assertInstanceOf(Outcome.Done.class, rig.start(process, false));
        rig.await(process, Status.ERRORED);
        assertEquals(4, rig.text("count").lines().count());
        assertEquals(4, rig.runs(process).size());
        assertEquals(new Exit.Code(3), rig.run(process).exit());
    }

    @Test
    void a_start_that_dies_at_once_has_failed_and_is_not_restarted() {
        ManagedProcess process = rig.add("a", Rig.QUICK, PATIENT, "exit 3");
        Outcome.NotStarted failed = (Outcome.NotStarted) rig.start(process, true);
        assertEquals(new Exit.Code(3), failed.exit());
        assertEquals(Status.ERRORED, rig.now(process).status());
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void a_program_that_is_not_there_has_not_started_and_says_why() {
        ManagedProcess process = rig.add("a", Specs.with(Rig.QUICK, StopPolicy.DEFAULT, "/no/such/program"));
        Outcome.NotStarted failed = (Outcome.NotStarted) rig.start(process, true);
        assertTrue(failed.why().contains("/no/such/program"), failed.why());
        assertEquals(Status.ERRORED, rig.now(process).status());
    }

    @Test
    void a_program_that_cannot_be_executed_is_one_line_in_the_daemons_log() {
        ManagedProcess process = rig.add("a", Specs.with(Rig.QUICK, StopPolicy.DEFAULT, "/etc/passwd"));
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            assertInstanceOf(Outcome.NotStarted.class, rig.start(process, true));
        } finally {
            System.setErr(before);
        }
        List<String> lines = log.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.getFirst().contains("EACCES"), lines.toString());
    }

    @Test
    void what_ignores_the_stop_signal_is_killed_with_all_that_left_its_group() {
        String stubborn = "trap \"\" TERM; while :; do sleep 0.1; done";
        ManagedProcess process = rig.started(rig.add(
                "a",
                Rig.QUICK,
                SHORT,
                "setsid sh -c '" + stubborn + "' & (setsid sh -c '" + stubborn + "' &) ; sh -c '(" + stubborn
                        + ") & exit 0'; " + stubborn));
        Await.until("all are there", Rig.SOON, () -> rig.living().size() >= 4);
        long asked = System.nanoTime();
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertEquals(List.of(), rig.living());
        long took = millisSince(asked);
        assertTrue(took >= SHORT.toMillis() && took < SHORT.toMillis() + 1000, "took " + took + " ms");
    }

    @Test
    void a_suspended_program_can_be_stopped() {
        ManagedProcess process =
                rig.started(rig.add("a", Rig.QUICK, PATIENT, "trap 'exit 0' TERM; while :; do sleep 0.05; done"));
        rig.signal(rig.leader(process), Signals.number("STOP"));
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
    }

    @Test
    void a_second_stop_kills_at_once() {
        ManagedProcess process = rig.started(
                rig.add("a", Rig.QUICK, PATIENT, "trap '' TERM; echo 1 >$TSM_DIR/ready; while :; do sleep 0.1; done"));
        rig.number("ready");
        CompletableFuture<Outcome> first = rig.ask(process, new Wish.Stop("me", false, null));
        rig.await(process, Status.STOPPING);
        assertFalse(first.isDone());
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertInstanceOf(Outcome.Done.class, Rig.get(first));
        assertEquals(new Exit.Signalled(9, "KILL"), rig.run(process).exit());
    }

    @Test
    void a_stop_during_the_back_off_ends_it() {
        ManagedProcess process = rig.add("a", Rig.SLOW, PATIENT, "exit 1");
        rig.start(process, false);
        rig.await(process, Status.WAITING);
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertEquals(Status.STOPPED, rig.now(process).status());
        assertInstanceOf(Outcome.NotStarted.class, rig.startAgain(process, true));
    }

    @Test
    void a_start_during_the_back_off_runs_it_now() {
        ManagedProcess process = rig.add("a", Rig.SLOW, PATIENT, "test -e $TSM_DIR/good && " + FOREVER + "; exit 1");
        rig.start(process, false);
        rig.await(process, Status.WAITING);
        touch("good");
        assertInstanceOf(Outcome.Done.class, rig.startAgain(process, true));
        assertEquals(Status.ONLINE, rig.now(process).status());
    }

    private void touch(String file) {
        try {
            java.nio.file.Files.createFile(rig.home.resolve(file));
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_a_dead_leader_left_in_its_group_is_ended_before_the_next_run() {
        ManagedProcess process = rig.add("a", Rig.QUICK, SHORT, """
                if test -e $TSM_DIR/child; then
                  grep -q '^State:.[ZX]' /proc/$(cat $TSM_DIR/child)/status 2>/dev/null || test ! -e /proc/$(cat $TSM_DIR/child) \
                    && echo 0 >$TSM_DIR/verdict || echo 1 >$TSM_DIR/verdict
                  while :; do sleep 60; done
                fi
                sh -c 'trap "" TERM; echo $$ >$TSM_DIR/child; while :; do sleep 0.05; done' &
                while ! test -s $TSM_DIR/child; do sleep 0.01; done
                exit 1
                """);
        rig.start(process, false);
        assertEquals(0, rig.number("verdict"));
        rig.await(process, Status.ONLINE);
    }

    @Test
    void what_a_dead_leader_left_elsewhere_is_ended_too_and_keeps_nobody_waiting() {
        ManagedProcess process = rig.add("a", Rig.QUICK, SHORT, """
                if test -e $TSM_DIR/child; then while :; do sleep 60; done; fi
                setsid sh -c 'trap "" TERM; echo $$ >$TSM_DIR/child; while :; do sleep 0.05; done' &
                while ! test -s $TSM_DIR/child; do sleep 0.01; done
                exit 1
                """);
        rig.start(process, false);
        Await.until("a second run", Rig.SOON, () -> rig.runs(process).size() == 2);
        rig.await(process, Status.ONLINE);
        long child = rig.number("child");
        Await.until("the stray is ended", Rig.SOON, () -> !rig.alive(child));
        assertEquals(Status.ONLINE, rig.now(process).status());
    }

    @Test
    void a_restart_keeps_id_name_port_and_environment() {
        ManagedProcess process = rig.add(
                "a",
                Specs.with(
                        Rig.QUICK,
                        StopPolicy.DEFAULT,
                        "/bin/sh",
                        "-c",
                        "echo $TSM_ID $TSM_NAME $PORT $COLOUR >>$TSM_DIR/said; exec sleep 60"),
                Lifecycle.NEW,
                "t0",
                8123);
        rig.store.run(tx -> tx.environments()
                .save(process.key(), EnvSource.OPTION, List.of(new EnvVar("COLOUR", "blue", EnvSource.OPTION))));
        rig.started(process);
        Identity first = rig.leader(process);
        assertInstanceOf(Outcome.Done.class, rig.restart(process, true));
        assertNotEquals(first, rig.leader(process));
        assertFalse(rig.host.alive(first));
        assertEquals("0 a 8123 blue\n0 a 8123 blue", rig.text("said"));
        ManagedProcess after = rig.now(process);
        assertEquals(1, after.life().restarts());
        assertEquals(process.key(), after.key());
        assertNotEquals(
                rig.runs(process).get(0).token(), rig.runs(process).get(1).token());
    }

    @Test
    void a_stop_answers_those_who_wait_for_the_start() {
        ManagedProcess process = rig.add("a", Rig.QUICK, PATIENT, FOREVER);
        CompletableFuture<Outcome> start = rig.supervisor.runNew(process, new Wish.Start("me", true, null));
        Await.until("it was executed", Rig.SOON, () -> rig.run(process).identity() != null);
        CompletableFuture<Outcome> stop = rig.ask(process, new Wish.Stop("me", false, null));
        assertInstanceOf(Outcome.Done.class, Rig.get(stop));
        Outcome answer = Rig.get(start);
        if (answer instanceof Outcome.NotStarted failed) {
            assertNull(failed.exit(), "a user's stop is no failure of the program");
        }
    }

    @Test
    void a_stop_ends_a_restart_and_tells_who_asked_for_it() {
        ManagedProcess process =
                rig.started(rig.add("a", Rig.QUICK, SHORT, "trap '' TERM; while :; do sleep 0.1; done"));
        CompletableFuture<Outcome> restart = rig.ask(process, new Wish.Restart("me", true, null));
        rig.await(process, Status.STOPPING);
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertNull(((Outcome.NotStarted) Rig.get(restart)).exit());
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void delete_forgets_what_rests_and_refuses_what_runs() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, PATIENT, FOREVER));
        assertInstanceOf(Outcome.Refused.class, rig.delete(process));
        rig.stop(process);
        assertTrue(rig.exists("logs/a/out.log"));
        assertInstanceOf(Outcome.Done.class, rig.delete(process));
        assertFalse(rig.exists("logs/a"));
        assertTrue(rig.store.call(tx -> tx.processes().find(process.key())).isEmpty());
        assertThrows(TsmException.NotFound.class, () -> rig.stop(process));
        assertEquals(1, rig.runs(process).size());
    }

    @Test
    void who_awaits_the_end_is_told_it() {
        ManagedProcess process =
                rig.started(rig.add("a", Rig.QUICK, PATIENT, "while ! test -e $TSM_DIR/go; do sleep 0.01; done"));
        CompletableFuture<Outcome> end = rig.ask(process, new Wish.Await("me"));
        assertFalse(end.isDone());
        touch("go");
        Run run = Rig.get(end).process().run();
        assertEquals(new Exit.Code(0), run == null ? null : run.exit());
    }

    @Test
    void a_stop_while_leftovers_are_being_ended_takes_no_longer_than_they_do() {
        ManagedProcess process = rig.add("a", Rig.QUICK, SHORT, """
                sh -c 'trap "" TERM; echo $$ >$TSM_DIR/child; while :; do sleep 0.05; done' &
                while ! test -s $TSM_DIR/child; do sleep 0.01; done
                exit 1
                """);
        rig.start(process, false);
        Await.until("the next run is decided", Rig.SOON, () -> rig.runs(process).size() == 2);
        long asked = System.nanoTime();
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        long took = millisSince(asked);
        assertTrue(took < SHORT.toMillis() + 1000, "took " + took + " ms");
        assertEquals(new Exit.Unknown("it was never executed"), rig.run(process).exit());
    }

    @Test
    void the_way_to_stop_that_one_stop_chose_is_not_used_by_the_next() {
        ManagedProcess process = rig.add(
                "a",
                Rig.SLOW,
                PATIENT,
                "test -e $TSM_DIR/good || exit 1; trap 'echo int >$TSM_DIR/got; exit' INT; trap 'echo term >$TSM_DIR/got; exit' TERM;"
                        + " while :; do sleep 0.02; done");
        rig.start(process, false);
        rig.await(process, Status.WAITING);
        Rig.get(rig.ask(process, new Wish.Stop("me", false, new StopPolicy("INT", PATIENT))));
        touch("good");
        rig.startAgain(process, true);
        rig.stop(process);
        assertEquals("term", rig.text("got"));
    }

    @Test
    void who_waits_for_proof_gets_it_though_another_does_not() {
        ManagedProcess process = rig.started(rig.add("a", Rig.QUICK, PATIENT, """
                test -e $TSM_DIR/second && exit 7
                trap 'touch $TSM_DIR/asked; while ! test -e $TSM_DIR/second; do sleep 0.01; done; exit' TERM
                while :; do sleep 0.02; done
                """));
        CompletableFuture<Outcome> careful = rig.ask(process, new Wish.Restart("me", true, null));
        Await.until("it is asked to stop", Rig.SOON, () -> rig.exists("asked"));
        CompletableFuture<Outcome> hasty = rig.ask(process, new Wish.Start("you", false, null));
        touch("second");
        assertEquals(new Exit.Code(7), ((Outcome.NotStarted) Rig.get(careful)).exit());
        assertInstanceOf(Outcome.Done.class, Rig.get(hasty));
    }
}
