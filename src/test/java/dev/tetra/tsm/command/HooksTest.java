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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
