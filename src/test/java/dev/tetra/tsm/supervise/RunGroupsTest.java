package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.ControlGroups;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunGroupsTest {
    private static final Exit KILLED = new Exit.Signalled(9, "KILL");

    @TempDir
    Path folder;

    private final Rig rig = new Rig();
    private final Folders folders = new Folders();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    /** Groups that are folders; some have living processes, and one daemon is given another place than the next. */
    private final class Folders implements ControlGroups {
        private @Nullable String given = "one";
        private final Set<String> living = new HashSet<>();
        private final Set<String> killed = new HashSet<>();
        private final Map<String, Long> forMemory = new HashMap<>();

        @Override
        public Path base(String name, Allowance allowance) {
            if (given == null) {
                throw new TsmException.Usage("there is none", "");
            }
            try {
                return Files.createDirectories(folder.resolve(given).resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Path make(Path base, String name, Allowance allowance) throws IOException {
            return Files.createDirectories(base.resolve(name));
        }

        @Override
        public boolean takes(Path base, Allowance allowance) {
            return Files.isDirectory(base);
        }

        @Override
        public Path entrance(Path group) {
            return group.resolve("cgroup.procs");
        }

        @Override
        public List<String> in(Path base) {
            try (Stream<Path> all = Files.list(base)) {
                return all.map(path -> path.getFileName().toString()).sorted().toList();
            } catch (IOException e) {
                return List.of();
            }
        }

        @Override
        public long killedForMemory(Path group) {
            return forMemory.getOrDefault(name(group), 0L);
        }

        @Override
        public OptionalLong memoryLimit(Path group) {
            return OptionalLong.of(64L << 20);
        }

        @Override
        public void kill(Path group) {
            killed.add(name(group));
        }

        @Override
        public boolean remove(Path group) {
            try {
                return !living.contains(name(group)) && Files.deleteIfExists(group);
            } catch (IOException e) {
                return false;
            }
        }

        private String name(Path group) {
            return plain(group);
        }
    }

    /** The name without what tells runs of one key apart. */
    private static String plain(Path group) {
        return String.valueOf(group.getFileName()).replaceAll("\\.[0-9a-f]{12}$", "");
    }

    private static Run run(ManagedProcess process, long key) {
        return new Run(key, process.key(), 1, "token-" + key, RunCause.START, null, null, null, null);
    }

    private RunGroups groups() {
        return new RunGroups(folders, rig.store, rig.home);
    }

    private ManagedProcess process(String name, @Nullable Integer cpu, @Nullable Long memory) {
        LimitPolicy limits = new LimitPolicy(
                new Allowance(null, List.of(), null, cpu, memory), Account.NONE, SuccessCodes.USUAL, RunCommands.NONE);
        return rig.add(
                name,
                Specs.with(limits, Rig.QUICK, new StopPolicy("TERM", Duration.ofSeconds(5)), "/bin/sh", "-c", "true"));
    }

    private List<String> present() throws IOException {
        try (Stream<Path> all = Files.walk(folder, 3)) {
            return all.filter(path -> folder.relativize(path).getNameCount() == 3)
                    .map(path -> folder.relativize(path).getName(0) + "/" + plain(path))
                    .sorted()
                    .toList();
        }
    }

    private static String group(ManagedProcess process, long run) {
        return "process-" + process.key() + ".run-" + run;
    }

    @Test
    void a_process_without_such_limits_enters_nothing() throws IOException {
        folders.given = null;
        ManagedProcess free = process("free", null, null);
        assertTrue(groups().entering(free, run(free, 1)).empty());
        groups().require(Allowance.NONE);
    }

    @Test
    void each_run_has_a_group_of_its_own_until_nothing_of_it_is_alive() throws IOException {
        RunGroups groups = groups();
        ManagedProcess one = process("one", 500, null);
        ManagedProcess two = process("two", null, 1L << 26);
        groups.entering(one, run(one, 11));
        groups.entering(one, run(one, 12));
        groups.entering(two, run(two, 13));
        folders.living.add(group(one, 11));
        groups.tidy(one.key(), List.of(12L));
        assertEquals(List.of("one/" + group(one, 11), "one/" + group(one, 12), "one/" + group(two, 13)), present());
        groups.kill(one.key());
        assertEquals(Set.of(group(one, 11), group(one, 12)), folders.killed);
        folders.living.clear();
        groups.tidy(one.key(), List.of());
        groups.tidy(two.key(), List.of());
        assertEquals(List.of(), present());
        assertEquals(List.of(), folders.in(folder.resolve("one")), "the base goes with the last of them");
    }

    @Test
    void the_next_daemon_removes_what_is_of_no_process_any_more_and_knows_the_rest() throws IOException {
        RunGroups before = groups();
        ManagedProcess stays = process("stays", 500, null);
        ManagedProcess goes = process("goes", 500, null);
        Run present = Objects.requireNonNull(stays.run());
        before.entering(stays, present);
        before.entering(goes, Objects.requireNonNull(goes.run()));
        // Of a database that a backup has taken the place of.
        before.entering(stays, run(stays, present.key()));
        folders.living.add(group(stays, present.key()));
        RunGroups next = groups();
        next.recover(List.of(stays));
        assertEquals(List.of("one/" + group(stays, present.key()), "one/" + group(stays, present.key())), present());
        folders.living.clear();
        next.tidy(stays.key(), List.of());
        assertEquals(List.of("one/" + group(stays, present.key())), present(), "the other is nobody's");
        groups().recover(List.of(stays));
        assertEquals(List.of(), present());
    }

    @Test
    void a_daemon_that_is_given_no_group_uses_what_the_one_before_it_had() throws IOException {
        ManagedProcess process = process("p", 500, null);
        folders.given = null;
        assertEquals("there is none", refused());
        folders.given = "one";
        Run first = Objects.requireNonNull(process.run());
        groups().entering(process, first);
        folders.given = null;
        RunGroups next = groups();
        next.recover(List.of(process));
        next.entering(process, run(process, first.key() + 1));
        assertEquals(
                List.of("one/" + group(process, first.key()), "one/" + group(process, first.key() + 1)), present());
        folders.given = "two";
        next.entering(process, run(process, first.key() + 2));
        next.tidy(process.key(), List.of());
        assertEquals(List.of(), present());
        groups().recover(List.of());
        assertEquals(
                "", rig.store.call(tx -> tx.settings().get("control-groups")).orElseThrow());
    }

    private String refused() {
        Allowance cpu = new Allowance(null, List.of(), null, 500, null);
        return String.valueOf(assertThrows(TsmException.Usage.class, () -> groups().require(cpu))
                .getMessage());
    }

    @Test
    void an_end_is_explained_once_by_what_the_kernel_has_counted() throws IOException {
        RunGroups groups = groups();
        ManagedProcess process = process("p", null, 1L << 26);
        groups.entering(process, run(process, 41));
        assertSame(KILLED, groups.explained(process, 41, KILLED), "somebody else has killed it");
        folders.forMemory.put(group(process, 41), 3L);
        Exit code = new Exit.Code(1);
        assertSame(code, groups.explained(process, 41, code));
        assertSame(KILLED, groups.explained(process, 42, KILLED), "another run");
        assertEquals(
                "signal KILL (9): killed by the kernel as it went over its memory limit of 64M",
                groups.explained(process, 41, KILLED).inWords());
        assertSame(KILLED, groups.explained(process, 41, KILLED), "a command after the run, which somebody has killed");
        folders.forMemory.put(group(process, 41), 4L);
        assertEquals(
                new Exit.Signalled(9, "KILL", 64L << 20),
                groups.explained(process, 41, new Exit.Unknown("no daemon was there to see it")));
    }
}
