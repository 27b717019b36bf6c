package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program tells of itself, as programs written for systemd do, over the death of the daemon. */
@Timeout(180)
class NotifyTakeoverIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    /**
     * Feeds its watchdog every three seconds and is given eight, where the policy gives one; writes down each time that
     * somebody took it. Says nothing any more while there is a file {@code hang}.
     */
    private static final String PROGRAM = """
            import os, socket, subprocess, sys, time
            child = subprocess.Popen(['sleep', '1000'])
            def say(text):
                with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                    try:
                        s.sendto(text.encode(), os.environ['NOTIFY_SOCKET'])
                        return True
                    except OSError:
                        return False
            say('WATCHDOG_USEC=8000000')
            say(f'STATUS=serving seven clients\\nMAINPID={child.pid}')
            say('READY=1')
            while True:
                if not os.path.exists('hang') and say('WATCHDOG=1'):
                    with open('fed', 'a') as f:
                        print(os.getpid(), child.pid, file=f)
                time.sleep(3)
            """;

    private TsmHome tsm;

    @BeforeEach
    void open() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void close() throws IOException {
        tsm.close();
    }

    private List<String> fed() {
        try {
            Path file = tsm.work().resolve("fed");
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void awaitFed(int times) {
        int before = fed().size();
        Await.until("it feeds its watchdog", SOON, () -> fed().size() >= before + times);
    }

    private String pid() {
        return tsm.tsm("list", "all", "--format", "{pid} {status} {health}")
                .expect(0)
                .out()
                .strip();
    }

    private void killDaemon() {
        ProcessHandle daemon = ProcessHandle.of(tsm.daemonPid()).orElseThrow();
        daemon.destroyForcibly();
        Await.until("the daemon is dead", SOON, () -> !daemon.isAlive());
    }

    private void assertKnown() {
        String info = tsm.tsm("info", "app").expect(0).out();
        String child = fed().getLast().split(" ", 2)[1];
        assertTrue(info.contains("serving seven clients"), info);
        assertTrue(info.matches("(?s).*Main PID:\\s+" + child + "\\s.*"), info);
    }

    @Test
    void what_it_said_is_known_to_the_next_daemon_which_restarts_it_only_if_it_hangs() throws Exception {
        Files.writeString(tsm.work().resolve("app.py"), PROGRAM);
        tsm.tsm(
                        "start",
                        "--name",
                        "app",
                        "--ready-notify",
                        "--live-notify",
                        "--live-interval",
                        "1s",
                        "--live-failure",
                        "1",
                        "python3",
                        "app.py")
                .expect(0);
        awaitFed(2);
        String before = pid();
        assertTrue(before.endsWith(" online ready"), before);
        assertKnown();

        killDaemon();
        assertEquals(before, pid());
        awaitFed(3);
        assertEquals(before, pid());
        assertKnown();
        // Also to one after that, to which it said nothing anew.
        killDaemon();
        assertEquals(before, pid());
        assertKnown();

        killDaemon();
        Files.createFile(tsm.work().resolve("hang"));
        assertEquals(before, pid());
        Await.until("it is restarted", SOON, () -> !pid().startsWith(before.split(" ", 2)[0] + " "));
        Files.delete(tsm.work().resolve("hang"));
        assertNotEquals(before, pid());
        assertTrue(
                tsm.tsm("events", "app", "--lines", "50").expect(0).out().contains("watchdog heard nothing for 8s"),
                tsm.tsm("events", "app", "--lines", "50").out());
    }
}
