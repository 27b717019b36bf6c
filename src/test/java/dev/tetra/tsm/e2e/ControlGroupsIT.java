package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Limits for all processes of a run together. Where this machine gives the daemon a control group they are tried; elsewhere
 * that they are refused, with the reason.
 */
@Timeout(180)
class ControlGroupsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final List<Path> TOPS = List.of(Path.of("/sys/fs/cgroup"), Path.of("/sys/fs/cgroup/unified"));

    private TsmHome tsm;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        tsm.close();
    }

    /** Whether the kernel could, whoever asks. */
    private static boolean hasMemoryController() throws IOException {
        for (Path top : TOPS) {
            Path file = top.resolve("cgroup.controllers");
            if (Files.exists(file)) {
                return List.of(Files.readString(file).strip().split(" ")).contains("memory");
            }
        }
        return false;
    }

    /** Whether limits can be had here; where not, that is what the user is told, and nothing was recorded. */
    private boolean given() throws IOException {
        TsmHome.Result started =
                tsm.tsm("start", "--memory-limit", "64M", "--cpu", "50%", "--name", "try", "sleep", "600");
        if (started.code() == 0) {
            assertTrue(hasMemoryController());
            tsm.tsm("stop", "try").expect(0);
            tsm.tsm("delete", "try").expect(0);
            return true;
        }
        started.expect(2);
        assertTrue(started.err().startsWith("tsm: --cpu with --memory-limit"), started.err());
        assertTrue(started.err().contains("\n  hint: "), started.err());
        if (!hasMemoryController()) {
            assertTrue(
                    started.err().matches("(?s).*(used by cgroup v1|not mounted here|which is not there).*"),
                    started.err());
        }
        assertEquals("[]", tsm.tsm("list", "all", "--json").expect(0).out().strip());
        return false;
    }

    private Path group(String name) throws IOException {
        String pid = tsm.tsm("sql", "--csv", "SELECT pid FROM processes WHERE name = '" + name + "'")
                .out()
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
        String own = Files.readAllLines(Path.of("/proc", pid.strip(), "cgroup")).stream()
                .filter(line -> line.startsWith("0::"))
                .findFirst()
                .orElseThrow()
                .substring(3);
        return Path.of("/sys/fs/cgroup" + own);
    }

    @Test
    void what_is_over_its_memory_limit_is_killed_by_the_kernel_and_that_is_told() throws IOException {
        assumeTrue(given(), "this machine gives the daemon no control group");
        tsm.tsm(
                        "start",
                        "--restart",
                        "no",
                        "--memory-limit",
                        "64M",
                        "--name",
                        "eater",
                        "--no-wait",
                        "python3",
                        "-c",
                        "b = []\nwhile True: b.append(bytearray(b'x') * (1 << 20))")
                .expect(0);
        tsm.tsm("wait", "eater").expect(137);
        String why = tsm.tsm("why", "eater").out();
        assertTrue(why.contains("killed by the kernel as it went over its memory limit of 64M"), why);
        String rows = tsm.tsm("sql", "--csv", "SELECT exit_memory_limit FROM runs WHERE name = 'eater'")
                .out();
        assertTrue(rows.contains("67108864"), rows);
    }

    @Test
    void limits_outlive_the_daemon_and_groups_go_with_their_process() throws IOException {
        assumeTrue(given(), "this machine gives the daemon no control group");
        tsm.tsm(
                        "start",
                        "--cpu",
                        "0.25",
                        "--memory-limit",
                        "64M",
                        "--name",
                        "held",
                        "sh",
                        "-c",
                        "sleep 600 & sleep 600")
                .expect(0);
        Path group = group("held");
        assertEquals("25000 100000", Files.readString(group.resolve("cpu.max")).strip());
        Await.until(
                "its child is in it",
                SOON,
                () -> Files.readAllLines(group.resolve("cgroup.procs")).size() == 3);
        ProcessHandle.of(tsm.daemonPid()).orElseThrow().destroyForcibly();
        assertEquals(group, group("held"), "it is the same run, in the same group");
        assertEquals("25000 100000", Files.readString(group.resolve("cpu.max")).strip());
        tsm.tsm("restart", "held").expect(0);
        assertTrue(Files.notExists(group), "a run that is over leaves none");
        Path next = group("held");
        tsm.tsm("kill", "held").expect(0);
        tsm.tsm("delete", "held").expect(0);
        assertTrue(Files.notExists(next));
        try (Stream<Path> all = Files.list(next.getParent().getParent())) {
            assertEquals(
                    List.of(),
                    all.filter(path -> path.equals(next.getParent())).toList(),
                    "the group around them goes with the last");
        }
    }

    @Test
    void where_none_can_be_had_a_start_is_refused_with_the_reason_and_nothing_is_recorded() throws IOException {
        assumeTrue(!given(), "this machine gives the daemon control groups");
        tsm.tsm("start", "--memory-limit", "1K", "sleep", "1").expect(2);
        TsmHome.Result json =
                tsm.tsm("start", "--json", "--cpu", "2", "sleep", "600").expect(2);
        assertTrue(json.out().contains("\"kind\": \"usage\""), json.out());
        Files.writeString(tsm.work().resolve("s.tsm"), "SERVICE_COMMAND='sleep 600'\nSERVICE_CPU=150%\n");
        tsm.tsm("service", "import", "s.tsm").expect(0);
        assertTrue(tsm.tsm("start", "s").expect(2).err().startsWith("tsm: --cpu needs"));
        assertEquals("[]", tsm.tsm("list", "all", "--json").expect(0).out().strip());
        tsm.tsm("start", "--max-memory", "900M", "--name", "free", "sleep", "600")
                .expect(0);
    }
}
