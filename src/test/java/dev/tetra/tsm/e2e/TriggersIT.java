package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What besides its end has a process run, run again, or end, through the daemon and over its death. */
@Timeout(120)
class TriggersIT {
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

    private long count(String sql) {
        String out = tsm.tsm("sql", "--csv", sql).expect(0).out().strip();
        return Long.parseLong(out.substring(out.lastIndexOf('\n') + 1).strip());
    }

    private long runs() {
        return count("SELECT COUNT(*) FROM runs WHERE cause = 'schedule' AND ended_at IS NOT NULL");
    }

    @Test
    void a_job_goes_on_having_its_times_when_the_daemon_was_killed() {
        tsm.tsm("start", "--job", "--cron", "* * * * * *", "--name", "tick", "true")
                .expect(0);
        Await.until("it runs", SOON, () -> runs() >= 2);
        ProcessHandle.of(tsm.daemonPid()).orElseThrow().destroyForcibly();
        long before = runs();
        Await.until("the next daemon runs it too", SOON, () -> runs() >= before + 2);
        assertEquals(
                0,
                count("SELECT COUNT(*) FROM runs a JOIN runs b ON a.run_key < b.run_key AND a.ended_at > b.started_at"),
                "never two at once");
        tsm.tsm("stop", "tick").expect(0);
    }

    @Test
    void a_change_restarts_what_is_watched_and_the_event_names_the_file() throws IOException {
        Path source = Files.createDirectories(tsm.work().resolve("src")).resolve("app.py");
        Files.writeString(source, "one");
        tsm.tsm("start", "--name", "app", "--watch=src", "--ignore", "*.csv", "sleep", "600")
                .expect(0);
        Await.until("a change is seen", SOON, () -> {
            Files.writeString(source, "two");
            return count("SELECT COUNT(*) FROM runs WHERE cause = 'watch'") > 0;
        });
        assertTrue(tsm.tsm("events", "--lines", "50").out().contains("watch: src/app.py changed"));
        assertTrue(tsm.tsm("info", "app").out().contains("Watches:"));
    }

    @Test
    void what_uses_too_much_memory_is_restarted() {
        tsm.tsm(
                        "start",
                        "--name",
                        "eater",
                        "--max-memory",
                        "60M",
                        "python3",
                        "-c",
                        "import time; x = bytearray(100 << 20); time.sleep(600)")
                .expect(0);
        Await.until("restarted", SOON, () -> count("SELECT COUNT(*) FROM runs WHERE cause = 'memory'") > 0);
        assertTrue(tsm.tsm("why", "eater").expect(0).out().contains(" MB, limit 60 MB"));
    }
}
