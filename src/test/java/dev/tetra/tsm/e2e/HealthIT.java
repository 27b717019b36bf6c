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

/** Probes, as a user meets them. */
class HealthIT {
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

    private Path write(String name, String text) throws IOException {
        return Files.writeString(tsm.work().resolve(name), text);
    }

    private String listed(String fields) {
        return tsm.tsm("list", "all", "--format", fields).expect(0).out();
    }

    @Test
    void a_server_that_never_gets_ready_has_not_started_also_when_the_daemon_dies_meanwhile() throws Exception {
        write("never.sh", "echo 'still warming up'; while :; do sleep 0.1; done\n");
        String[] start = {
            "start", "--name", "never", "--ready-exec", "test -f ok", "--start-timeout", "1s", "bash", "never.sh"
        };
        TsmHome.Result failed = tsm.tsm(start).expect(1);
        assertTrue(failed.err().contains("did not get ready within 1s: exec test -f ok: exit code 1"), failed.err());
        assertTrue(failed.err().contains("still warming up"), failed.err());
        assertEquals("errored", listed("{status}").strip());

        tsm.tsm("start", "--no-wait", "never").expect(0);
        tsm.run(java.util.List.of("kill", "-9", Long.toString(tsm.daemonPid())), new byte[0])
                .expect(0);
        assertEquals("starting", listed("{status}").strip());
        Await.until(
                "the next run",
                SOON,
                () -> tsm.tsm("sql", "--csv", "SELECT cause FROM runs")
                        .expect(0)
                        .out()
                        .contains("start-timeout"));
        write("ok", "");
        Await.until(
                "it is ready", SOON, () -> listed("{status} {health}").strip().equals("online ready"));
        tsm.tsm("delete", "never").expect(0);
    }

    @Test
    void a_script_says_itself_that_it_is_ready() throws IOException {
        write(
                "own.sh",
                "\"$TSM\" ready --status 'warming up'; \"$TSM\" ready; echo said; while :; do sleep 60; done\n");
        tsm.environment().put("TSM", tsm.launcher().toString());
        tsm.tsm("start", "--name", "own", "--ready-notify", "bash", "own.sh").expect(0);
        assertEquals("online ready", listed("{status} {health}").strip());
        String info = tsm.tsm("info", "own").expect(0).out();
        assertTrue(info.matches("(?s).*Says: +warming up\n.*it says that it is ready.*"), info);
        assertTrue(tsm.tsm("ready").expect(2).err().contains("TSM_RUN"));
        tsm.tsm("delete", "own").expect(0);
    }

    @Test
    void what_cannot_be_looked_at_is_refused_before_anything_is_recorded() {
        String[][] wrong = {
            {"--ready-http", "/healthz", "sleep", "60"},
            {"--live-tcp", "sleep", "60"},
            {"--ready-http", "healthz", "--port", "8000", "sleep", "60"},
            {"--ready-http", "ftp://localhost/", "sleep", "60"},
            {"--ready-tcp", "99999", "sleep", "60"},
            {"--ready-log", "a(b", "sleep", "60"},
            {"--ready-exec", " ", "sleep", "60"},
            {"--ready-exec", "true", "--ready-log", "x", "sleep", "60"},
            {"--ready-exec", "true", "--ready-interval", "soon", "sleep", "60"},
            {"--ready-exec", "true", "--ready-interval", "0s", "sleep", "60"},
            {"--ready-exec", "true", "--ready-success", "0", "sleep", "60"},
            {"--ready-interval", "1s", "sleep", "60"},
            {"--start-timeout", "1s", "sleep", "60"},
            {"--shutdown-message", "sleep", "60"},
        };
        for (String[] words : wrong) {
            String[] all = new String[words.length + 1];
            all[0] = "start";
            System.arraycopy(words, 0, all, 1, words.length);
            TsmHome.Result result = tsm.tsm(all).expect(2);
            assertTrue(result.err().contains("--"), result.err());
        }
        assertEquals("", listed("{name}"));
    }
}
