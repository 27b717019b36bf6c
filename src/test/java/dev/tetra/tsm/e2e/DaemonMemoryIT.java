package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/** A daemon does not keep what only its start, or a burst of commands, has needed. */
@Timeout(120)
class DaemonMemoryIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private TsmHome tsm;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void close() throws IOException {
        tsm.close();
    }

    /** A line of proc_pid_status(5), in KiB. */
    private long kilobytes(String what) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", "" + tsm.daemonPid(), "status"))) {
            List<String> words = List.of(line.split("[:\\s]+"));
            if (words.getFirst().equals(what)) {
                return Long.parseLong(words.get(1));
            }
        }
        throw new IllegalStateException(what);
    }

    @Test
    void pages_of_files_that_only_the_start_has_read_are_given_back_and_it_answers_as_before() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")));
        assertEquals(
                0,
                tsm.tsm("start", "--no-wait", "--instances", "20", "--name", "some", "sleep", "100000")
                        .code());
        long most = kilobytes("RssFile");
        Await.until("they are given back", SOON, () -> kilobytes("RssFile") < most * 3 / 4);
        assertEquals(20, tsm.tsm("list", "-q").out().lines().count());
        assertEquals(0, tsm.tsm("stop", "some").code());
    }
}
