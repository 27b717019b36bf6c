package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Ulimit;
import dev.tetra.tsm.spec.Ulimits;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What real programs have of what they were given. */
class LimitTest {
    private static final String READY = "touch \"$TSM_DIR/ready\"; exec sleep 1000";

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static ProcessSpec spec(LimitPolicy limits, String script) {
        return Specs.with(limits, Rig.QUICK, new StopPolicy("TERM", Duration.ofSeconds(5)), "/bin/sh", "-c", script);
    }

    private static LimitPolicy allowed(@Nullable Integer nice, @Nullable Integer umask, String... ulimits) {
        return new LimitPolicy(
                new Allowance(
                        nice, List.of(ulimits).stream().map(Ulimits::parse).toList(), umask, null, null),
                Account.NONE,
                SuccessCodes.USUAL,
                RunCommands.NONE);
    }

    private static LimitPolicy as(@Nullable String user, @Nullable String group) {
        return new LimitPolicy(Allowance.NONE, new Account(user, group), SuccessCodes.USUAL, RunCommands.NONE);
    }

    private static LimitPolicy good(Integer... codes) {
        return new LimitPolicy(Allowance.NONE, Account.NONE, new SuccessCodes(List.of(codes)), RunCommands.NONE);
    }

    private String proc(ManagedProcess process, String file) throws Exception {
        return Files.readString(Path.of("/proc/" + rig.leader(process).pid() + "/" + file));
    }

    private List<String> limit(ManagedProcess process, String row) throws Exception {
        return proc(process, "limits")
                .lines()
                .filter(line -> line.startsWith(row))
                .map(line -> List.of(line.substring(row.length()).strip().split(" +"))
                        .subList(0, 2))
                .findFirst()
                .orElseThrow();
    }

    private ManagedProcess runs(LimitPolicy limits) {
        ManagedProcess process = rig.started(rig.add("limited", spec(limits, READY)));
        Await.until("the program runs", Rig.SOON, () -> rig.exists("ready"));
        return process;
    }

    @Test
    void every_ulimit_is_what_the_program_has() throws Exception {
        ManagedProcess process = runs(allowed(
                null,
                null,
                "nofile=300:400",
                "nproc=30000",
                "core=1M",
                "as=4G",
                "cpu=5000",
                "fsize=2M:3M",
                "memlock=64K",
                "stack=4M:unlimited",
                "data=3G"));
        assertEquals(List.of("300", "400"), limit(process, "Max open files"));
        assertEquals(List.of("30000", "30000"), limit(process, "Max processes"));
        assertEquals(List.of("1048576", "1048576"), limit(process, "Max core file size"));
        assertEquals(List.of("4294967296", "4294967296"), limit(process, "Max address space"));
        assertEquals(List.of("5000", "5000"), limit(process, "Max cpu time"));
        assertEquals(List.of("2097152", "3145728"), limit(process, "Max file size"));
        assertEquals(List.of("65536", "65536"), limit(process, "Max locked memory"));
        assertEquals(List.of("4194304", "unlimited"), limit(process, "Max stack size"));
        assertEquals(List.of("3221225472", "3221225472"), limit(process, "Max data size"));
    }

    @Test
    void priority_and_mask_are_what_the_program_has() throws Exception {
        ManagedProcess process = runs(allowed(7, 0027));
        assertEquals("7", proc(process, "stat").replaceFirst(".*\\) ", "").split(" ", -1)[16]);
        assertEquals(0027, rig.host.umask(rig.leader(process).pid()).orElseThrow());
    }

    @Test
    void what_the_kernel_refuses_is_in_the_log_of_the_failed_start() throws Exception {
        ManagedProcess process = rig.add("limited", spec(allowed(null, null, "nofile=999999999999"), READY));
        assertInstanceOf(Outcome.NotStarted.class, rig.start(process, true));
        assertEquals(new Exit.Code(125), rig.run(process).exit());
        String log = Files.readString(rig.with.logs().file("limited", LogStream.ERR));
        assertTrue(log.endsWith("tsm: cannot set --ulimit nofile=999999999999\n"), log);
    }

