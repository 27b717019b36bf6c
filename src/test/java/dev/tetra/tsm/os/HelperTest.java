package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.testing.Await;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HelperTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private final Sandbox box = new Sandbox();

    @AfterEach
    void close() throws IOException {
        box.close();
    }

    private HelperResult run(String script, Duration timeout, int maxBytes) throws Exception {
        return box.host.run(new HelperRequest(
                "/bin/sh",
                List.of("sh", "-c", script),
                Sandbox.ENVIRONMENT,
                box.folder.toString(),
                timeout,
                maxBytes,
                0077));
    }

    @Test
    void what_a_helper_writes_and_how_it_ends_comes_back() throws Exception {
        HelperResult result = run("cat; pwd; printf 'a\\000b' >&2; exit 3", MINUTE, 1000);
        assertEquals(new Exit.Code(3), result.exit());
        assertEquals(box.folder + "\n", result.stdout());
        assertArrayEquals(new byte[] {'a', 0, 'b'}, result.stderrBytes());
        assertFalse(result.timedOut() || result.truncated());
    }

    @Test
    void a_helper_that_takes_too_long_is_killed_with_its_whole_group() throws Exception {
        HelperResult result = run("sleep 61 & sleep 61 & echo $!; echo $$; wait", Duration.ofMillis(200), 1000);
        assertTrue(result.timedOut());
        assertEquals(new Exit.Signalled(9, "KILL"), result.exit());
        long group = Long.parseLong(result.stdout().lines().toList().get(1));
        Await.until("an empty group", Sandbox.SOON, () -> !box.host.groupExists(group));
    }

    @Test
    void output_beyond_the_limit_is_dropped_and_does_not_block_the_helper() throws Exception {
        HelperResult result = run("head -c 3000000 /dev/zero; echo done >&2", MINUTE, 1000);
        assertEquals(1000, result.stdoutBytes().length);
        assertEquals("done\n", result.stderr());
        assertTrue(result.truncated());
        assertEquals(new Exit.Code(0), result.exit());
    }

    @Test
    void a_helper_may_leave_something_behind_that_holds_its_output() throws Exception {
        long start = System.nanoTime();
        HelperResult result = run("sleep 30 & echo $!", MINUTE, 1000);
        assertTrue(System.nanoTime() - start < 10_000_000_000L);
        assertFalse(result.timedOut());
        long left = Long.parseLong(result.stdout().strip());
        ProcessInfo info = box.host.processes().get(left).orElseThrow();
        assertTrue(box.host.signal(info.identity(box.host.bootId()), Signals.KILL));
    }

    @Test
    void a_helper_that_does_not_exist_leaves_no_descriptor() throws Exception {
        int before = descriptors();
        HelperRequest request =
                new HelperRequest("/no/such", List.of("x"), Sandbox.ENVIRONMENT, box.folder.toString(), MINUTE);
        for (int i = 0; i < 20; i++) {
            assertThrows(SpawnException.class, () -> box.host.run(request));
        }
        for (int i = 0; i < 20; i++) {
            run("echo", MINUTE, 10);
        }
        assertTrue(descriptors() < before + 10, "leaked " + (descriptors() - before));
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }
}
