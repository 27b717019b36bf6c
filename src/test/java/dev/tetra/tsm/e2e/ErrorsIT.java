package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong is told in one clear line with what to do next, has its exit code, and leaves nothing behind. */
@Timeout(120)
class ErrorsIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome tsm;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        tsm.close();
    }

    private void write(String name, String text) throws IOException {
        Path file = tsm.work().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Result refused(int code, String said, String... words) throws IOException {
        Result result = tsm.tsm(words).expect(code);
        assertEquals("", result.out());
        assertTrue(result.err().startsWith("tsm: "), result.err());
        assertTrue(result.err().contains(said), result.err());
        assertTrue(result.err().contains("\n  hint: "), result.err());
        assertFalse(result.err().contains("Exception"), result.err());
        assertEquals("[]", tsm.tsm("list", "all", "--json").expect(0).out().strip(), "something was recorded");
        try (Stream<Path> logs = Files.list(tsm.home().resolve("logs"))) {
            assertEquals(List.of(), logs.toList(), "logs were made");
        }
        return result;
    }

    @Test
    void an_unknown_program() throws IOException {
        refused(1, "no program 'no-such-program' on the PATH", "start", "no-such-program", "--port", "1");
    }

    @Test
    void a_file_that_may_not_be_executed() throws IOException {
        write("tool", "no script\n");
        refused(1, "tool", "start", "./tool");
    }

    @Test
    void a_missing_env_file_and_the_places_tried() throws IOException {
        refused(1, tsm.work().resolve("env/dev.env").toString(), "start", "--env", "dev", "sleep", "60");
    }

    @Test
    void an_env_file_that_fails_with_the_shells_message_and_line() throws IOException {
        write("env/dev.env", "A=1\nB=$(no-such-command)\nC=3\n");
        Result result = refused(1, "line 2", "start", "--env", "dev", "sleep", "60");
        assertTrue(result.err().contains("no-such-command: command not found"), result.err());
        write("env/syntax.env", "A='\n");
        refused(1, "line 1", "start", "--env", "syntax", "sleep", "60");
    }

    @Test
    void a_port_in_the_env_file_that_is_none() throws IOException {
        write("env/dev.env", "PORT=eighty\n");
        refused(2, "'eighty' is no port", "start", "--env", "dev", "sleep", "60");
    }

    @Test
    void a_port_that_a_foreign_program_has_with_its_pid_and_command() throws IOException {
        try (ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(foreign.getLocalPort());
            Result result = refused(4, "port " + port, "start", "--port", port, "sleep", "60");
            assertTrue(result.err().contains("pid " + ProcessHandle.current().pid()), result.err());
            assertTrue(result.err().contains("java"), result.err());
            refused(4, "port " + port + " (in the command)", "start", "python3", "-m", "http.server", port);
        }
    }

    @Test
    void a_range_in_which_no_port_is_free() throws IOException {
        write("all.py", """
                import socket, time
                held = []
                for port in range(8000, 9000):
                    s = socket.socket()
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try:
                        s.bind(("127.0.0.1", port))
                        s.listen(1)
                        held.append(s)
                    except OSError:
                        pass
                open("ready", "w").close()
                time.sleep(600)
                """);
        write("server.py", "");
        Process holder =
                tsm.start(List.of("python3", tsm.work().resolve("all.py").toString()));
        try {
            Await.until(
                    "the ports are held", SOON, () -> Files.exists(tsm.work().resolve("ready")));
            refused(4, "8000–8999", "start", "python3", "server.py");
        } finally {
            holder.destroyForcibly();
        }
    }

    /** The kernel refuses to write beyond this size, as it does on a full disk; 0 lifts it (prlimit(1)). */
    private void filesGrowTo(long bytes) {
        tsm.run(
                        List.of(
                                "prlimit",
                                "--pid",
                                "" + tsm.daemonPid(),
                                "--fsize=" + (bytes == 0 ? "unlimited" : bytes + ":unlimited")),
                        new byte[0])
                .expect(0);
    }

    @Test
    void a_full_disk_is_told_and_stops_nothing_and_then_all_goes_on() throws IOException {
        tsm.tsm("start", "--exact-name", "--name", "nap", "sleep", "60").expect(0);
        String before = tsm.bash("tsm list --json | jq -c '.[] | [.pid, .restarts, .status]'")
                .expect(0)
                .out();
        filesGrowTo(4096);
        for (int i = 0; i < 4; i++) {
            Result failed = tsm.tsm("restart", "nap").expect(1);
            assertTrue(failed.err().contains("is its disk full?"), failed.err());
            assertFalse(failed.err().contains("\tat "), failed.err());
            assertFalse(failed.err().contains("Exception"), failed.err());
            tsm.tsm("start", "sleep", "61").expect(1);
        }
        filesGrowTo(0);
        assertEquals(
                before,
                tsm.bash("tsm list --json | jq -c '.[] | [.pid, .restarts, .status]'")
                        .expect(0)
                        .out());
        tsm.tsm("restart", "nap").expect(0);
        filesGrowTo(4096);
        tsm.tsm("daemon", "stop").expect(0);
        assertTrue(tsm.tsm("list").expect(0).out().contains("nap"), "the next daemon goes on");
    }

    @Test
    void bad_options_and_values() throws IOException {
        refused(2, "no option --prot", "start", "--prot", "80", "sleep", "60");
        refused(2, "70000", "start", "--port", "70000", "sleep", "60");
        refused(2, "sometimes", "start", "--restart", "sometimes", "sleep", "60");
        refused(2, "soon", "start", "--kill-timeout", "soon", "sleep", "60");
        refused(2, "NOSIG", "start", "--signal", "NOSIG", "sleep", "60");
        refused(2, "-e", "start", "-e", "novalue", "sleep", "60");
        refused(2, "strat", "strat", "sleep", "60");
        refused(2, "closed", "start", "echo 'a");
    }

    @Test
    void nothing_that_fits_a_target() throws IOException {
        refused(3, "no process 'web'", "stop", "web");
        refused(3, "no process '7'", "restart", "7");
        refused(2, "", "stop");
    }

    @Test
    void a_target_that_fits_several_names_them_all() {
        tsm.tsm("start", "--name", "my-web", "sleep", "60").expect(0);
        tsm.tsm("start", "--name", "your-web", "sleep", "61").expect(0);
        Result result = tsm.tsm("stop", "web").expect(2);
        assertTrue(result.err().contains("my-web (ID 0)") && result.err().contains("your-web (ID 1)"), result.err());
        assertEquals("my-web\nyour-web\n", tsm.tsm("list", "-q").expect(0).out(), "none was stopped");
    }

    @Test
    void a_name_that_is_taken() {
        tsm.tsm("start", "--name", "web", "sleep", "60").expect(0);
        Result other = tsm.tsm("start", "--name", "web", "sleep", "61").expect(4);
        assertTrue(other.err().contains("the name web is taken"), other.err());
        Result same = tsm.tsm("start", "--name", "web", "sleep", "60").expect(4);
        assertTrue(same.err().contains("already runs here"), same.err());
        assertEquals("web\n", tsm.tsm("list", "all", "-q").expect(0).out());
    }

    @Test
    void a_bad_pattern_line_is_told_and_the_others_count() throws IOException {
        tsm.tsm("list").expect(0);
        Files.writeString(tsm.home().resolve("patterns.txt"), "broken|line\nnapper|sleep 60|9123|{cmd}\n");
        Result result = tsm.tsm("start", "sleep", "60").expect(0);
        assertTrue(result.err().contains("patterns.txt:1:"), result.err());
        assertTrue(result.out().contains("port 9123"), result.out());
    }

    @Test
    void a_home_whose_path_is_too_long_for_a_socket() throws IOException {
        Path deep = tsm.home().resolve("x".repeat(120));
        Files.createDirectories(tsm.home());
        tsm.environment().put("TSM_DIR", deep.toString());
        write("worker.sh", "sleep 60\n");
        try {
            Result result = tsm.tsm("start", "bash", "worker.sh").expect(1);
            assertTrue(result.err().contains("socket") && result.err().contains("TSM_DIR"), result.err());
            assertEquals("[]", tsm.tsm("list", "all", "--json").expect(0).out().strip());
        } finally {
            tsm.tsm("daemon", "stop", "--all").expect(0);
        }
    }

    @Test
    void an_error_is_a_document_for_programs() {
        Result result = tsm.tsm("stop", "web", "--json").expect(3);
        assertTrue(result.out().contains("\"code\" : 3") || result.out().contains("\"code\": 3"), result.out());
        assertTrue(result.out().contains("not-found"), result.out());
    }

    @Test
    void a_program_that_dies_at_once_with_its_code_and_last_lines() throws IOException {
        write("bad.sh", "echo working\necho 'no such table' >&2\nexit 3\n");
        Result result = tsm.tsm("start", "bash", "bad.sh").expect(1);
        assertTrue(result.err().contains("exit code 3"), result.err());
        assertTrue(result.err().contains("no such table"), result.err());
        assertEquals(
                "work-bad errored\n",
                tsm.tsm("list", "all", "--format", "{name} {status}").expect(0).out());
        assertTrue(tsm.tsm("logs", "bad").expect(0).out().contains("no such table"));
        assertTrue(tsm.tsm("why", "bad").expect(0).out().contains("exit code 3"));
        write("bad.sh", "sleep 60\n");
        assertTrue(tsm.tsm("start", "bash", "bad.sh").expect(0).out().contains("ID 0"), "the same entry runs again");
    }

    @Test
    void a_restart_that_could_not_begin_is_refused_and_what_runs_goes_on() throws IOException {
        String nap = "#!/bin/sh\nexec sleep 60\n";
        write("app/tool", nap);
        assertTrue(tsm.work().resolve("app/tool").toFile().setExecutable(true));
        write("app/run.sh", nap);
        tsm.bash("cd app && tsm start --name tool ./tool && tsm start --name run sh run.sh")
                .expect(0);
        String before = tsm.tsm("list", "--format", "{name} {pid}").expect(0).out();
        try {
            for (String file : List.of("tool", "run.sh")) {
                Files.move(tsm.work().resolve("app/" + file), tsm.work().resolve("app/" + file + ".kept"));
            }
            for (String verb : List.of("restart", "reload")) {
                leftRunning(tsm.tsm(verb, "tool"), "app/tool: No such file");
                leftRunning(tsm.tsm(verb, "run"), "app/run.sh is gone");
            }
            Files.move(tsm.work().resolve("app"), tsm.work().resolve("gone"));
            leftRunning(
                    tsm.tsm("restart", "run"),
                    "the working directory " + tsm.work().resolve("app"));
            assertEquals(
                    before,
                    tsm.tsm("list", "--format", "{name} {pid}").expect(0).out());

            Files.move(tsm.work().resolve("gone"), tsm.work().resolve("app"));
            for (String file : List.of("tool", "run.sh")) {
                Files.move(
                        tsm.work().resolve("app/" + file + ".kept"), tsm.work().resolve("app/" + file));
            }
            tsm.tsm("restart", "tool", "run").expect(0);
        } finally {
            tsm.tsm("daemon", "stop", "--all").expect(0);
        }
    }

    @Test
    void a_restart_whose_own_command_makes_the_script_is_not_refused() throws IOException {
        write("kept", "sleep 60\n");
        tsm.tsm("start", "--name", "made", "--pre-start", "cp kept made.sh", "sh", "made.sh")
                .expect(0);
        try {
            Files.delete(tsm.work().resolve("made.sh"));
            tsm.tsm("restart", "made").expect(0);
        } finally {
            tsm.tsm("daemon", "stop", "--all").expect(0);
        }
    }

    private static void leftRunning(Result result, String why) {
        result.expect(1);
        assertTrue(result.err().contains("so it was left running"), result.err());
        assertTrue(result.err().contains(why), result.err());
        assertTrue(result.err().contains("\n  hint: "), result.err());
    }
}
