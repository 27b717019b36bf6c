package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a new user does first. */
@Timeout(120)
class FirstStepsIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome tsm;
    private Path folder;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
        folder = Files.createDirectory(tsm.work().resolve("my-api"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        tsm.close();
    }

    private Result inFolder(String line) {
        return tsm.bash("cd my-api && " + line);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String field(String target, String field) {
        return tsm.tsm("list", "all", "--filter", "name=" + target, "--format", "{" + field + "}")
                .expect(0)
                .out()
                .strip();
    }

    private static boolean answers(String port) throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void a_server_answers_and_a_second_one_gets_another_port() {
        Result first =
                inFolder("tsm start python3 -m http.server --bind 127.0.0.1").expect(0);
        assertTrue(
                first.out().matches("my-api-http-\\d+ started: ID 0, pid \\d+, port (\\d+), http://localhost:\\1/\n"),
                first.out());
        inFolder("tsm start --name second python3 -m http.server --bind 127.0.0.1")
                .expect(0);
        List<String> ports =
                tsm.tsm("list", "--format", "{port}").expect(0).out().lines().toList();
        assertEquals(2, ports.stream().distinct().count(), ports.toString());
        for (String port : ports) {
            Await.until("port " + port + " answers", SOON, () -> answers(port));
        }
    }

    @Test
    void a_killed_process_is_there_again_and_counted() {
        inFolder("tsm start --name web sleep 600").expect(0);
        long pid = Long.parseLong(field("web", "pid"));
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Await.until("another pid runs", SOON, () -> {
            String now = field("web", "pid");
            return !now.isEmpty() && !now.equals("-") && !now.equals("null") && Long.parseLong(now) != pid;
        });
        assertEquals("1", field("web", "restarts"));
        assertEquals("online", field("web", "status"));
    }

    @Test
    void names_come_from_the_folder_and_the_program() throws IOException {
        write("server.py", "import time; time.sleep(600)\n");
        write("app.js", "setTimeout(() => {}, 600000)\n");
        write("worker.sh", "sleep 600\n");
        inFolder("tsm start python3 server.py 9000").expect(0);
        inFolder("tsm start --port 8123 node app.js").expect(0);
        inFolder("tsm start --name backend --port 8124 python3 server.py").expect(0);
        inFolder("tsm start bash worker.sh").expect(0);
        assertEquals(
                "my-api-server-9000\nmy-api-app-8123\nbackend-8124\nmy-api-worker\n",
                tsm.tsm("list", "-q").expect(0).out());
    }

    @Test
    void the_environment_is_the_callers_then_the_files_then_options_then_tsms() throws IOException {
        write("env/dev.env", "export PORT=8321\nGREETING=\"hello $WHO\"\nLEVEL=info\n");
        write("show.sh", "env -0 > seen; umask > mask; exec sleep 600\n");
        Result started = inFolder(
                        "umask 027; export WHO=world ODD=$'a\\nb' LEVEL=none; tsm start --env dev -e LEVEL=debug bash show.sh")
                .expect(0);
        assertTrue(started.err().contains("env/dev.env"), started.err());
        Path seen = folder.resolve("seen");
        Await.until(
                "it ran", SOON, () -> Files.exists(folder.resolve("mask")) && Files.size(folder.resolve("mask")) > 0);
        List<String> all = List.of(Files.readString(seen).split("\0", -1));
        for (String expected : List.of(
                "WHO=world",
                "ODD=a\nb",
                "GREETING=hello world",
                "LEVEL=debug",
                "PORT=8321",
                "TSM_ID=0",
                "TSM_NAME=my-api-show-8321",
                "TSM_DIR=" + tsm.home())) {
            assertTrue(all.contains(expected), expected + " in " + all);
        }
        assertEquals("0027", Files.readString(folder.resolve("mask")).strip());
        write("env/dev.env", "PORT=8321\nGREETING=changed\n");
        Files.delete(folder.resolve("mask"));
        tsm.tsm("restart", "show").expect(0);
        Await.until(
                "it ran again",
                SOON,
                () -> Files.exists(folder.resolve("mask")) && Files.size(folder.resolve("mask")) > 0);
        assertTrue(Files.readString(seen).contains("GREETING=changed"), "the env file is read again");
        assertTrue(Files.readString(seen).contains("WHO=world"), "the caller's environment is kept");
    }

    @Test
    void output_is_kept_and_shown() throws IOException {
        write("talk.sh", "for i in $(seq 30); do echo line $i; done; echo oops >&2; sleep 600\n");
        inFolder("tsm start bash talk.sh").expect(0);
        Await.until(
                "it has spoken",
                SOON,
                () -> tsm.tsm("logs", "talk").expect(0).out().contains("oops"));
        List<String> lines = tsm.tsm("logs", "talk", "--out", "--raw")
                .expect(0)
                .out()
                .lines()
                .toList();
        assertEquals(15, lines.size());
        assertEquals("line 30", lines.getLast());
        tsm.tsm("flush", "talk").expect(0);
        assertEquals("", tsm.tsm("logs", "talk", "--raw").expect(0).out());
    }

    @Test
    void forty_starts_at_once_are_forty_processes() throws IOException {
        write("server.py", "import time; time.sleep(600)\n");
        inFolder("""
                for i in $(seq 40); do tsm start --no-wait --name job$i python3 server.py >out$i 2>&1 & pids="$pids $!"; done
                for pid in $pids; do wait $pid || exit 1; done
                """).expect(0);
        List<String> rows = tsm.tsm("list", "--format", "{id} {name} {port} {status}")
                .expect(0)
                .out()
                .lines()
                .toList();
        for (int column = 0; column < 3; column++) {
            int at = column;
            assertEquals(
                    40,
                    rows.stream().map(row -> row.split(" ", -1)[at]).distinct().count(),
                    rows.toString());
        }
        assertTrue(rows.stream().allMatch(row -> row.endsWith(" online")), rows.toString());
        inFolder("""
                for i in $(seq 40); do tsm stop job$i >stop$i 2>&1 & pids="$pids $!"; done
                for pid in $pids; do wait $pid || exit 1; done
                """).expect(0);
        assertEquals("", tsm.tsm("list", "-q").expect(0).out());
        assertEquals(40, tsm.tsm("list", "all", "-q").expect(0).out().lines().count());
    }

    @Test
    void everything_in_the_home_is_for_its_owner_alone() throws IOException {
        inFolder("umask 000; tsm start --name web sh -c 'echo hello; exec sleep 600'")
                .expect(0);
        try (Stream<Path> files = Files.walk(tsm.home())) {
            for (Path file : files.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                assertTrue(mode.endsWith("------"), file + " " + mode);
            }
        }
    }

    @Test
    void wait_blocks_until_the_end_and_has_its_code() {
        inFolder("tsm start --restart no --name job sh -c 'sleep 0.5; exit 7'").expect(0);
        tsm.tsm("wait", "job").expect(7);
    }

    @Test
    void a_failing_program_is_given_up_after_its_limit() {
        inFolder("tsm start --no-wait --backoff 1ms --backoff-max 5ms --max-restarts 4 --name loop sh -c 'exit 9'")
                .expect(0);
        Await.until("given up", SOON, () -> field("loop", "status").equals("errored"));
        assertEquals("4", field("loop", "unstableRestarts"));
        assertTrue(tsm.tsm("why", "loop").expect(0).out().contains("gave up"));
    }

    @Test
    void a_daemon_has_its_classes_from_the_cache_generates_none_for_switches_and_has_no_flight_recorder()
            throws IOException {
        Path loaded = tsm.work().resolve("loaded");
        tsm.environment().put("TSM_JAVA_OPTS", "-Xlog:class+load:file=" + loaded);
        tsm.tsm("start", "--no-wait", "--name", "web", "sleep 1000").expect(0);
        tsm.tsm("kill", "web").expect(0);
        tsm.tsm("daemon", "stop").expect(0);
        List<String> lines = Files.readAllLines(loaded);
        assertTrue(lines.stream().anyMatch(line -> line.contains("picocli.CommandLine ")), "picocli is used");
        assertEquals(
                List.of(),
                lines.stream()
                        .filter(line -> line.contains("/lib/")
                                || line.contains(" jdk.jfr.internal.")
                                || line.matches(".* dev\\.tetra\\..*\\$\\$TypeSwitch.*"))
                        .filter(line -> !line.contains("shared objects file"))
                        .toList());
    }

    @Test
    void a_control_file_that_is_lost_or_overwritten_is_written_anew_and_the_daemon_found_again() throws IOException {
        tsm.tsm("start", "--name", "it", "sleep", "600").expect(0);
        long daemon = tsm.daemonPid();
        Path control = tsm.home().resolve("control");
        Files.delete(control);
        assertEquals("it\n", tsm.tsm("list", "-q").expect(0).out());
        Files.writeString(control, "rubbish\n");
        assertEquals("it\n", tsm.tsm("list", "-q").expect(0).out());
        assertEquals(daemon, tsm.daemonPid());
    }

    @Test
    void a_daemon_whose_home_is_moved_away_ends_and_the_home_put_back_has_its_processes() throws IOException {
        tsm.tsm("start", "--exact-name", "--name", "nap", "sleep", "60").expect(0);
        String pid = field("nap", "pid");
        ProcessHandle daemon = ProcessHandle.of(tsm.daemonPid()).orElseThrow();
        Path away = tsm.home().resolveSibling("away");
        Files.move(tsm.home(), away);
        Await.until("the daemon ended", SOON, () -> !daemon.isAlive());
        assertTrue(Files.notExists(tsm.home()), "nothing was left in its place");
        Files.move(away, tsm.home());
        assertEquals(pid, field("nap", "pid"));
        assertEquals("0", field("nap", "restarts"));
    }
}
