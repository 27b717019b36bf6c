package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.e2e.Witnesses.Listed;
import dev.tetra.tsm.e2e.Witnesses.Living;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Daemons, terminals and parents come and go; processes stay. */
@Timeout(180)
class DaemonRecoveryIT {
    private static final int MANY = 40;

    private Witnesses machine;

    @BeforeEach
    void home() throws IOException {
        machine = new Witnesses();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        machine.close();
    }

    /** Asks a server for its page, again and again, until it is closed. */
    private static final class Visitor implements AutoCloseable {
        private final int port;
        private final AtomicInteger answers = new AtomicInteger();
        private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;

        Visitor(int port) {
            this.port = port;
            this.thread = Thread.ofPlatform().start(this::visit);
        }

        private void visit() {
            while (!over.get() && failure.get() == null) {
                try {
                    get(port);
                    answers.incrementAndGet();
                } catch (IOException e) {
                    failure.set(e);
                }
            }
        }

        void awaitMore(int more) {
            int from = answers.get();
            Await.until("answers", Witnesses.SOON, () -> answers.get() >= from + more || failure.get() != null);
        }

        @Override
        public void close() {
            over.set(true);
            Await.until("the visitor left", Witnesses.SOON, () -> !thread.isAlive());
            assertEquals(null, failure.get(), () -> "after " + answers.get() + " answers");
        }
    }

