package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The doctor, with real processes. */
class DoctorIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome tsm;

    @BeforeEach
    void open() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void close() throws IOException {
        tsm.close();
    }

    private void server(int port) {
        tsm.tsm(
                        "start",
                        "--name",
                        "web",
                        "--exact-name",
                        "python3",
                        "-m",
                        "http.server",
                        "--bind",
                        "127.0.0.1",
                        "" + port)
                .expect(0);
        Await.until("it listens", SOON, () -> tsm.tsm("ports").out().contains("tcp 127.0.0.1"));
    }

    private long pid(String name) {
        return Long.parseLong(tsm.tsm("list", "--filter", "name=" + name, "--format", "{pid}")
                .expect(0)
                .out()
                .strip());
    }

    @Test
    void a_port_is_said_to_be_free_ours_or_a_strangers() throws IOException {
        int free = OwnPort.free();
        assertTrue(tsm.tsm("doctor", "port", "" + free).expect(0).out().contains("Port " + free + " is free"));
        server(free);
        String ours = tsm.tsm("doctor", "port", "" + free).expect(0).out();
        assertTrue(ours.contains("PID:     " + pid("web")), ours);
        assertTrue(ours.contains("This is a TSM-managed process: web (ID 0)"), ours);
        try (OwnPort foreign = OwnPort.taken()) {
            String theirs =
                    tsm.tsm("doctor", "port", "" + foreign.number()).expect(0).out();
            assertTrue(theirs.contains("This is NOT a TSM-managed process"), theirs);
            assertTrue(theirs.contains("PID:     " + ProcessHandle.current().pid()), theirs);
        }
        String survey = tsm.tsm("doctor").expect(0).out();
        assertTrue(survey.startsWith(" PORT  STATUS") || survey.startsWith("PORT  STATUS"), survey);
        assertTrue(survey.matches("(?s).*" + free + "  USED +TSM +" + pid("web") + "  web: python3.*"), survey);
        tsm.tsm("stop", "web").expect(0);
        assertTrue(tsm.tsm("doctor").out().contains("reserved for web, which is stopped"));
        assertTrue(tsm.tsm("doctor", "port", "" + free).out().contains("tsm restart web"));
        tsm.tsm("doctor", "port", "70000").expect(2);
        tsm.tsm("doctor", "portt", "1").expect(2);
    }

    @Test
    void a_stranger_on_a_port_is_killed_only_after_a_yes() throws Exception {
        int port = OwnPort.free();
        Process stranger = tsm.start(List.of("python3", "-m", "http.server", "--bind", "127.0.0.1", "" + port));
        try {
            Await.until(
                    "it listens",
                    SOON,
                    () -> tsm.tsm("doctor", "port", "" + port).out().contains("is in use"));
            tsm.tsm("doctor", "kill", "" + port).expect(2);
            assertTrue(stranger.isAlive());
            tsm.tsm("doctor", "kill", "" + port, "--yes").expect(0);
            Await.until("it is gone", SOON, () -> !stranger.isAlive());
            tsm.tsm("doctor", "kill", "" + port, "--yes").expect(3);
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void a_port_that_is_reserved_and_taken_by_another_is_flagged() throws Exception {
        int port = OwnPort.free();
        tsm.tsm("start", "--name", "quiet", "--exact-name", "--port", "" + port, "sleep", "60")
                .expect(0);
        tsm.tsm("doctor", "clean").expect(0);
        Process stranger = tsm.start(List.of("python3", "-m", "http.server", "--bind", "127.0.0.1", "" + port));
        try {
            Await.until("it listens", SOON, () -> tsm.tsm("doctor").out().contains("TAKEN"));
            String row = tsm.tsm("doctor", "--json").out();
            assertTrue(row.contains("\"managed\": false"), row);
            assertTrue(tsm.tsm("doctor", "port", "" + port).out().contains("NOT a TSM-managed process"));
            assertTrue(
                    tsm.tsm("doctor", "clean", "--aggressive").expect(1).out().contains("TAKEN"));
            assertTrue(tsm.tsm("doctor", "healthcheck").out().contains("is reserved for quiet (ID 0), but pid"));
        } finally {
            stranger.destroyForcibly();
            stranger.waitFor();
        }
    }

    @Test
    void what_is_cleaned_away_are_dead_sockets_and_no_other_files() throws Exception {
        Files.writeString(tsm.work().resolve("worker.sh"), "sleep 600\n");
        tsm.tsm("start", "--name", "worker", "bash", "worker.sh").expect(0);
        Path sockets = tsm.home().resolve("sockets");
        Path dead = sockets.resolve("gone.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(dead));
        }
        Path file = Files.writeString(sockets.resolve("notes.sock"), "mine");
        Path program = Files.writeString(sockets.resolve("notes.sock.app"), "mine");
        Path link = Files.createSymbolicLink(sockets.resolve("link.sock"), file);
        String told = tsm.tsm("doctor", "clean").expect(0).out();
        assertEquals("removed the dead socket " + dead + "\n", told);
        assertFalse(Files.exists(dead));
        assertEquals("mine", Files.readString(file));
        assertEquals("mine", Files.readString(program));
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.exists(sockets.resolve("worker.sock")));
    }

    @Test
    void a_server_of_another_home_is_no_stray() throws Exception {
        int stray = OwnPort.free();
        int theirs = OwnPort.free();
        tsm.tsm("ports", "range", Math.min(stray, theirs) + "-" + Math.max(stray, theirs))
                .expect(0);
        Path other = Files.createDirectory(tsm.work().resolve("other"));
        List<Long> pids =
                List.of(orphaned(stray, "env -u TSM_DIR"), orphaned(theirs, "env TSM_RUN=0123456789 TSM_DIR=" + other));
        try {
            Await.until("both listen", SOON, () -> {
                String used = tsm.tsm("doctor").out();
                return used.contains(stray + "  USED") && used.contains(theirs + "  USED");
            });
            String found = tsm.tsm("doctor", "orphans").expect(0).out();
            assertTrue(found.contains("" + pids.getFirst()), found);
            assertFalse(found.contains("" + pids.getLast()), found);
        } finally {
            pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    /** Starts a server whose parent ends, and returns its pid. */
    private long orphaned(int port, String env) {
        String pid = tsm.bash("setsid " + env + " python3 -m http.server --bind 127.0.0.1 " + port
                        + " </dev/null >/dev/null 2>&1 & echo $!")
                .expect(0)
                .out();
        return Long.parseLong(pid.strip());
    }

    @Test
    void the_healthcheck_passes_and_fails_on_an_open_home() throws IOException {
        String good = tsm.tsm("doctor", "healthcheck").expect(0).out();
        assertTrue(good.contains("[OK] the launcher is of the same build"), good);
        assertTrue(good.contains("which is the newest"), good);
        assertFalse(good.contains("[FAIL]"), good);
        Files.setPosixFilePermissions(tsm.home().resolve("db.secret"), PosixFilePermissions.fromString("rw-r--r--"));
        String bad = tsm.tsm("doctor", "healthcheck").expect(1).out();
        assertTrue(bad.contains("[FAIL] " + tsm.home().resolve("db.secret") + " has mode rw-r--r--"), bad);
        assertTrue(tsm.tsm("doctor", "healthcheck", "--json").expect(1).out().contains("\"ok\": false"));
    }

    private void stopTheDaemon() {
        ProcessHandle daemon = ProcessHandle.of(tsm.daemonPid()).orElseThrow();
        tsm.tsm("daemon", "stop").expect(0);
        Await.until("the daemon is gone", SOON, () -> !daemon.isAlive());
    }

    /** Stops the daemon and takes its database away, as if it had never been. */
    private void loseTheDatabase() throws IOException {
        stopTheDaemon();
        Files.delete(tsm.home().resolve("tsm.mv.db"));
        try (Stream<Path> backups = Files.exists(tsm.home().resolve("backups"))
                ? Files.list(tsm.home().resolve("backups"))
                : Stream.empty()) {
            for (Path backup : backups.toList()) {
                Files.delete(backup);
            }
        }
    }

    @Test
    void a_lost_database_loses_no_process() throws IOException {
        int port = OwnPort.free();
        tsm.tsm("start", "--name", "first", "sleep", "600").expect(0);
        server(port);
        tsm.tsm("delete", "first").expect(0);
        long pid = pid("web");
        loseTheDatabase();
        TsmHome.Result list = tsm.tsm("list").expect(0);
        assertTrue(list.err().contains("the database did not know web (ID 1), which runs as pid " + pid), list.err());
        assertTrue(list.out().matches("(?s).*\n *1  web .* " + pid + "  *" + port + "  port +online .*"), list.out());
        tsm.tsm("restart", "web").expect(0);
        assertTrue(pid("web") != pid);
        Await.until(
                "it listens",
                SOON,
                () -> tsm.tsm("doctor", "port", "" + port).out().contains("TSM-managed"));
        tsm.tsm("stop", "web").expect(0);
        assertTrue(tsm.tsm("doctor", "port", "" + port).out().contains("is reserved for web"));
        assertTrue(tsm.tsm("doctor", "orphans").out().contains("No process that tsm started is untracked"));
    }

    @Test
    void an_older_database_starts_nothing_twice() throws IOException {
        tsm.tsm("start", "--name", "p", "sleep", "600").expect(0);
        stopTheDaemon();
        Path database = tsm.home().resolve("tsm.mv.db");
        Path old = tsm.work().resolve("old.db");
        Files.copy(database, old);
        tsm.tsm("restart", "p").expect(0);
        long pid = pid("p");
        stopTheDaemon();
        Files.delete(database);
        Files.copy(old, database);
        assertEquals(pid, pid("p"));
        assertEquals(1, sleeps());
        String why = tsm.tsm("why", "p").out();
        assertTrue(why.contains("taken back by the daemon"), why);
        assertTrue(why.contains("start asked by"), "its history is lost: " + why);
    }

    private long sleeps() {
        return tsm.processes().stream()
                .filter(p -> p.info().command().orElse("").endsWith("sleep"))
                .count();
    }

    /** Marks every row of a process as deleted, which tsm itself never does to one that runs. */
    private void forgetBehindItsBack() throws Exception {
        stopTheDaemon();
        String password = Files.readAllLines(tsm.home().resolve("db.secret")).getFirst();
        try (Connection connection =
                        DriverManager.getConnection("jdbc:h2:file:" + tsm.home().resolve("tsm"), "TSM", password);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE tsm.process SET deleted_at = CURRENT_TIMESTAMP");
            statement.execute("UPDATE tsm.port_allocation SET released_at = CURRENT_TIMESTAMP");
            statement.execute("SHUTDOWN");
        }
    }

    @Test
    void an_orphan_is_taken_back_with_id_name_and_port_and_can_be_stopped() throws Exception {
        int port = OwnPort.free();
        tsm.tsm("start", "--name", "first", "sleep", "600").expect(0);
        server(port);
        long pid = pid("web");
        tsm.tsm("delete", "first").expect(0);
        forgetBehindItsBack();
        assertEquals("", tsm.tsm("list", "all", "-q").expect(0).out());
        String found = tsm.tsm("doctor", "orphans").expect(0).out();
        assertTrue(found.matches("(?s).*" + pid + "  web +1  " + port + " +python3.*"), found);
        assertTrue(tsm.tsm("doctor", "healthcheck").out().contains("1 started by tsm and not tracked"));
        String taken = tsm.tsm("doctor", "orphans", "--adopt").expect(0).out();
        assertTrue(taken.contains("web taken back: ID 1, pid " + pid + ", port " + port), taken);
        assertEquals(pid, pid("web"));
        assertTrue(tsm.tsm("why", "web").out().contains("start asked by"), "its history is back too");
        tsm.tsm("restart", "web").expect(0);
        Await.until(
                "what was taken back is gone",
                SOON,
                () -> tsm.processes().stream().noneMatch(p -> p.pid() == pid));
        tsm.tsm("stop", "web").expect(0);
    }

    @Test
    void an_orphan_with_a_control_socket_answers_on_it_again() throws Exception {
        Files.writeString(tsm.work().resolve("worker.sh"), "sleep 600\n");
        tsm.tsm("start", "--name", "worker", "bash", "worker.sh").expect(0);
        forgetBehindItsBack();
        assertEquals("", tsm.tsm("list", "all", "-q").expect(0).out());
        tsm.tsm("doctor", "orphans", "--adopt").expect(0);
        String status = tsm.tsm("ipc", "send", "worker", "STATUS").expect(0).out();
        assertTrue(status.contains("online"), status);
    }

    @Test
    void an_orphan_whose_name_id_and_port_are_anothers_now_gets_the_next() throws Exception {
        int port = OwnPort.free();
        tsm.tsm("start", "--name", "p", "--exact-name", "--port", "" + port, "sleep", "600")
                .expect(0);
        long pid = pid("p");
        forgetBehindItsBack();
        tsm.tsm("start", "--name", "p", "--exact-name", "--port", "" + port, "sleep", "601")
                .expect(0);
        TsmHome.Result taken = tsm.tsm("doctor", "orphans", "--adopt").expect(0);
        assertTrue(taken.out().contains("p-2 taken back: ID 1, pid " + pid), taken.out());
        assertTrue(taken.err().contains("its name p is another's now"), taken.err());
        assertTrue(taken.err().contains("its ID 0 is another's now"), taken.err());
        assertTrue(taken.err().contains("its port " + port + " is reserved for another process now"), taken.err());
        tsm.tsm("kill", "p-2").expect(0);
        // Nobody but init can wait for it, so its pid may be a zombie's for a while.
        Await.until("the other alone is left", SOON, () -> sleeps() == 1);
    }

    @Test
    void a_stranger_with_our_variables_is_no_orphan() throws Exception {
        server(OwnPort.free());
        Process copied = tsm.start(List.of(
                "setsid",
                "--wait",
                "env",
                "TSM_DIR=" + tsm.home(),
                "TSM_RUN=" + "0123456789abcdef0123456789abcdef01234567",
                "TSM_NAME=web",
                "TSM_ID=0",
                "sleep",
                "600"));
        try {
            Await.until("it runs", SOON, () -> sleeps() == 1);
            String found = tsm.tsm("doctor", "orphans").expect(0).out();
            assertTrue(found.contains("No process that tsm started is untracked"), found);
            assertTrue(tsm.tsm("doctor", "orphans", "--adopt").expect(0).out().contains("nothing to take back"));
            loseTheDatabase();
            assertEquals("web\n", tsm.tsm("list", "-q").expect(0).out());
            tsm.tsm("doctor", "orphans", "--adopt").expect(0);
            assertEquals("web\n", tsm.tsm("list", "-q").expect(0).out());
            assertEquals(1, sleeps());
        } finally {
            copied.descendants().forEach(ProcessHandle::destroyForcibly);
            copied.destroyForcibly();
            copied.waitFor();
        }
    }
}
