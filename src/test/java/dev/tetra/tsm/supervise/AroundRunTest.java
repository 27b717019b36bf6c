package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands before and after a run, and in place of the stop signal, on real processes. */
class AroundRunTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final RestartPolicy NEVER = new RestartPolicy(
            RestartPolicy.Restart.NO,
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            4);
    private static final String SERVE =
            "echo $$ >\"$TSM_DIR/served.new\"; mv \"$TSM_DIR/served.new\" \"$TSM_DIR/served\";" + " exec sleep 1000";

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private ManagedProcess add(
            RestartPolicy restart,
            @Nullable String pre,
            @Nullable String stop,
            @Nullable String post,
            Duration timeout,
            String script) {
        LimitPolicy limits = new LimitPolicy(
                Allowance.NONE, Account.NONE, SuccessCodes.USUAL, new RunCommands(pre, stop, post, timeout));
        return rig.add(
                "around",
                Specs.with(limits, restart, new StopPolicy("TERM", Duration.ofSeconds(5)), "/bin/sh", "-c", script));
    }

    private List<String> lines(String file) {
        return rig.text(file).lines().toList();
    }

    private boolean told(ManagedProcess process, String message) {
        return rig.store.call(tx -> tx.journal().latest(process.key(), 100)).stream()
                .anyMatch(event -> event.message().contains(message));
    }

    @Test
    void what_comes_before_is_done_before_the_program_with_its_environment() {
        ManagedProcess process = add(
                NEVER,
                "sleep 0.2; echo $TSM_NAME $TSM_COMMAND >\"$TSM_DIR/before\"",
                null,
                null,
                LONG,
                "cat \"$TSM_DIR/before\" >\"$TSM_DIR/seen\"; " + SERVE);
        rig.started(process);
        rig.number("served");
        assertEquals("around pre-start", rig.text("seen"));
        assertTrue(told(process, "--pre-start is done"));
        assertFalse(
                rig.host.environment(rig.leader(process).pid()).orElseThrow().containsKey("TSM_COMMAND"));
    }

    @Test
    void a_failure_before_it_is_a_failed_start_with_its_code_and_the_program_never_runs() {
        ManagedProcess process = add(NEVER, "echo no >&2; exit 3", null, "touch \"$TSM_DIR/after\"", LONG, SERVE);
        Outcome.NotStarted failed = assertInstanceOf(Outcome.NotStarted.class, rig.start(process, true));
        assertTrue(failed.why().startsWith("--pre-start failed: exit code 3"), failed.why());
        assertEquals(Status.ERRORED, failed.process().status());
        assertFalse(rig.exists("served"));
        assertFalse(rig.exists("after"));
        assertNull(rig.run(process).identity());
    }

    @Test
    void what_hangs_before_it_is_killed_with_all_it_started() {
        ManagedProcess process =
                add(NEVER, "setsid sleep 1000 & sleep 1000; true", null, null, Duration.ofMillis(300), SERVE);
        Outcome.NotStarted failed = assertInstanceOf(Outcome.NotStarted.class, rig.start(process, true));
        assertTrue(failed.why().contains("took longer than"), failed.why());
        Await.until("nothing of it lives", Rig.SOON, () -> rig.living().isEmpty());
    }

    @Test
    void a_stop_ends_what_comes_before_and_the_program_never_runs() {
        ManagedProcess process =
                add(NEVER, "touch \"$TSM_DIR/begun\"; sleep 1000", null, "touch \"$TSM_DIR/after\"", LONG, SERVE);
        CompletableFuture<Outcome> start = rig.supervisor.runNew(process, new Wish.Start("me", true, null));
        Await.until("it has begun", Rig.SOON, () -> rig.exists("begun"));
        CompletableFuture<Outcome> second = rig.ask(process, new Wish.Start("me", true, null));
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertInstanceOf(Outcome.NotStarted.class, Rig.get(start));
        assertInstanceOf(Outcome.NotStarted.class, Rig.get(second));
        assertEquals(Status.STOPPED, rig.now(process).status());
        assertEquals(List.of(), rig.living());
        assertFalse(rig.exists("served"));
        assertFalse(rig.exists("after"));
    }

    @Test
    void a_restart_while_it_is_prepared_begins_anew() {
        ManagedProcess process = add(
                NEVER,
                "echo >>\"$TSM_DIR/begun\"; test -e \"$TSM_DIR/second\" || { touch \"$TSM_DIR/second\"; sleep 1000; }",
                null,
                null,
                LONG,
                SERVE);
        CompletableFuture<Outcome> start = rig.supervisor.runNew(process, new Wish.Start("me", true, null));
        Await.until("it has begun", Rig.SOON, () -> rig.exists("second"));
        assertInstanceOf(Outcome.Done.class, rig.restart(process, true));
        assertInstanceOf(Outcome.Done.class, Rig.get(start));
        assertEquals(Status.ONLINE, rig.now(process).status());
        assertInstanceOf(Outcome.Done.class, Rig.get(start));
        assertEquals(2, rig.home.resolve("begun").toFile().length());
    }

    @Test
    void the_next_daemon_takes_back_what_comes_before_and_does_not_double_it() throws Exception {
        LimitPolicy limits = new LimitPolicy(
                Allowance.NONE,
                Account.NONE,
                SuccessCodes.USUAL,
                new RunCommands("touch \"$TSM_DIR/doubled\"", null, null, LONG));
        String token = rig.supervisor.newToken();
        ManagedProcess process = rig.add(
                "around",
                Specs.with(limits, NEVER, StopPolicy.DEFAULT, "/bin/sh", "-c", SERVE),
                Lifecycle.NEW,
                token,
                null);
        Identity left = rig.stranger(
                token, "TSM_COMMAND=pre-start exec sh -c 'until test -e \"$TSM_DIR/go\"; do sleep 0.02; done'");
        Await.until(
                "the command is told from the program",
                Rig.SOON,
                () -> rig.host.environmentVariable(left.pid(), "TSM_COMMAND").isPresent());
        rig.recover();
        Await.until("it is taken back", Rig.SOON, () -> told(process, "--pre-start taken back by a new daemon"));
        assertEquals(Status.STARTING, rig.now(process).status());
        assertNull(rig.run(process).identity());
        Files.createFile(rig.home.resolve("go"));
        rig.await(process, Status.ONLINE);
        rig.number("served");
        assertFalse(rig.exists("doubled"));
    }

    @Test
    void what_comes_after_learns_the_code_and_what_comes_before_the_next_too() {
        ManagedProcess process = add(
                Rig.QUICK,
                "echo \"before ${TSM_EXIT_CODE-none}\" >>\"$TSM_DIR/all\"",
                null,
                "echo \"after $TSM_EXIT_CODE ${TSM_EXIT_SIGNAL-none} $TSM_EXIT_REASON\" >>\"$TSM_DIR/all\"",
                LONG,
                "sleep 0.2; test -e \"$TSM_DIR/twice\" && exit 0; touch \"$TSM_DIR/twice\"; exit 7");
        rig.started(process);
        rig.await(process, Status.EXITED);
        assertEquals(
                List.of("before none", "after 7 none exit code 7", "before 7", "after 0 none exit code 0"),
                lines("all"));
        assertEquals(1, rig.now(process).life().restarts());
    }

    @Test
    void a_stop_is_over_when_what_comes_after_is_and_that_learns_the_signal() {
        ManagedProcess process = add(
                NEVER,
                null,
                null,
                "sleep 0.2; echo $TSM_EXIT_CODE $TSM_EXIT_SIGNAL >\"$TSM_DIR/after\"",
                LONG,
                "sleep 1000 & " + SERVE);
        rig.started(process);
        long pid = rig.number("served");
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertEquals("143 TERM", rig.text("after"));
        assertFalse(rig.alive(pid));
        assertEquals(Status.STOPPED, rig.now(process).status());
        assertEquals(List.of(), rig.living());
    }

    @Test
    void what_comes_after_and_hangs_is_killed_and_the_process_comes_to_rest() {
        ManagedProcess process =
                add(NEVER, null, null, "setsid sleep 1000 & sleep 1000", Duration.ofMillis(300), "sleep 0.2; exit 4");
        rig.started(process);
        rig.await(process, Status.ERRORED);
        assertEquals(new Exit.Code(4), rig.run(process).exit());
        assertTrue(told(process, "--post-stop was killed"));
        Await.until("nothing of it lives", Rig.SOON, () -> rig.living().isEmpty());
    }

    @Test
    void the_next_daemon_takes_back_what_comes_after_and_does_not_double_it() throws Exception {
        ManagedProcess process = add(
                NEVER,
                null,
                null,
                "echo >>\"$TSM_DIR/begun\"; until test -e \"$TSM_DIR/go\"; do sleep 0.02; done",
                LONG,
                "sleep 0.2; exit 4");
        rig.started(process);
        Await.until("it has begun", Rig.SOON, () -> rig.exists("begun"));
        rig.recover();
        Await.until("it is taken back", Rig.SOON, () -> told(process, "--post-stop taken back by a new daemon"));
        assertEquals(Status.STOPPING, rig.now(process).status());
        Files.createFile(rig.home.resolve("go"));
        rig.await(process, Status.ERRORED);
        assertEquals(1, rig.home.resolve("begun").toFile().length());
    }

    @Test
    void a_command_stops_it_in_place_of_the_signal() {
        ManagedProcess process = add(
                NEVER,
                null,
                "echo $TSM_PID >\"$TSM_DIR/stopped\"; touch \"$TSM_DIR/end\"",
                null,
                LONG,
                "trap 'touch \"$TSM_DIR/signalled\"' TERM; touch \"$TSM_DIR/up\";"
                        + " until test -e \"$TSM_DIR/end\"; do sleep 0.02; done; exit 5");
        rig.started(process);
        Await.until("it is up", Rig.SOON, () -> rig.exists("up"));
        long pid = rig.leader(process).pid();
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertEquals(pid, rig.number("stopped"));
        assertEquals(new Exit.Code(5), rig.run(process).exit());
        assertFalse(rig.exists("signalled"));
        assertEquals(List.of(), rig.living());
    }

    @Test
    void a_command_that_fails_to_stop_it_is_followed_by_the_signal() {
        ManagedProcess process = add(NEVER, null, "exit 1", null, LONG, SERVE);
        rig.started(process);
        rig.number("served");
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertInstanceOf(Exit.Signalled.class, assertNotNullExit(process));
        assertTrue(told(process, "--stop-command failed: exit code 1"));
    }

    private Exit assertNotNullExit(ManagedProcess process) {
        Exit exit = rig.run(process).exit();
        assertNotNull(exit);
        return exit;
    }

    /** One for which tsm listens, and a new run of which has a command before it that goes on until it may. */
    private ManagedProcess replaced(@Nullable String post) throws Exception {
        String pre = "test -e $TSM_DIR/reloads || exit 0; touch $TSM_DIR/begun;"
                + " until test -e $TSM_DIR/go; do sleep 0.02; done; test ! -e $TSM_DIR/bad";
        LimitPolicy limits = new LimitPolicy(
                Allowance.NONE, Account.NONE, SuccessCodes.USUAL, new RunCommands(pre, null, post, LONG));
        ProcessSpec spec = Specs.with(
                limits, Rig.QUICK, new StopPolicy("TERM", Duration.ofSeconds(5)), "/bin/sh", "-c", "exec sleep 1000");
        ProcessSpec listens = spec.with(spec.supervision().with(new InstancePolicy(0, null, "127.0.0.1")));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        ManagedProcess process =
                rig.started(rig.add("around", listens, Lifecycle.NEW, rig.supervisor.newToken(), port));
        Files.createFile(rig.home.resolve("reloads"));
        return process;
    }

    private CompletableFuture<Outcome> reload(ManagedProcess process) {
        CompletableFuture<Outcome> reload = rig.ask(process, new Wish.Reload("me", false, null));
        Await.until("the command before the new run is at work", Rig.SOON, () -> rig.exists("begun"));
        assertEquals(Status.STARTING, rig.now(process).status());
        assertNull(rig.run(process).identity());
        return reload;
    }

    @Test
    void a_failure_before_a_reload_leaves_the_old_run_as_it_was() throws Exception {
        ManagedProcess process = replaced("touch \"$TSM_DIR/after\"");
        Identity old = rig.leader(process);
        CompletableFuture<Outcome> reload = reload(process);
        Files.createFile(rig.home.resolve("bad"));
        Files.createFile(rig.home.resolve("go"));
        Outcome.Kept kept = assertInstanceOf(Outcome.Kept.class, Rig.get(reload));
        assertTrue(kept.why().startsWith("--pre-start failed: exit code 1"), kept.why());
        assertEquals(Status.ONLINE, rig.now(process).status());
        assertEquals(old.pid(), rig.now(process).pid());
        assertTrue(rig.host.alive(old));
        assertTrue(rig.runs(process).stream().allMatch(run -> old.equals(run.identity()) || run.exit() != null));
        Files.delete(rig.home.resolve("bad"));
        assertInstanceOf(Outcome.Done.class, Rig.get(rig.ask(process, new Wish.Reload("me", false, null))));
        Await.until("the old one is ended", Rig.SOON, () -> !rig.host.alive(old));
        assertFalse(rig.exists("after"));
    }

    @Test
    void when_the_old_run_dies_before_the_new_one_is_executed_that_is_executed_still() throws Exception {
        ManagedProcess process = replaced(null);
        Identity old = rig.leader(process);
        CompletableFuture<Outcome> reload = reload(process);
        rig.signal(old, 9);
        Await.until(
                "its end is known",
                Rig.SOON,
                () -> rig.runs(process).stream().anyMatch(run -> old.equals(run.identity()) && run.exit() != null));
        assertEquals(Status.STARTING, rig.now(process).status());
        Files.createFile(rig.home.resolve("go"));
        assertInstanceOf(Outcome.Done.class, Rig.get(reload));
        assertEquals(Status.ONLINE, rig.now(process).status());
        assertTrue(rig.host.alive(rig.leader(process)));
        assertEquals(2, rig.runs(process).size());
    }

    @Test
    void a_stop_before_the_new_run_is_executed_ends_the_old_one_and_is_followed_by_what_comes_after() throws Exception {
        ManagedProcess process = replaced("echo \"$TSM_EXIT_CODE\" >>\"$TSM_DIR/after\"");
        CompletableFuture<Outcome> reload = reload(process);
        assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertInstanceOf(Outcome.NotStarted.class, Rig.get(reload));
        assertEquals(List.of("143"), lines("after"));
        assertEquals(List.of(), rig.living());
        assertEquals(Status.STOPPED, rig.now(process).status());
    }

    @Test
    void a_daemon_that_dies_before_the_new_run_is_executed_leaves_the_old_one() throws Exception {
        ManagedProcess process = replaced(null);
        Identity old = rig.leader(process);
        CompletableFuture<Outcome> cut = reload(process);
        rig.recover();
        assertTrue(cut.isDone());
        rig.await(process, Status.ONLINE);
        assertEquals(old.pid(), rig.now(process).pid());
        Await.until(
                "the command is ended",
                Rig.SOON,
                () -> rig.living().stream().allMatch(member -> member.pid() == old.pid()));
        assertTrue(rig.host.alive(old));
        assertTrue(rig.runs(process).stream().allMatch(run -> old.equals(run.identity()) || run.exit() != null));
    }
}
