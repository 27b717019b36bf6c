package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.e2e.Witnesses.Listed;
import dev.tetra.tsm.e2e.Witnesses.Living;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Between the death of a daemon and the next, pids were given to others, the machine was booted, or the clock was set. */
@Timeout(180)
class OtherTimesIT {
    private static final String LAST_RUN = "pk IN (SELECT run_key FROM tsm.process WHERE name = '%s')";

    private Witnesses machine;

    @BeforeEach
    void home() throws IOException {
        machine = new Witnesses();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        machine.close();
    }

    /** A process that is none of tsm's. */
    private record Foreign(Process process) implements AutoCloseable {
        static Foreign start() throws IOException {
            ProcessBuilder builder = new ProcessBuilder("sleep", "100000");
            builder.environment().clear();
            return new Foreign(builder.start());
        }

        long pid() {
            return process.pid();
        }

        /** Field 22 of proc_pid_stat(5). */
        long startTicks() throws IOException {
            String stat = Files.readString(Path.of("/proc", "" + pid(), "stat"));
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** What the daemon left dies, and the kernel gives the pid to somebody else. */
    private void reuse(Listed of, Foreign foreign) throws Exception {
        machine.living(of.id()).forEach(Living::kill);
        Await.until("it is dead", Witnesses.SOON, () -> machine.living(of.id()).isEmpty());
        machine.invariants()
                .changeDatabase(("UPDATE tsm.run SET pid = %d, start_ticks = %d WHERE " + LAST_RUN)
                        .formatted(foreign.pid(), foreign.startTicks() - 1, of.name()));
    }

    @Test
    void a_pid_that_is_somebody_elses_by_now_is_neither_taken_back_nor_signalled() throws Exception {
        machine.start("runs", "family", "--exact-name").expect(0);
        machine.start("stops", "plain", "--exact-name").expect(0);
        machine.start("bystander", "plain", "--exact-name").expect(0);
        machine.invariants().hold();
        Listed runs = machine.listed("runs").orElseThrow();
        Listed stops = machine.listed("stops").orElseThrow();
        machine.killDaemon();
        try (Foreign one = Foreign.start();
                Foreign other = Foreign.start()) {
            reuse(runs, one);
            reuse(stops, other);
            // It was being stopped when the daemon died.
            machine.invariants()
                    .changeDatabase("UPDATE tsm.process SET wanted = 'stop', status = 'stopping' WHERE name = 'stops'");
            List<Listed> now = machine.invariants().hold();
            assertEquals("stopped", byName("stops", now).status());
            assertNotEquals(one.pid(), byName("runs", now).pid());
            assertEquals(2, machine.runsOf("runs"));
            machine.tsm("stop", "runs").expect(0);
            machine.tsm("kill", "stops");
            machine.tsm("delete", "runs", "stops").expect(0);
            assertTrue(one.process().isAlive() && other.process().isAlive(), "a foreign process was ended");
        }
        machine.invariants().holdToTheEnd();
    }

    private static Listed byName(String name, List<Listed> all) {
        return all.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void after_a_boot_what_is_wanted_runs_again_once_and_the_same_pid_and_time_mean_nothing() throws Exception {
        machine.start("runs", "family", "--exact-name").expect(0);
        machine.start("rests", "plain", "--exact-name").expect(0);
        machine.tsm("stop", "rests").expect(0);
        Listed runs = byName("runs", machine.invariants().hold());
        machine.killDaemon();
        try (Foreign foreign = Foreign.start()) {
            reuse(runs, foreign);
            machine.invariants()
                    .changeDatabase(
                            "UPDATE tsm.run SET start_ticks = start_ticks + 1 WHERE " + LAST_RUN.formatted("runs"),
                            "UPDATE tsm.run SET boot_id = 'another boot' WHERE boot_id IS NOT NULL",
                            "UPDATE tsm.setting SET text = 'another boot' WHERE name = 'boot-id'");
            List<Listed> now = machine.invariants().hold();
            assertEquals(2, machine.runsOf("runs"));
            assertEquals(1, machine.runsOf("rests"));
            assertEquals("stopped", byName("rests", now).status());
            assertTrue(foreign.process().isAlive(), "a foreign process was ended");
        }
        machine.invariants().holdToTheEnd();
    }

    /** libfaketime, where Debian's package puts it, or where {@code tsm.faketime} says. */
    private static Optional<Path> fakeTime() throws IOException {
        String told = System.getProperty("tsm.faketime", "");
        if (!told.isEmpty()) {
            return Optional.of(Path.of(told));
        }
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            return folders.map(folder -> folder.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::exists)
                    .findFirst();
        }
    }

    /** A Java whose clock is that of a file: an offset such as {@code +3h}. */
    private void withClock(Path library) throws IOException {
        Path java = Files.createDirectories(machine.home().work().resolve("java/bin"));
        String real = System.getProperty("java.home");
        Files.copy(Path.of(real, "release"), java.resolveSibling("release"));
        Files.writeString(java.resolve("java"), """
                #!/bin/bash
                export LD_PRELOAD=%s FAKETIME_TIMESTAMP_FILE=%s FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
                exec %s/bin/java "$@"
                """.formatted(
                        library, machine.home().work().resolve("clock"), real));
        assertTrue(java.resolve("java").toFile().setExecutable(true));
        machine.home().environment().put("TSM_JAVA", java.getParent().toString());
    }

    private void setClock(String offset) throws IOException {
        Path draft = Files.writeString(machine.home().work().resolve("clock.new"), offset + "\n");
        Files.move(draft, machine.home().work().resolve("clock"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void a_clock_that_is_set_back_and_forth_changes_nothing() throws Exception {
        Optional<Path> library = fakeTime();
        assumeTrue(library.isPresent(), "there is no libfaketime (Debian: apt-get install libfaketime)");
        setClock("+0");
        withClock(library.get());
        machine.start("talker", "talker", "--exact-name").expect(0);
        machine.start("rests", "plain", "--exact-name").expect(0);
        machine.tsm("stop", "rests").expect(0);
        machine.invariants().untouched();
        machine.start("it", "plain", "--exact-name", "--backoff", "20ms").expect(0);
        int executions = 1;
        for (String offset : List.of("+3h", "-2d", "+30d", "+0")) {
            setClock(offset);
            machine.invariants().hold();
            // What is by the clock goes on: an end is followed by a run, a stop takes no longer.
            long pid = machine.listed("it").orElseThrow().pid();
            machine.living().stream().filter(l -> l.pid() == pid).forEach(Living::kill);
            executions++;
            int expected = executions;
            Await.until("it runs again", Witnesses.SOON, () -> machine.runsOf("it") == expected);
            machine.killDaemon();
            machine.invariants().hold();
            machine.tsm("restart", "it").expect(0);
            executions++;
        }
        assertEquals(executions, machine.runsOf("it"));
    }
}
