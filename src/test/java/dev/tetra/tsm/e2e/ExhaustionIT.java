package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.e2e.Witnesses.Listed;
import dev.tetra.tsm.e2e.Witnesses.Living;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The daemon, or the machine, has run out of something: descriptors, room on the disk, the time of the CPU. That is told in
 * words, nothing is taken for dead that cannot be looked at, and all goes on when there is enough again.
 */
@Timeout(180)
class ExhaustionIT {
    private static final int CRASHING = Integer.getInteger("tsm.crashing", 40);
    private static final int CHILDREN = Integer.getInteger("tsm.children", 200);

    private Witnesses machine;

    @BeforeEach
    void home() throws IOException {
        machine = new Witnesses();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        machine.close();
    }

    private Set<Integer> descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc", "" + machine.home().daemonPid(), "fd"))) {
            return open.map(path -> Integer.valueOf(path.getFileName().toString()))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the daemon open so many files more than it has open now; the kernel bounds their numbers (getrlimit(2)). */
    private void mayOpen(int more) {
        List<Set<Integer>> looks = new ArrayList<>();
        Await.until("clients have gone", Witnesses.SOON, () -> {
            looks.add(descriptors());
            int n = looks.size();
            return n > 100 && Set.copyOf(looks.subList(n - 100, n)).size() == 1;
        });
        Set<Integer> open = looks.getLast();
        int bound = 0;
        for (int free = more; free > 0 || open.contains(bound); bound++) {
            free -= open.contains(bound) ? 0 : 1;
        }
        limit(bound);
    }

    private void mayOpenAll() {
        limit(4096);
    }

    /** The soft limit alone, so that it can be lifted again (prlimit(1)). */
    private void limit(int files) {
        machine.home()
                .run(
                        List.of("prlimit", "--pid", "" + machine.home().daemonPid(), "--nofile=" + files + ":"),
                        new byte[0])
                .expect(0);
    }

    private static void assertTold(Result result) {
        assertTrue(result.err().startsWith("tsm: "), result.err());
        assertTrue(result.err().toLowerCase(Locale.ROOT).contains("too many open files"), result.err());
        assertFalse(result.err().contains("bug in tsm"), result.err());
    }

    @Test
    void without_descriptors_nothing_counts_as_dead_and_what_was_asked_is_done_once_there_are_some() throws Exception {
        machine.start("it", "plain", "--exact-name").expect(0);
        machine.start("family", "family", "--exact-name").expect(0);
        machine.start("talker", "talker", "--exact-name").expect(0);
        List<Listed> before = machine.invariants().hold();
        long pid = machine.listed("it").orElseThrow().pid();

        // The connection of a client takes the one that is left. What was open only for a while when they were counted
        // leaves one more.
        Await.until("no other is left", Witnesses.SOON, () -> {
            mayOpen(1);
            Result list = machine.tsm("list");
            if (list.code() == 1) {
                assertTold(list);
            }
            return list.code() == 1;
        });
        assertTold(machine.start("more", "plain", "--exact-name").expect(1));
        assertTold(machine.tsm("restart", "it").expect(1));
        Result stop = machine.tsm("stop", "family").expect(1);
        assertTold(stop);
        assertEquals(5, machine.living().size(), "nothing was ended or started");
        mayOpenAll();

        // Both were decided on, so both are carried out.
        Await.until("it was restarted", Witnesses.SOON, () -> machine.runsOf("it") == 2);
        Await.until(
                "the family is gone",
                Witnesses.SOON,
                () -> machine.listed("family").orElseThrow().status().equals("stopped"));
        List<Listed> after = machine.invariants().hold();
        assertEquals(before.size(), after.size());
        assertTrue(after.stream().noneMatch(process -> process.pid() == pid), after::toString);
        machine.start("more", "plain", "--exact-name").expect(0);
        machine.invariants().holdToTheEnd();
    }

