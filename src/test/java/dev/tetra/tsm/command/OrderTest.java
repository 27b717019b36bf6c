package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --after}: what is brought up first, what is refused, and in which order all is stopped. */
class OrderTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    /** It opens a gate as it starts, and goes on. */
    private static final String LIVES = "sleep 40";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(folder);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private Desk.Told tell(String... words) {
        return desk.tell(words);
    }

    private void ok(String... words) {
        Desk.Told told = tell(words);
        assertEquals(0, told.code(), told.err());
    }

    private Status status(String name) {
        return desk.process(name).status();
    }

    private Instant started(String name) {
        return Objects.requireNonNull(run(name).startedAt());
    }

    private Run run(String name) {
        return Objects.requireNonNull(desk.process(name).run());
    }

    private void await(String name, Status status) {
        Await.until(name + " is " + status, SOON, () -> desk.names().contains(name) && status(name) == status);
    }

    /** A command that has not ended yet. */
    private CompletableFuture<Desk.Told> begin(String... words) {
        return CompletableFuture.supplyAsync(() -> tell(words), Thread::startVirtualThread);
    }

    private static Desk.Told end(CompletableFuture<Desk.Told> told) throws Exception {
        return told.get(20, TimeUnit.SECONDS);
    }

    @Test
    void what_rests_is_brought_up_first() {
        ok("start", "--name", "db", LIVES);
        ok("stop", "db");
        ok("start", "--name", "api", "--after", "db", LIVES);
        assertEquals(Status.ONLINE, status("db"));
        assertEquals(Status.ONLINE, status("api"));
        assertTrue(!started("api").isBefore(started("db")), started("db") + " " + started("api"));
        ok("stop", "all");
        ok("restart", "api");
        assertEquals(Status.ONLINE, status("db"));
        ok("stop", "all");
        Desk.Told again = tell("start", "api");
        assertTrue(again.err().contains("starts db (ID 0), which it needs"), again.err());
    }

    @Test
    void a_service_is_brought_up_with_the_services_that_it_needs() {
        ok("service", "add", "db", "sleep", "40");
        ok("service", "add", "cache", "--after", "db", "sleep", "41");
        ok("service", "add", "app", "--after", "cache", "--after", "db:started", "sleep", "42");
        ok("start", "app");
        assertTrue(!started("cache").isBefore(started("db")));
        assertTrue(!started("app").isBefore(started("cache")));
        Desk.Told shown = tell("info", "app", "--json");
        assertTrue(shown.out().replaceAll("\\s", "").contains("\"after\":[\"cache\",\"db:started\"]"), shown.out());
    }

    @Test
    void enabled_services_come_up_in_order_whatever_their_names() {
        ok("service", "add", "a", "--after", "b", "sleep", "40");
        ok("service", "add", "b", "--after", "c", "sleep", "41");
        ok("service", "add", "c", "sleep", "42");
        ok("enable", "a", "b", "c");
        desk.engine.boot().comeUp(desk.context(ScriptedTerminal.mute()).caller(), true);
        await("a", Status.ONLINE);
        assertTrue(!started("b").isBefore(started("c")));
        assertTrue(!started("a").isBefore(started("b")));
    }

    @Test
    void a_service_that_fails_as_it_comes_up_with_the_daemon_is_tried_again() {
        String once = "if [ -e $MARK ]; then exec sleep 40; fi; touch $MARK; exit 1";
        ok("service", "add", "slow", "-e", "MARK=" + folder + "/mark", once);
        ok("enable", "slow");
        desk.engine.boot().comeUp(desk.context(ScriptedTerminal.mute()).caller(), true);
        Await.until("it is run again", SOON, () -> desk.process("slow").life().restarts() == 1);
        await("slow", Status.ONLINE);
    }

    @Test
    void those_that_do_not_need_each_other_start_at_the_same_time() throws Exception {
        // Each completes only when the other has begun.
        String meet = "touch $ME; while [ ! -e $OTHER ]; do sleep 0.02; done";
        ok("service", "add", "one", "-e", "ME=" + folder + "/1", "-e", "OTHER=" + folder + "/2", meet);
        ok("service", "add", "two", "-e", "ME=" + folder + "/2", "-e", "OTHER=" + folder + "/1", meet);
        ok("start", "--name", "api", "--after", "one:completed,two:completed", LIVES);
        assertEquals(Status.EXITED, status("one"));
        assertEquals(Status.EXITED, status("two"));
        assertEquals(Status.ONLINE, status("api"));
    }

    @Test
    void what_has_completed_is_not_run_again() {
        ok("start", "--name", "migrate", "--no-wait", "true");
        await("migrate", Status.EXITED);
        long run = run("migrate").key();
        ok("start", "--name", "api", "--after", "migrate:completed", LIVES);
        assertEquals(run, run("migrate").key());
    }

    @Test
    void a_circle_is_refused_whole_before_anything_starts() {
        ok("service", "add", "a", "--after", "b", "sleep", "40");
        ok("service", "add", "b", "--after", "c", "sleep", "41");
        ok("service", "add", "c", "--after", "d", "--after", "a", "sleep", "42");
        ok("service", "add", "d", "sleep", "43");
        Desk.Told told = tell("start", "a");
        assertEquals(2, told.code());
        assertTrue(told.err().contains("a → b → c → a"), told.err());
        assertEquals(List.of(), desk.names());
        Desk.Told itself = tell("start", "--name", "x", "--after", "x", LIVES);
        assertEquals(2, itself.code());
        assertTrue(itself.err().contains("x → x"), itself.err());
        assertEquals(List.of(), desk.names());
    }

    @Test
    void a_name_of_nothing_is_refused_before_anything_starts() {
        ok("service", "add", "db", "sleep", "40");
        ok("service", "add", "cache", "--after", "dbx", "sleep", "41");
        Desk.Told told = tell("start", "--name", "api", "--after", "db,casche", LIVES);
        assertEquals(3, told.code());
        assertTrue(told.err().contains("no process or service 'casche'"), told.err());
        assertTrue(told.err().contains("did you mean 'cache'"), told.err());
        Desk.Told deep = tell("start", "--name", "api", "--after", "db,cache", LIVES);
        assertEquals(3, deep.code());
        assertTrue(deep.err().contains("cache needs dbx"), deep.err());
        assertEquals(List.of(), desk.names());
    }

    @Test
    void a_wrong_condition_or_name_is_refused() {
        Desk.Told condition = tell("start", "--after", "db:up", LIVES);
        assertEquals(2, condition.code());
        assertTrue(condition.err().contains("'up' is none of ready, started, completed"), condition.err());
        assertEquals(2, tell("start", "--after", "", LIVES).code());
        assertEquals(2, tell("start", "--after", "a b", LIVES).code());
        Desk.Told field = tell("service", "add", "s", "--after", "db:up", "sleep", "40");
        assertEquals(2, field.code());
    }

    @Test
    void what_is_needed_and_fails_stops_the_chain_with_its_reason() {
        ok("service", "add", "db", "echo no disk >&2; exit 3");
        ok("service", "add", "cache", "--after", "db", "sleep", "41");
        Desk.Told told = tell("start", "--name", "api", "--after", "cache", LIVES);
        assertEquals(1, told.code());
        assertTrue(
                told.err()
                        .contains("api (ID 2) did not start: cache (ID 1), which it needs, did not start: db (ID 0),"
                                + " which it needs, failed: exit code 3"),
                told.err());
        assertTrue(told.err().contains("tsm logs db"), told.err());
        for (String name : List.of("cache", "api")) {
            assertEquals(Status.ERRORED, status(name));
            assertNull(run(name).identity());
        }
        Desk.Told why = tell("why", "api");
        assertTrue(why.out().contains("not executed: cache (ID 1), which it needs, did not start"), why.out());
    }

    @Test
    void what_is_needed_and_was_stopped_while_it_was_waited_for_stops_the_chain() throws Exception {
        ok("start", "--name", "slow", "--no-wait", "while :; do sleep 0.05; done");
        CompletableFuture<Desk.Told> api = begin("start", "--name", "api", "--after", "slow:completed", LIVES);
        await("api", Status.STARTING);
        ok("stop", "slow");
        Desk.Told told = end(api);
        assertEquals(1, told.code());
        assertTrue(told.err().contains("slow (ID 0), which it needs, is stopped"), told.err());
    }

    @Test
    void a_wait_is_shown_bounded_and_ended_by_a_stop() throws Exception {
        ok("start", "--name", "slow", LIVES);
        Desk.Told late = tell("start", "--name", "api", "--timeout", "200ms", "--after", "slow:completed", LIVES);
        assertEquals(5, late.code());
        assertTrue(late.err().contains("api (ID 1) waits, as slow (ID 0) has not ended yet"), late.err());
        assertEquals(Status.STARTING, status("api"));
        assertTrue(tell("why", "api").out().contains("it waits, as slow (ID 0) has not ended yet"));
        assertTrue(tell("info", "api").out().contains("slow:completed"));
        assertTrue(tell("events", "api").out().contains("waits, as slow (ID 0) has not ended yet"));
        ok("stop", "api");
        assertEquals(Status.STOPPED, status("api"));
        assertNull(run("api").identity());
        Desk.Told noted = tell("start", "--no-wait", "api");
        assertEquals(0, noted.code());
        assertTrue(noted.err().contains("api waits, as slow"), noted.err());
        ok("stop", "api");
        CompletableFuture<Desk.Told> stopped = begin("start", "--timeout", "1m", "api");
        await("api", Status.STARTING);
        ok("stop", "api");
        assertEquals(1, end(stopped).code());
        assertNull(run("api").identity());
    }

    @Test
    void all_is_stopped_in_reverse_order() {
        ok("start", "--name", "db", LIVES);
        ok(
                "start",
                "--name",
                "cache",
                "--after",
                "db",
                "sh",
                "-c",
                "trap 'sleep 0.2; exit' TERM; while :; do sleep 0.02; done");
        ok(
                "start",
                "--name",
                "api",
                "--after",
                "cache",
                "sh",
                "-c",
                "trap 'sleep 0.2; exit' TERM; while :; do sleep 0.02; done");
        ok("stop", "all");
        ManagedProcess api = desk.process("api");
        assertTrue(ended("cache").isAfter(Objects.requireNonNull(api.stoppedAt()))
                || ended("cache").equals(api.stoppedAt()));
        assertTrue(!ended("db")
                .isBefore(Objects.requireNonNull(desk.process("cache").stoppedAt())));
    }

    private Instant ended(String name) {
        return Objects.requireNonNull(run(name).endedAt());
    }

    @Test
    void what_needs_something_that_does_not_get_ready_is_told_why() {
        ok(
                "start",
                "--no-wait",
                "--name",
                "db",
                "--restart",
                "no",
                "--ready-exec",
                "exit 7",
                "--start-timeout",
                "1s",
                LIVES);
        Desk.Told told = tell("start", "--name", "api", "--after", "db", LIVES);
        assertEquals(1, told.code());
        assertTrue(
                told.err().contains("db (ID 0), which it needs, was not ready in time: exec exit 7: exit code 7"),
                told.err());
    }

    @Test
    void a_stop_of_what_another_waits_for_says_that_it_does_not_start() {
        ok("start", "--no-wait", "--name", "db", "--ready-exec", "false", LIVES);
        ok("start", "--no-wait", "--name", "api", "--after", "db", LIVES);
        Desk.Told told = tell("stop", "db");
        assertTrue(told.err().contains("db: api waited for it, and does not start"), told.err());
        assertFalse(told.err().contains("goes on"), told.err());
        Await.until("it fails", SOON, () -> status("api") == Status.ERRORED);
    }

    @Test
    void a_stop_of_what_others_need_names_them_and_can_take_them_along() {
        ok("start", "--name", "db", LIVES);
        ok("start", "--name", "cache", "--after", "db", LIVES);
        ok("start", "--name", "api", "--after", "cache", LIVES);
        Desk.Told told = tell("stop", "db");
        assertTrue(told.err().contains("db: cache needs it, and goes on without it"), told.err());
        assertEquals(Status.ONLINE, status("cache"));
        ok("start", "db");
        ok("stop", "db", "--with-dependents");
        assertEquals(
                List.of(Status.STOPPED, Status.STOPPED, Status.STOPPED),
                List.of(status("db"), status("cache"), status("api")));
        ok("start", "api");
        long before = run("api").key();
        ok("restart", "db", "--with-dependents");
        assertTrue(run("api").key() > before);
        assertTrue(
                !started("api").isBefore(started("cache")) && !started("cache").isBefore(started("db")));
    }
}