    private static void get(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (!answer.startsWith("HTTP/1.0 200")) {
                throw new IOException("answered: " + answer);
            }
        }
    }

    private Listed server() {
        machine.tsm("start", "--wait", "python3", "-m", "http.server", "--bind", "127.0.0.1")
                .expect(0);
        Listed server = machine.list().getFirst();
        assertTrue(server.port() > 0, server::toString);
        return server;
    }

    @Test
    void the_death_of_the_daemon_changes_nothing() throws Exception {
        Listed server = server();
        try (Visitor visitor = new Visitor(server.port())) {
            for (int i = 0; i < 3; i++) {
                machine.killDaemon();
                visitor.awaitMore(5);
                assertEquals(List.of(server), machine.list());
                visitor.awaitMore(5);
            }
        }
        machine.invariants().audit();
    }

    @Test
    void a_replaced_daemon_keeps_its_pid_its_children_and_learns_how_they_end() throws Exception {
        Listed server = server();
        machine.start("ends", "plain", "--restart", "no").expect(0);
        Listed ends = machine.listed("ends").orElseThrow();
        long daemon = machine.home().daemonPid();
        try (Visitor visitor = new Visitor(server.port())) {
            machine.tsm("daemon", "restart").expect(0);
            assertEquals(daemon, machine.home().daemonPid());
            visitor.awaitMore(5);
            assertTrue(machine.list().contains(server), () -> machine.list().toString());
        }
        assertFalse(
                Files.readAllLines(machine.home().home().resolve("daemon.log")).contains("ready"),
                "nobody waits for it");
        machine.living(ends.id()).forEach(Living::kill);
        Await.until(
                "its end is known",
                Witnesses.SOON,
                () -> machine.listed("ends").orElseThrow().status().equals("errored"));
        String how = machine.tsm("list", "all", "--json").expect(0).out();
        assertTrue(how.contains("\"exitSignal\": \"KILL\""), how);
    }

    @Test
    void once_a_stop_has_returned_the_daemon_has_left_the_home_whole() throws Exception {
        Path home = machine.home().home();
        for (int i = 0; i < 5; i++) {
            machine.tsm("list").expect(0);
            machine.tsm("daemon", "stop").expect(0);
            assertFalse(Files.exists(home.resolve("control")), "the control file is there still");
            try (FileChannel database = FileChannel.open(home.resolve("tsm.mv.db"), StandardOpenOption.WRITE);
                    FileLock lock = database.tryLock()) {
                assertNotNull(lock, "the database is open still");
            }
        }
    }

    @Test
    void forty_starts_at_once_get_forty_ids_names_and_ports_and_forty_stops_end_them() throws Exception {
        List<Result> starts = atOnce(
                i -> machine.tsm("start", "--name", "web" + i, "python3", "-m", "http.server", "--bind", "127.0.0.1"));
        starts.forEach(result -> result.expect(0));
        List<Listed> all = machine.invariants().settled();
        assertEquals(MANY, all.size());
        assertEquals(MANY, all.stream().map(Listed::id).distinct().count());
        assertEquals(MANY, all.stream().map(Listed::name).distinct().count());
        assertEquals(MANY, all.stream().map(Listed::port).distinct().count());
        assertEquals(Set.of("online"), all.stream().map(Listed::status).collect(Collectors.toSet()));
        for (Listed server : all) {
            Await.until("port " + server.port() + " answers", Witnesses.SOON, () -> answers(server.port()));
        }
        atOnce(i -> machine.tsm("stop", all.get(i).name())).forEach(result -> result.expect(0));
        assertEquals(List.of(), machine.living());
        assertEquals(
                Set.of("stopped"), machine.list().stream().map(Listed::status).collect(Collectors.toSet()));
        assertEquals(
                all.size(),
                new HashSet<>(machine.list().stream().map(Listed::port).toList()).size());
    }

    private static boolean answers(int port) {
        try {
            get(port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Result> atOnce(IntFunction<Result> call) throws Exception {
        try (ExecutorService clients = Executors.newFixedThreadPool(MANY)) {
            List<Future<Result>> calls = IntStream.range(0, MANY)
                    .mapToObj(i -> clients.submit(() -> call.apply(i)))
                    .toList();
            List<Result> results = new ArrayList<>();
            for (Future<Result> one : calls) {
                results.add(one.get(120, TimeUnit.SECONDS));
            }
            return results;
        }
    }

    @Test
    void a_closed_terminal_takes_neither_its_processes_nor_the_daemon_along() throws Exception {
        Path work = machine.home().work();
        // An interactive shell in a terminal of its own; then its window is closed: the other end goes away.
        Files.writeString(work.resolve("terminal.py"), """
                import os, pty, sys, time
                pid, terminal = pty.fork()
                if pid == 0:
                    os.execvp('bash', ['bash', '--norc', '-i'])
                os.write(terminal, (sys.argv[1] + ' && echo done > shell.done\\n').encode())
                while not os.path.exists('shell.done'):
                    os.read(terminal, 65536)
                os.close(terminal)
                os.waitpid(pid, 0)
                """);
        String start = machine.home().launcher() + " start --name it bash " + work.resolve("witness") + " family";
        machine.home()
                .run(List.of("python3", "terminal.py", start), new byte[0])
                .expect(0);
        long daemon = machine.home().daemonPid();
        Listed it = machine.listed("it").orElseThrow();
        assertEquals(daemon, machine.home().daemonPid());
        assertEquals("online", it.status());
        assertEquals(3, machine.living(it.id()).size());
        assertEquals(1, machine.runsOf("it"));
    }

    @Test
    void what_ignores_the_signal_and_has_left_its_group_is_gone_within_the_kill_timeout_and_a_second()
            throws IOException {
        Files.writeString(machine.home().work().resolve("deaf"), """
                trap '' TERM HUP INT
                setsid bash -c 'sleep 100000 & setsid sleep 100000 & wait; sleep 100000' &
                bash -c 'set -m; sleep 100000 & (sleep 100000 & exec setsid sleep 100000) & wait; sleep 100000' &
                while :; do sleep 100000; done
                """);
        machine.tsm("start", "--name", "deaf", "bash", "deaf").expect(0);
        Listed deaf = machine.listed("deaf").orElseThrow();
        Await.until(
                "all of it runs",
                Witnesses.SOON,
                () -> machine.living(deaf.id()).size() >= 9);
        long began = System.nanoTime();
        machine.tsm("stop", "--kill-timeout", "2s", "deaf").expect(0);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertEquals(List.of(), machine.living());
        assertTrue(took.compareTo(Duration.ofSeconds(3)) < 0, () -> "it took " + took);
    }

    @Test
    void a_daemon_that_was_started_from_a_managed_process_is_not_stopped_with_it() throws Exception {
        try (Witnesses inner = new Witnesses()) {
            Files.writeString(machine.home().work().resolve("nest"), """
                    TSM_DIR=%s %s start --name nested bash %s plain || exit 1
                    exec sleep 100000
                    """.formatted(
                            inner.home().home(),
                            inner.home().launcher(),
                            inner.home().work().resolve("witness")));
            machine.tsm("start", "--name", "nest", "bash", "nest").expect(0);
            Await.until("the nested one runs", Witnesses.SOON, () -> inner.runsOf("nested") == 1);
            // Perhaps the start that began the daemon has not returned yet.
            long daemon = inner.home().daemonPid();
            assertNotEquals(daemon, machine.home().daemonPid());
            machine.tsm("stop", "nest").expect(0);
            assertEquals(List.of(), machine.living());
            assertEquals(daemon, inner.home().daemonPid());
            assertEquals(
                    inner.runs().getFirst().pid(),
                    inner.invariants().settled().getFirst().pid());
        }
    }
}