    @Test
    void an_end_that_comes_while_there_are_no_descriptors_is_followed_by_the_next_run() throws Exception {
        machine.start("it", "family", "--exact-name").expect(0);
        Listed it = machine.invariants().hold().getFirst();
        Await.until("all of it runs", Witnesses.SOON, () -> machine.living().size() == 3);
        mayOpen(0);
        machine.living(it.id()).stream().filter(l -> l.pid() == it.pid()).forEach(Living::kill);
        Await.until("it is dead", Witnesses.SOON, () -> machine.living().size() == 2);
        mayOpenAll();
        try {
            Await.until("it runs again", Witnesses.SOON, () -> machine.runsOf("it") == 2);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + machine.log(), e);
        }
        machine.invariants().holdToTheEnd();
    }

    @Test
    void a_full_disk_stops_nothing_and_loses_nothing_though_the_daemon_dies_of_it() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount a small file system");
        Path home = machine.home().home();
        Files.createDirectory(home);
        machine.home()
                .run(
                        List.of("mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "tsm-test", home.toString()),
                        new byte[0])
                .expect(0);
        try {
            machine.start("it", "plain", "--exact-name").expect(0);
            machine.start("rests", "plain", "--exact-name").expect(0);
            machine.tsm("stop", "rests").expect(0);
            machine.start("writer", "plain", "--exact-name", "--log-max-size", "64K")
                    .expect(0);
            machine.invariants().untouched();
            Path filling = home.resolve("filling");
            fill(filling);
            String witness = machine.home().work().resolve("witness").toString();
            Result more = machine.tsm("start", "--name", "more", "bash", witness, "plain");
            assertEquals(1, more.code(), more::err);
            assertTrue(more.err().contains("is its disk full?"), more.err());
            machine.home().tsm("restart", "it").expect(1);
            machine.killDaemon();
            Result refused = machine.home().tsm("list").expect(69);
            assertTrue(refused.err().contains("disk"), refused.err());
            Files.delete(filling);
            machine.invariants().hold();
            machine.start("more", "plain").expect(0);
            machine.invariants().holdToTheEnd();
        } finally {
            machine.endAll();
            machine.home().run(List.of("umount", home.toString()), new byte[0]).expect(0);
        }
    }

    @Test
    void a_home_that_is_mounted_read_only_is_told_of_and_all_goes_on_once_it_can_be_written() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount");
        machine.start("it", "plain", "--exact-name").expect(0);
        machine.start("rests", "plain", "--exact-name").expect(0);
        machine.tsm("stop", "rests").expect(0);
        machine.invariants().untouched();
        TsmHome tsm = machine.home();
        String home = tsm.home().toString();
        // What is open stays as it was opened: programs go on writing their logs.
        tsm.bash("mount --bind " + home + " " + home).expect(0);
        try {
            tsm.bash("mount -o remount,bind,ro " + home).expect(0);
            Result more = machine.start("more", "plain", "--exact-name").expect(1);
            assertTrue(more.err().contains("Read-only file system"), more.err());
            for (String verb : List.of("restart", "reload")) {
                Result left = machine.tsm(verb, "it").expect(1);
                assertTrue(left.err().contains("it is left as it was"), left.err());
            }
            machine.killDaemon();
            Result refused = tsm.tsm("list").expect(69);
            assertTrue(refused.err().contains("its file system is read-only"), refused.err());
        } finally {
            tsm.bash("umount " + home).expect(0);
        }
        machine.tsm("restart", "more").expect(0);
        machine.invariants().holdToTheEnd();
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertTrue(Files.exists(file));
        }
    }

    /** Root has no such limit, so it is another user's tsm. */
    @Test
    void at_the_limit_of_processes_a_start_says_so_and_what_runs_goes_on() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can be another user");
        try (TsmHome home = TsmHome.create()) {
            List<String> other = List.of("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups");
            home.run(
                            List.of(
                                    "chown",
                                    "-R",
                                    "54321:54321",
                                    home.work().getParent().toString()),
                            new byte[0])
                    .expect(0);
            assumeTrue(
                    home.run(as(other, "test", "-x", home.launcher().toString()), new byte[0])
                                    .code()
                            == 0,
                    "the other user can't read this clone");
            Limited tsm = words -> home.run(
                    as(
                            other,
                            Stream.concat(
                                            Stream.of(
                                                    "prlimit",
                                                    "--nproc=50",
                                                    home.launcher().toString()),
                                            words)
                                    .toArray(String[]::new)),
                    new byte[0]);
            tsm.run(Stream.of("start", "--name", "first", "sleep", "100000")).expect(0);
            int count = 0;
            Result failed = null;
            while (failed == null && ++count < 60) {
                Result result = tsm.run(Stream.of("start", "--no-wait", "--name", "p" + count, "sleep", "100000"));
                failed = result.code() == 0 ? null : result;
            }
            assertTrue(failed != null, "there was no limit");
            assertEquals(1, failed.code(), failed.err());
            assertTrue(failed.err().contains("as many processes as may be"), failed.err());
            String online = tsm.run(Stream.of("list", "-q", "--filter", "status=online"))
                    .expect(0)
                    .out();
            assertEquals(count, online.lines().count(), online);

            tsm.run(Stream.of("stop", "p1")).expect(0);
            tsm.run(Stream.of("start", "p" + count)).expect(0);
            Result all = tsm.run(Stream.of("daemon", "stop", "--all"));
            assertEquals(0, all.code(), all.err());
        }
    }

    private interface Limited {
        Result run(Stream<String> words);
    }

    private static List<String> as(List<String> user, String... command) {
        return Stream.concat(user.stream(), Stream.of(command)).toList();
    }

    @Test
    void many_that_crash_again_and_again_are_held_down_and_the_daemon_answers() throws Exception {
        machine.start("bystander", "talker", "--exact-name").expect(0);
        machine.tsm(
                        "start",
                        "--no-wait",
                        "-i",
                        String.valueOf(CRASHING),
                        "--name",
                        "crash",
                        "--max-restarts",
                        "100000",
                        "bash",
                        "-c",
                        "exit 1")
                .expect(0);
        long cpu = cpuTicks();
        long began = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            long asked = System.nanoTime();
            machine.tsm("list", "all").expect(0);
            Duration took = Duration.ofNanos(System.nanoTime() - asked);
            assertTrue(took.compareTo(Duration.ofSeconds(5)) < 0, () -> "tsm list took " + took);
        }
        Await.until(
                "the delays have grown",
                // Each is run six times until then.
                Duration.ofSeconds(60 + CRASHING / 4),
                () -> machine.home()
                        .tsm("sql", "--csv", "SELECT COUNT(*) FROM processes WHERE name LIKE 'crash%' AND restarts < 6")
                        .out()
                        .strip()
                        .endsWith("\n0"));
        long spent = (cpuTicks() - cpu) * 10;
        long passed = Duration.ofNanos(System.nanoTime() - began).toMillis();
        System.err.println(CRASHING + " crashing: " + spent + " ms of CPU in " + passed + " ms");
        assertEquals("online", machine.listed("bystander").orElseThrow().status());
        machine.tsm("stop", "all").expect(0);
        assertEquals(List.of(), machine.living());
    }

    /** User and system time of the daemon, in clock ticks of 10 ms (proc_pid_stat(5), fields 14 and 15). */
    private long cpuTicks() throws IOException {
        String stat = Files.readString(Path.of("/proc", "" + machine.home().daemonPid(), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    @Test
    void hundreds_of_descendants_in_groups_and_sessions_of_their_own_are_all_gone_after_a_stop() throws Exception {
        Files.writeString(machine.home().work().resolve("crowd.py"), """
                import os, signal, sys, time
                # Each leaves its group, every second its session too; every third ignores the signal, and every fifth has
                # lost its parent.
                for i in range(int(sys.argv[1])):
                    if os.fork() == 0:
                        os.setsid() if i % 2 else os.setpgid(0, 0)
                        if i % 3 == 0:
                            signal.signal(signal.SIGTERM, signal.SIG_IGN)
                        if i % 5 == 0 and os.fork() != 0:
                            os._exit(0)
                        while True:
                            time.sleep(1000)
                while True:
                    time.sleep(1000)
                """);
        machine.tsm(
                        "start",
                        "--exact-name",
                        "--name",
                        "crowd",
                        "--kill-timeout",
                        "1s",
                        "python3",
                        "crowd.py",
                        String.valueOf(CHILDREN))
                .expect(0);
        Await.until("all of it runs", Witnesses.SOON, () -> machine.living().size() == CHILDREN + 1);
        machine.tsm("stop", "crowd").expect(0);
        assertEquals(List.of(), machine.living());
        machine.invariants().hold();
    }
}
