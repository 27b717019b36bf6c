package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Allowance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written and read, on folders: the kernel itself makes the files of a group, so here they are there before. */
class LinuxControlGroupsTest {
    private static final Allowance BOTH = new Allowance(null, List.of(), null, 1500, 300L << 20);

    @TempDir
    Path base;

    private final ControlGroups groups =
            new LinuxControlGroups(new GivenGroup(Path.of("/nowhere"), (unit, user) -> Optional.empty()));

    private Path group(String... files) throws IOException {
        Path group = Files.createDirectory(base.resolve("process-1.run-2"));
        for (String file : files) {
            Files.writeString(group.resolve(file), "");
        }
        return group;
    }

    private String text(Path group, String file) throws IOException {
        return Files.readString(group.resolve(file));
    }

    @Test
    void a_group_gets_its_limits_and_the_kernel_is_to_kill_all_of_it() throws IOException {
        Path group = group("cpu.max", "memory.max", "memory.swap.max", "memory.oom.group");
        assertEquals(group, groups.make(base, "process-1.run-2", BOTH));
        assertEquals("150000 100000", text(group, "cpu.max"));
        assertEquals("314572800", text(group, "memory.max"));
        assertEquals("0", text(group, "memory.swap.max"));
        assertEquals("1", text(group, "memory.oom.group"));
        assertEquals(OptionalLong.of(300L << 20), groups.memoryLimit(group));
        assertEquals(group.resolve("cgroup.procs"), groups.entrance(group));
    }

    @Test
    void a_kernel_without_swap_has_no_file_for_it_and_none_is_made() throws IOException {
        Path group = group("memory.max");
        groups.make(base, "process-1.run-2", new Allowance(null, List.of(), null, null, 1L << 20));
        assertEquals("1048576", text(group, "memory.max"));
        assertFalse(Files.exists(group.resolve("memory.swap.max")));
    }

    @Test
    void a_group_that_cannot_have_its_limits_is_not_left() {
        IOException refused = assertThrows(IOException.class, () -> groups.make(base, "process-1.run-2", BOTH));
        assertTrue(String.valueOf(refused.getMessage()).endsWith("cannot be made: it is not there"));
        assertEquals(List.of(), groups.in(base));
    }

    @Test
    void only_a_kill_in_a_group_over_its_own_limit_counts() throws IOException {
        Path group = group("memory.events");
        Files.writeString(
                group.resolve("memory.events"), "low 0\nhigh 0\nmax 9\noom 0\noom_kill 2\noom_group_kill 0\n");
        assertEquals(0, groups.killedForMemory(group), "the machine had no memory");
        Files.writeString(
                group.resolve("memory.events"), "low 0\nhigh 0\nmax 9\noom 1\noom_kill 2\noom_group_kill 1\n");
        assertEquals(2, groups.killedForMemory(group));
        assertEquals(0, groups.killedForMemory(base.resolve("gone")));
    }

    @Test
    void a_group_is_removed_with_those_in_it_and_one_that_is_in_use_stays() throws IOException {
        Files.createDirectories(base.resolve("a/b/c"));
        assertTrue(groups.remove(base.resolve("a")));
        assertTrue(groups.remove(base.resolve("a")), "it is gone already");
        Path used = group("here");
        assertFalse(groups.remove(used));
        assertEquals(List.of("process-1.run-2"), groups.in(base));
    }
}
