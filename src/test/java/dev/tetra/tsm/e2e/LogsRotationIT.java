package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Logs that are cut while a program writes them, as a user sees it. */
class LogsRotationIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private TsmHome tsm;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void end() throws IOException {
        tsm.close();
    }

    @Test
    void every_line_is_there_once_although_the_log_was_cut_and_the_daemon_killed_meanwhile() throws IOException {
        int lines = 500_000;
        Files.writeString(tsm.work().resolve("busy.py"), """
                import time
                begin = time.monotonic()
                for i in range(0, %d, 50):
                    print("\\n".join(str(k) for k in range(i, i + 50)))
                    ahead = i / 100000 - (time.monotonic() - begin)
                    if ahead > 0.001:
                        time.sleep(ahead)
                print("done")
                time.sleep(600)
                """.formatted(lines));
        tsm.tsm("start", "--name", "busy", "--log-max-size", "64K", "--log-keep", "1000", "python3", "busy.py")
                .expect(0);
        Path folder = onlyFolder();
        for (int killed = 0; killed < 3; killed++) {
            long before = parts(folder);
            Await.until("another part", SOON, () -> parts(folder) > before || done());
            long pid = tsm.daemonPid();
            ProcessHandle daemon = ProcessHandle.of(pid).orElseThrow();
            daemon.destroyForcibly();
            Await.until("the daemon is gone", SOON, () -> !daemon.isAlive());
            tsm.tsm("list").expect(0);
        }
        Await.until("the last line", SOON, this::done);
        List<String> all = tsm.tsm("logs", "busy", "--out", "--raw", "--lines", "10000000")
                .expect(0)
                .out()
                .lines()
                .toList();
        assertEquals(lines + 1, all.size());
        for (int i = 0; i < lines; i++) {
            assertEquals(String.valueOf(i), all.get(i));
        }
        assertTrue(parts(folder) >= 5, parts(folder) + " parts");
        assertTrue(tsm.tsm("info", "busy").expect(0).out().contains(" older parts of "));
        tsm.tsm("flush", "busy").expect(0);
        assertEquals(0, parts(folder));
        assertEquals("", tsm.tsm("logs", "busy", "--out").expect(0).out());
    }

    @Test
    void lines_are_shown_with_their_times_and_from_a_time_on() throws IOException {
        Path go = tsm.work().resolve("go");
        Files.writeString(tsm.work().resolve("two.sh"), """
                echo early
                until [ -e go ]; do sleep 0.05; done
                echo late
                exec sleep 600
                """);
        tsm.tsm("start", "bash", "two.sh").expect(0);
        String first = tsm.tsm("logs", "--out", "--json").expect(0).out();
        assertTrue(
                first.matches("\\{\"time\":\"[0-9TZ:.-]+\",\"name\":\"work-two\",\"id\":0,\"stream\":\"out\","
                        + "\"line\":\"early\"}\n"),
                first);
        String noted = first.replaceFirst(".*?\"time\":\"([^\"]+)\".*\n", "$1");
        Await.until(
                "a second has gone by",
                SOON,
                () -> Instant.now().isAfter(Instant.parse(noted).plusMillis(2500)));
        String between = Instant.parse(noted).plusMillis(1250).toString();
        Files.createFile(go);
        Await.until("the late line", SOON, () -> tsm.tsm("logs", "--out").out().contains("late"));
        assertEquals(
                "late\n",
                tsm.tsm("logs", "--out", "--raw", "--since", between).expect(0).out());
        assertEquals(
                "early\nlate\n",
                tsm.tsm("logs", "--out", "--raw", "--since", "1h").expect(0).out());
        String stamped =
                tsm.tsm("logs", "work-two", "--out", "--timestamps").expect(0).out();
        assertTrue(stamped.matches("([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} (early|late)\n){2}"), stamped);
        assertFalse(tsm.tsm("logs", "--since", "yesterday").expect(2).err().isEmpty());
    }

    @Test
    void a_wrong_size_an_age_too_short_and_a_number_too_large_are_refused() {
        for (List<String> wrong : List.of(
                List.of("--log-max-size", "lots"),
                List.of("--log-max-size", "1K"),
                List.of("--log-max-age", "1s"),
                List.of("--log-keep", "-1"))) {
            TsmHome.Result result =
                    tsm.tsm("start", wrong.get(0), wrong.get(1), "sleep", "600").expect(2);
            assertTrue(result.err().contains(wrong.get(0)), result.err());
        }
        tsm.tsm("start", "--log-max-size", "off", "sleep", "600").expect(0);
    }

    private boolean done() {
        return tsm.tsm("logs", "busy", "--out", "--raw", "--lines", "1").out().equals("done\n");
    }

    private Path onlyFolder() throws IOException {
        try (Stream<Path> folders = Files.list(tsm.home().resolve("logs"))) {
            return folders.findFirst().orElseThrow();
        }
    }

    private static long parts(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".gz")).count();
        }
    }
}