    @Test
    void a_user_is_become_with_group_home_and_name_and_is_stopped_like_any() throws Exception {
        assumeTrue(rig.host.rights().superuser());
        long gid = rig.host.rights().user("nobody").orElseThrow().gid();
        ManagedProcess process = rig.started(rig.add("limited", spec(as("nobody", null), "id; env; exec sleep 1000")));
        Path out = rig.with.logs().file("limited", LogStream.OUT);
        Await.until("the program has told", Rig.SOON, () -> read(out).contains("TSM_NAME="));
        String told = read(out);
        assertTrue(told.startsWith("uid=65534(nobody) gid=" + gid), told);
        assertTrue(told.lines().toList().containsAll(List.of("USER=nobody", "LOGNAME=nobody")), told);
        assertTrue(told.contains("HOME=/nonexistent") && told.contains("SHELL=/usr/sbin/nologin"), told);
        assertTrue(proc(process, "status").contains("Uid:\t65534\t65534\t65534\t65534"));
        rig.recover();
        Outcome.Done stopped = assertInstanceOf(Outcome.Done.class, rig.stop(process));
        assertEquals(Status.STOPPED, stopped.process().status());
        assertEquals(List.of(), rig.living());
    }

    @Test
    void a_group_alone_leaves_the_user_and_takes_the_other_groups() throws Exception {
        assumeTrue(rig.host.rights().superuser());
        long gid = rig.host.rights().group("nogroup").orElseThrow();
        ManagedProcess process = runs(as(null, "nogroup"));
        String status = proc(process, "status");
        assertTrue(status.contains("Uid:\t0\t0\t0\t0"), status);
        assertTrue(status.contains("Gid:\t" + gid + "\t" + gid), status);
        assertTrue(status.contains("Groups:\t \n") || status.contains("Groups:\t\n"), status);
    }

    @Test
    void a_user_that_is_gone_meanwhile_fails_the_start_with_the_reason() {
        ManagedProcess process = rig.add("limited", spec(as("nobody-of-this-name", null), READY));
        Outcome.NotStarted failed = assertInstanceOf(Outcome.NotStarted.class, rig.start(process, true));
        assertEquals("--user: there is no user 'nobody-of-this-name'", failed.why());
    }

    @Test
    void a_code_that_was_said_to_be_good_is_success_and_the_usual_is_not() {
        ManagedProcess three = rig.add("three", spec(good(3), "sleep 0.2; exit 3"));
        rig.started(three);
        rig.await(three, Status.EXITED);
        RestartPolicy never = new RestartPolicy(
                RestartPolicy.Restart.NO,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                4);
        ManagedProcess zero =
                rig.add("zero", Specs.with(good(3), never, StopPolicy.DEFAULT, "/bin/sh", "-c", "sleep 0.2; exit 0"));
        rig.started(zero);
        rig.await(zero, Status.ERRORED);
    }

    @Test
    void an_end_by_a_signal_counts_as_128_and_its_number() {
        ManagedProcess process = rig.add("signalled", spec(good(0, 143), "sleep 0.2; kill -TERM $$"));
        rig.started(process);
        rig.await(process, Status.EXITED);
        assertEquals(0, rig.now(process).life().restarts());
    }

    @Test
    void what_was_said_is_in_the_database_and_comes_back() {
        LimitPolicy all = new LimitPolicy(
                new Allowance(
                        -3,
                        List.of(
                                new Ulimit(Ulimit.Resource.CORE, 0L, null),
                                new Ulimit(Ulimit.Resource.NOFILE, 10L, 20L)),
                        0077,
                        1500,
                        300L << 20),
                new Account("nobody", "nogroup"),
                new SuccessCodes(List.of(143, 0)),
                new RunCommands("make ready", "make stop", "make clean", Duration.ofSeconds(7)));
        ManagedProcess process = rig.add("all", spec(all, "true"));
        assertEquals(all, rig.now(process).spec().supervision().limits());
        rig.store.run(tx -> tx.processes().saveSpec(process.key(), spec(LimitPolicy.NONE, "true")));
        assertEquals(LimitPolicy.NONE, rig.now(process).spec().supervision().limits());
        assertEquals(
                List.of(LimitPolicy.NONE),
                rig.store.call(tx -> tx.processes().all()).stream()
                        .map(p -> p.spec().supervision().limits())
                        .toList());
    }

    @Test
    void a_limit_that_makes_no_sense_is_no_limit() {
        for (String text : List.of(
                "nofile",
                "nofile=",
                "nofile=x",
                "files=3",
                "nofile=-1",
                "nofile=5:4",
                "nofile=unlimited:4",
                "as=1000",
                "=3")) {
            TsmException.Usage wrong = org.junit.jupiter.api.Assertions.assertThrows(
                    TsmException.Usage.class, () -> Ulimits.parse(text), text);
            assertTrue(wrong.getMessage().startsWith("--ulimit"), wrong.getMessage());
        }
        assertEquals("as=2G:unlimited", Ulimits.format(Ulimits.parse(" AS=2g:Unlimited")));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
