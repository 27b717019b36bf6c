package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Dependency;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs that wait for what they need, over the deaths of daemons and boots. */
class GatesTest {
    private static final String LIVES = "while :; do sleep 0.05; done";
    private static final String UNTIL_GO = "while [ ! -e $TSM_DIR/go ]; do sleep 0.02; done";

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static ProcessSpec spec(String script, String... after) {
        SupervisionPolicy none = SupervisionPolicy.NONE;
        return Specs.with(RestartPolicy.DEFAULT, new StopPolicy("TERM", Duration.ofSeconds(5)), "/bin/sh", "-c", script)
                .with(new SupervisionPolicy(
                        none.health(),
                        new OrderPolicy(
                                Arrays.stream(after).map(Dependency::parse).toList(), java.util.List.of()),
                        none.instances(),
                        none.triggers(),
                        none.limits()));
    }

    private ManagedProcess add(String name, String script, String... after) {
        return rig.add(name, spec(script, after));
    }

    private CompletableFuture<Outcome> begin(ManagedProcess process) {
        return rig.supervisor.runNew(process, new Wish.Start("me", true, null));
    }

    private void go() {
        try {
            Files.createFile(rig.home.resolve("go"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_run_is_held_back_until_what_it_needs_has_completed_and_then_executed_once() {
        ManagedProcess migrate = rig.started(add("migrate", UNTIL_GO));
        ManagedProcess app = add("app", LIVES, "migrate:completed");
        CompletableFuture<Outcome> reply = begin(app);
        assertFalse(reply.isDone());
        assertNull(rig.run(app).identity());
        go();
        assertEquals(Status.ONLINE, Rig.get(reply).process().status());
        assertTrue(!Objects.requireNonNull(rig.run(app).startedAt())
                .isBefore(Objects.requireNonNull(rig.run(migrate).endedAt())));
        assertEquals(1, rig.runs(app).size());
    }

    @Test
    void a_wait_that_a_daemon_dies_in_is_waited_on_by_the_next() throws Exception {
        ManagedProcess migrate = rig.started(add("migrate", UNTIL_GO));
        ManagedProcess app = add("app", LIVES, "migrate:completed");
        CompletableFuture<Outcome> lost = begin(app);
        rig.recover();
        rig.supervisor.cameUp();
        assertTrue(lost.isDone());
        rig.await(migrate, Status.ONLINE);
        assertEquals(Status.STARTING, rig.now(app).status());
        assertNull(rig.run(app).identity());
        go();
        rig.await(app, Status.ONLINE);
        assertEquals(
                1, rig.runs(app).stream().filter(run -> run.identity() != null).count());
        assertEquals(RunCause.RECOVERY, rig.run(app).cause());
    }

    @Test
    void after_a_boot_what_is_needed_comes_up_first_whatever_its_id() throws Exception {
        ManagedProcess app = add("app", LIVES, "db");
        ManagedProcess db = add("db", LIVES);
        rig.started(db);
        assertInstanceOf(Outcome.Done.class, rig.start(app, true));
        rig.supervisor.close(() -> {});
        rig.living().forEach(info -> rig.host.signal(info.identity(rig.host.bootId()), 9));
        rig.store.run(tx -> tx.settings().put("boot-id", "another boot"));
        rig.supervisor = new Supervisor(rig.with);
        rig.supervisor.recover();
        rig.supervisor.cameUp();
        Await.until(
                "it runs again",
                Rig.SOON,
                () -> rig.run(app).cause() == RunCause.BOOT && rig.now(app).status() == Status.ONLINE);
        Run first = rig.run(db);
        Run then = rig.run(app);
        assertEquals(RunCause.BOOT, first.cause());
        assertEquals(RunCause.BOOT, then.cause());
        assertTrue(!Objects.requireNonNull(then.startedAt()).isBefore(Objects.requireNonNull(first.startedAt())));
    }

    @Test
    void after_a_boot_what_needs_something_that_a_user_had_stopped_says_so() throws Exception {
        ManagedProcess app = rig.add(
                "app",
                spec(LIVES, "db"),
                new Lifecycle(Wanted.RUN, Status.ONLINE, 1, 0, 0, 0),
                rig.supervisor.newToken(),
                null);
        rig.add(
                "db",
                spec(LIVES),
                new Lifecycle(Wanted.STOP, Status.STOPPED, 1, 0, 0, 0),
                rig.supervisor.newToken(),
                null);
        rig.store.run(tx -> tx.settings().put("boot-id", "another boot"));
        rig.supervisor.recover();
        // Until all that is to come up was asked to, nothing has failed.
        rig.await(app, Status.STARTING);
        rig.supervisor.cameUp();
        rig.await(app, Status.ERRORED);
        assertTrue(Objects.requireNonNull(rig.run(app).exit())
                .inWords()
                .contains("not executed: db (ID 1), which it needs, is stopped"));
    }

    @Test
    void a_restart_after_a_crash_does_not_wait() {
        ManagedProcess db = rig.started(add("db", LIVES));
        ManagedProcess app = rig.started(add("app", LIVES, "db"));
        assertInstanceOf(Outcome.Done.class, rig.stop(db));
        assertTrue(rig.signal(rig.leader(app), 9));
        Await.until(
                "it runs again",
                Rig.SOON,
                () -> rig.runs(app).size() == 2 && rig.now(app).status() == Status.ONLINE);
    }

    @Test
    void a_restart_by_the_user_waits_and_a_stop_ends_that() {
        ManagedProcess db = rig.started(add("db", LIVES));
        ManagedProcess app = rig.started(add("app", LIVES, "db"));
        ManagedProcess slow = rig.started(add("slow", UNTIL_GO));
        assertEquals(Status.ONLINE, rig.now(slow).status());
        assertInstanceOf(Outcome.Done.class, rig.stop(db));
        Outcome.NotStarted failed = (Outcome.NotStarted) rig.restart(app, true);
        assertTrue(failed.why().contains("db (ID 0), which it needs, is stopped"), failed.why());
        assertEquals(Status.ERRORED, rig.now(app).status());
        ManagedProcess late = add("late", LIVES, "slow:completed");
        CompletableFuture<Outcome> reply = begin(late);
        assertInstanceOf(Outcome.Done.class, rig.stop(late));
        assertInstanceOf(Outcome.NotStarted.class, Rig.get(reply));
        assertEquals(Status.STOPPED, rig.now(late).status());
        go();
        rig.await(slow, Status.EXITED);
        assertEquals(Status.STOPPED, rig.now(late).status());
        assertNull(rig.run(late).identity());
    }
}
