package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reloads under load, with real servers and a client that opens a connection for each request. */
@Timeout(120)
class ReloadIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String NODE = """
            const http = require('http');
            http.createServer((request, response) => response.end('hello')).listen(process.env.PORT);
            """;
    private static final String PYTHON = """
            import os, select, signal, socket, threading
            server = socket.socket(fileno=3)
            server.setblocking(False)
            ending = threading.Event()
            signal.signal(signal.SIGTERM, lambda *_: ending.set())
            def answer(client):
                with client:
                    client.recv(65536)
                    client.sendall(b'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 5\\r\\n\\r\\nhello')
            threads = []
            while not ending.is_set():
                if select.select([server], [], [], 0.05)[0]:
                    try:
                        client, _ = server.accept()
                    except BlockingIOError:
                        continue
                    client.setblocking(True)
                    threads.append(threading.Thread(target=answer, args=(client,)))
                    threads[-1].start()
            server.close()
            for thread in threads:
                thread.join()
            """;
    /** Asks until its stdin is closed; prints how many answers there were, and every error. */
    private static final String CLIENT = """
            import socket, sys, threading
            over = threading.Event()
            answers, errors = [0, 0], []
            def ask(me):
                while not over.is_set():
                    try:
                        with socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10) as s:
                            s.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n')
                            said = b''
                            while True:
                                more = s.recv(65536)
                                if not more:
                                    break
                                said += more
                        if said.endswith(b'hello'):
                            answers[me] += 1
                        else:
                            errors.append(repr(said))
                    except OSError as e:
                        errors.append(repr(e))
            threads = [threading.Thread(target=ask, args=(me,)) for me in range(2)]
            for thread in threads:
                thread.start()
            sys.stdin.read()
            over.set()
            for thread in threads:
                thread.join()
            print(sum(answers), len(errors), errors[:3])
            """;

    private TsmHome tsm;
    private int port;

    @BeforeEach
    void open() throws IOException {
        tsm = TsmHome.create();
        port = OwnPort.free();
    }

    @AfterEach
    void close() throws IOException {
        tsm.tsm("daemon", "stop", "--all");
        tsm.close();
    }

    private interface Steps {
        void run() throws Exception;
    }

    /** Does it while clients ask, none of whom may be refused or cut off. */
    private void underLoad(Steps steps) throws Exception {
        Process client = tsm.start(List.of("python3", "-c", CLIENT, Integer.toString(port)));
        steps.run();
        client.getOutputStream().close();
        String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(client.waitFor(20, TimeUnit.SECONDS));
        String[] counts = said.split(" ", 3);
        assertTrue(Integer.parseInt(counts[0]) > 0, said);
        assertEquals("0", counts[1], said);
    }

    private void serves() {
        Await.until(
                "it answers",
                SOON,
                () -> tsm.run(
                                        List.of(
                                                "python3",
                                                "-c",
                                                "import socket; socket.create_connection(('127.0.0.1', " + port
                                                        + "), 1)"),
                                        new byte[0])
                                .code()
                        == 0);
    }

    private long pid(String name) {
        return Long.parseLong(shownPid(name));
    }

    private String shownPid(String name) {
        return tsm.tsm("list", "all", "--filter", "name=" + name, "--format", "{pid}")
                .expect(0)
                .out()
                .strip();
    }

    @Test
    void six_reloads_of_plain_node_and_of_python_refuse_and_reset_no_connection() throws Exception {
        for (String program : List.of("app.js", "app.py")) {
            Files.writeString(tsm.work().resolve(program), program.endsWith("js") ? NODE : PYTHON);
            tsm.tsm("start", "--name", "web", "-i", "2", "--listen", "127.0.0.1:" + port, program)
                    .expect(0);
            serves();
            underLoad(() -> {
                for (int i = 0; i < 3; i++) {
                    tsm.tsm("reload", "web").expect(0);
                }
            });
            tsm.tsm("delete", "web").expect(0);
        }
    }

    @Test
    void a_version_that_does_not_start_leaves_the_old_one_serving() throws Exception {
        Files.writeString(tsm.work().resolve("app.js"), NODE);
        tsm.tsm("start", "--name", "web", "--exact-name", "--listen", "127.0.0.1:" + port, "app.js")
                .expect(0);
        serves();
        long before = pid("web");
        underLoad(() -> {
            Files.writeString(tsm.work().resolve("app.js"), "process.exit(3)");
            Result told = tsm.tsm("reload", "web").expect(1);
            assertTrue(told.err().contains("the old one goes on"), told.err());
        });
        assertEquals(before, pid("web"));
    }

    /** The new run of a reload that is under way, once it was executed. */
    private OptionalLong candidate() {
        return tsm.tsm("sql", "--csv", "SELECT pid FROM runs WHERE cause = 'reload' AND ended_at IS NULL")
                .expect(0)
                .out()
                .lines()
                .skip(1)
                .filter(line -> !line.isBlank())
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private void assertShown(long pid) {
        String shown = tsm.tsm("list", "all", "--format", "{pid} {memoryBytes} {cpuPercent} {uptimeMs}")
                .expect(0)
                .out()
                .strip();
        assertTrue(shown.matches(pid + " [1-9]\\d+ [\\d.]+ \\d+"), shown);
        assertTrue(
                tsm.tsm("sql", "--csv", "SELECT pid FROM processes")
                        .expect(0)
                        .out()
                        .contains(Long.toString(pid)),
                "in SQL too");
    }

    @Test
    void until_the_new_run_has_taken_over_the_old_one_is_shown_with_what_it_uses() throws Exception {
        Files.writeString(tsm.work().resolve("app.py"), PYTHON);
        String prepare = "while test -e slow; do sleep 0.05; done";
        tsm.tsm(
                        "start",
                        "--name",
                        "web",
                        "--exact-name",
                        "--listen",
                        "127.0.0.1:" + port,
                        "--min-uptime",
                        "1h",
                        "--pre-start",
                        prepare,
                        "app.py")
                .expect(0);
        serves();
        long before = pid("web");
        Path slow = Files.createFile(tsm.work().resolve("slow"));
        Process reload = tsm.start(List.of(tsm.launcher().toString(), "reload", "web"));
        Await.until(
                "it is prepared",
                SOON,
                () -> shown("status").equals("starting")
                        && tsm.tsm("events", "web").expect(0).out().contains("reload asked"));
        assertTrue(candidate().isEmpty());
        assertShown(before);

        Files.delete(slow);
        Await.until("the new run is there", SOON, () -> candidate().isPresent());
        assertShown(before);
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        assertTrue(reload.waitFor(60, TimeUnit.SECONDS));
        assertShown(candidate().orElseThrow());
    }

    private String shown(String field) {
        return tsm.tsm("list", "all", "--format", "{" + field + "}")
                .expect(0)
                .out()
                .strip();
    }

    @Test
    void a_version_that_accepts_nothing_leaves_the_old_one_serving_although_a_probe_by_http_is_answered()
            throws Exception {
        Files.writeString(tsm.work().resolve("app.py"), PYTHON);
        tsm.tsm(
                        "start",
                        "--name",
                        "web",
                        "--exact-name",
                        "--listen",
                        "127.0.0.1:" + port,
                        "--ready-http",
                        "/",
                        "--start-timeout",
                        "3s",
                        "app.py")
                .expect(0);
        long before = pid("web");
        underLoad(() -> {
            Files.writeString(tsm.work().resolve("app.py"), "import time; time.sleep(1000)");
            Result told = tsm.tsm("reload", "web").expect(1);
            assertTrue(told.err().contains("another run answers"), told.err());
            assertEquals(before, pid("web"));
            Files.writeString(tsm.work().resolve("app.py"), PYTHON);
            tsm.tsm("reload", "web").expect(0);
        });
        assertNotEquals(before, pid("web"));
    }

    @Test
    void what_dies_soon_after_it_was_executed_has_not_replaced_the_old_one() throws Exception {
        String dying = "import os, time\nif os.path.exists('bad'):\n    time.sleep(0.3)\n    os._exit(3)\n";
        Files.writeString(tsm.work().resolve("app.py"), dying + PYTHON);
        tsm.tsm("start", "--name", "web", "--exact-name", "--listen", "127.0.0.1:" + port, "app.py")
                .expect(0);
        serves();
        long before = pid("web");
        Path bad = Files.createFile(tsm.work().resolve("bad"));
        underLoad(() -> {
            Result told = tsm.tsm("reload", "web").expect(1);
            assertTrue(told.err().contains("exit code 3"), told.err());
            assertTrue(told.err().contains("the old one goes on as pid " + before), told.err());
            assertEquals(before, pid("web"));
            Files.delete(bad);
            tsm.tsm("reload", "web").expect(0);
        });
        assertNotEquals(before, pid("web"));
    }

    @Test
    void a_daemon_killed_in_a_reload_and_between_two_loses_no_connection() throws Exception {
        Files.writeString(tsm.work().resolve("app.js"), NODE);
        tsm.tsm("start", "--name", "web", "--exact-name", "--listen", "127.0.0.1:" + port, "app.js")
                .expect(0);
        serves();
        long before = pid("web");
        underLoad(() -> {
            Files.writeString(tsm.work().resolve("app.js"), "setTimeout(() => 0, 1e6)");
            Process reload = tsm.start(List.of(tsm.launcher().toString(), "reload", "web"));
            Await.until("the new run is there", SOON, () -> candidate().isPresent());
            long candidate = candidate().orElseThrow();
            ProcessHandle.of(tsm.daemonPid()).orElseThrow().destroyForcibly();
            assertTrue(reload.waitFor(60, TimeUnit.SECONDS));
            assertEquals(before, pid("web"));
            Await.until(
                    "the new run is ended",
                    SOON,
                    () -> ProcessHandle.of(candidate)
                            .filter(ProcessHandle::isAlive)
                            .isEmpty());
            Files.writeString(tsm.work().resolve("app.js"), NODE);
            tsm.tsm("reload", "web").expect(0);
            ProcessHandle.of(tsm.daemonPid()).orElseThrow().destroyForcibly();
            tsm.tsm("reload", "web").expect(0);
        });
        assertNotEquals(before, pid("web"));
    }
}
