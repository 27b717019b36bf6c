package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.tetra.tsm.engine.Hooks;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Hook;
import dev.tetra.tsm.model.HookRow;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --on} and {@code tsm hook}: commands and URLs that are told of events. */
class HooksTest {
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private String text(String file) throws IOException {
        Path path = folder.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    @Test
    void a_command_gets_the_event_and_the_process_as_json_and_as_variables() {
        try (Desk desk = new Desk(folder)) {
            desk.engine.hooks().start();
            String command = "cat >>" + folder + "/body; echo \"$TSM_EVENT $TSM_NAME $TSM_EXIT_CODE $MINE\" >>" + folder
                    + "/variables";
            Desk.Told told = desk.tell(
                    "start",
                    "--name",
                    "short",
                    "--no-wait",
                    "-e",
                    "MINE=own",
                    "--restart",
                    "no",
                    "--on",
                    "exit,errored=" + command,
                    "sleep 0.1; exit 7");
            assertEquals(0, told.code(), told.err());
            Await.until("both were told", SOON, () -> text("variables").lines().count() == 2);
            assertEquals("exit short 7 own\ngiveup short 7 own\n", text("variables"));
            assertTrue(
                    text("body").contains("\"event\":\"exit\"") && text("body").contains("\"exitCode\":7"),
                    text("body"));
            Await.until(
                    "it is counted",
                    SOON,
                    () -> desk.engine.hooks().all().getFirst().delivered() == 2);
            assertTrue(desk.tell("hook", "list").out().contains("short"));
            desk.engine.hooks().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void hooks_are_added_tested_removed_and_wrong_ones_refused() throws IOException {
        try (Desk desk = new Desk(folder)) {
            assertEquals(0, desk.tell("hook", "add", "cat >" + folder + "/body").code());
            assertEquals(0, desk.tell("hook", "test", "1").code());
            assertTrue(text("body").contains("a test of the hook by anna"));
            assertEquals(
                    0,
                    desk.tell("hook", "add", "echo no >&2; exit 3", "--on", "all")
                            .code());
            Desk.Told failed = desk.tell("hook", "test", "2");
            assertEquals(1, failed.code());
            assertTrue(failed.err().contains("exit code 3: no"), failed.err());
            assertEquals(0, desk.tell("hook", "rm", "2").code());
            assertEquals(3, desk.tell("hook", "rm", "2").code());
            assertEquals(3, desk.tell("hook", "add", "true", "nobody").code());
            assertEquals(2, desk.tell("hook", "add", "http://", "--on", "exit").code());
            Desk.Told word = desk.tell("hook", "add", "true", "--on", "exits");
            assertEquals(2, word.code());
            assertTrue(word.err().contains("'exits' is no event"), word.err());
            assertEquals(2, desk.tell("start", "--on", "exit", "sleep", "1").code());
            assertEquals(
                    0,
                    desk.tell("hook", "add", "https://me:secret@example.org/x").code());
            assertFalse(desk.tell("hook", "list", "--json").out().contains("secret"));
        }
    }

    @Test
    void the_end_of_a_run_is_told_with_its_exit_code_also_when_the_next_one_has_begun() throws IOException {
        try (Desk desk = new Desk(folder)) {
            desk.engine.hooks().start();
            String command = "cat >>" + folder + "/body; echo \"$TSM_EVENT $TSM_EXIT_CODE\" >>" + folder + "/codes";
            String program =
                    "[ -e " + folder + "/second ] && exec sleep 600; touch " + folder + "/second; sleep 0.3; exit 42";
            Desk.Told told = desk.tell("start", "--name", "short", "--on", "exit=" + command, program);
            assertEquals(0, told.code(), told.err());
            Await.until("it was told", SOON, () -> text("codes").lines().count() == 1);
            assertEquals("exit 42\n", text("codes"));
            assertTrue(text("body").contains("\"exitCode\":42"), text("body"));
            desk.engine.hooks().close();
        }
    }

    @Test
    void the_last_events_of_what_is_deleted_are_told_those_of_its_namespace_too() throws IOException {
        try (Desk desk = new Desk(folder)) {
            desk.engine.hooks().start();
            String write = "echo \"$TSM_MESSAGE\" >>" + folder + "/";
            desk.tell("hook", "add", write + "all", "-n", "shop", "--on", "config");
            desk.tell("hook", "add", write + "others", "-n", "other", "--on", "config");
            desk.tell("start", "--name", "q", "-n", "shop", "--on", "config=" + write + "own", "sleep 600");
            assertEquals(0, desk.tell("delete", "q").code());
            Await.until(
                    "both were told",
                    SOON,
                    () -> text("own").contains("deleted by") && text("all").contains("deleted by"));
            assertEquals("", text("others"));
            desk.engine.hooks().close();
        }
    }

    @Test
    void a_hook_that_was_removed_is_told_nothing_more() throws IOException {
        try (Desk desk = new Desk(folder)) {
            desk.engine.hooks().start();
            desk.tell(
                    "hook",
                    "add",
                    "echo x >>" + folder + "/told; while [ ! -e " + folder + "/go ]; do sleep 0.05; done");
            for (int i = 0; i < 3; i++) {
                desk.store.run(tx -> tx.journal().event(EventKind.EXIT, 1, "gone", null, Origin.PROCESS, "over"));
            }
            Await.until("it is being told", SOON, () -> !text("told").isEmpty());
            assertEquals(0, desk.tell("hook", "rm", "1").code());
            Files.createFile(folder.resolve("go"));
            // Events are dispatched in order, so that one for another hook would come after the rest.
            desk.tell("hook", "add", "touch " + folder + "/last");
            desk.store.run(tx -> tx.journal().event(EventKind.EXIT, 1, "gone", null, Origin.PROCESS, "over"));
            Await.until("the other is told", SOON, () -> Files.exists(folder.resolve("last")));
            assertEquals("x\n", text("told"));
            desk.engine.hooks().close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http:///x",
                "http://127.0.0.1:99999/x",
                "http://127.0.0.1:0/x",
                "http:/127.0.0.1/x",
                "ftp://host/x",
                "htp://host/x"
            })
    void what_is_no_url_of_http_is_refused_before_anything_is_told(String url) throws IOException {
        try (Desk desk = new Desk(folder)) {
            assertEquals(2, desk.tell("hook", "add", url).code());
            Desk.Told start = desk.tell("start", "--on", "exit=" + url, "sleep 600");
            assertEquals(2, start.code(), start.err());
            assertEquals(0, desk.tell("hook", "add", "http://my_host:8080/ä").code());
            assertEquals(2, desk.tell("hook", "add", "true", "-n", "bad ns!").code());
            assertEquals(1, desk.engine.hooks().all().size());
        }
    }

    @Test
    void a_burst_of_events_is_told_whole_from_before_the_start_on_with_name_and_password() throws Exception {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            seen.add(exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + exchange.getRequestURI().getRawPath());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try (Host host = Hosts.forThisMachine();
                Store store = Store.open(folder, new BuildInfo("0.1.0", "0.1.0+1"), Clock.systemUTC());
                Hooks hooks = new Hooks(store, host, Clock.systemUTC())) {
            String url = "http://me:a%2Bb@127.0.0.1:" + server.getAddress().getPort() + "/\u00e4";
            store.run(tx -> tx.hooks().add(new Hook(Hook.events("daemon"), url), List.of(), null, "/", ""));
            hooks.listen();
            for (int i = 0; i < 700; i++) {
                store.run(tx -> tx.journal().daemonEvent("one"));
            }
            hooks.start();
            Await.until("all were told", SOON, () -> url(hooks).delivered() == 700);
            assertEquals(700, seen.size());
            assertEquals(
                    "Basic " + Base64.getEncoder().encodeToString("me:a+b".getBytes(StandardCharsets.UTF_8))
                            + " /%C3%A4",
                    seen.peek());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void a_server_that_answers_byte_by_byte_has_five_seconds_in_all() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
                Host host = Hosts.forThisMachine();
                Store store = Store.open(folder, new BuildInfo("0.1.0", "0.1.0+1"), Clock.systemUTC());
                Hooks hooks = new Hooks(store, host, Clock.systemUTC(), List.of())) {
            CountDownLatch closed = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> {
                try (Socket connection = server.accept()) {
                    connection.getOutputStream().write("HTTP/1.1 200 OK\r\nSlow: ".getBytes(StandardCharsets.UTF_8));
                    while (true) {
                        connection.getOutputStream().write('H');
                        // The pace of the server, well within the time of one read.
                        Thread.sleep(100);
                    }
                } catch (IOException e) {
                    closed.countDown();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
            store.run(tx -> tx.hooks().add(new Hook(Hook.events("daemon"), url), List.of(), null, "/", ""));
            hooks.start();
            store.run(tx -> tx.journal().daemonEvent("one"));
            Await.until("it was given up", SOON, () -> url(hooks).failed() == 1);
            assertEquals("no answer within 5 s", url(hooks).lastResult());
            assertTrue(closed.await(SOON.toSeconds(), TimeUnit.SECONDS), "the connection stays open");
        }
    }

    @Test
    void a_url_is_tried_again_on_500_and_given_up_and_a_hook_that_hangs_delays_nothing() throws Exception {
        AtomicInteger answer = new AtomicInteger(500);
        Queue<String> bodies = new ConcurrentLinkedQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/x", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(answer.get(), -1);
            exchange.close();
        });
        server.start();
        try (Host host = Hosts.forThisMachine();
                Store store = Store.open(folder, new BuildInfo("0.1.0", "0.1.0+1"), Clock.systemUTC());
                Hooks hooks = new Hooks(
                        store, host, Clock.systemUTC(), List.of(Duration.ofMillis(5), Duration.ofMillis(5)))) {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/x";
            store.run(tx -> {
                tx.hooks().add(new Hook(Hook.events("daemon"), "exec sleep 20"), List.of(), null, "/", "/usr/bin:/bin");
                tx.hooks().add(new Hook(Hook.events("all"), url), List.of(), null, "/", "");
            });
            hooks.start();
            store.run(tx -> tx.journal().daemonEvent("first"));
            Await.until("it was given up", SOON, () -> url(hooks).failed() == 1);
            assertEquals(3, bodies.size());
            assertEquals("HTTP 500, after 3 tries", url(hooks).lastResult());
            answer.set(204);
            store.run(tx -> tx.journal().event(EventKind.EXIT, 1, "gone", null, Origin.PROCESS, "second"));
            Await.until("it was told", SOON, () -> url(hooks).delivered() == 1);
            // Of what came of it before it was not told itself.
            assertEquals(4, bodies.size());
            assertTrue(bodies.stream().anyMatch(body -> body.contains("\"message\":\"second\"")));
        } finally {
            server.stop(0);
        }
    }

    private static HookRow url(Hooks hooks) {
        return hooks.all().getLast();
    }
}
