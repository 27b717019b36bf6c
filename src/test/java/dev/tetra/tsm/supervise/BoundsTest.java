package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What ends a run that takes too much memory or time. */
class BoundsTest {
    private static final RestartPolicy NO = new RestartPolicy(
            RestartPolicy.Restart.NO,
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            4);

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static TriggerPolicy bounds(boolean job, long memory, Duration runtime) {
        return new TriggerPolicy(
                job, null, null, TriggerPolicy.Overlap.SKIP, false, List.of(), List.of(), memory, runtime);
    }

    private ManagedProcess add(RestartPolicy restart, TriggerPolicy triggers, String script) {
        return rig.add(
                "bound",
                Specs.triggered(
                        Specs.with(restart, StopPolicy.DEFAULT, "/bin/sh", "-c", script),
                        rig.home.toString(),
                        triggers));
    }

    private boolean told(ManagedProcess process, String part) {
        return rig.store.call(tx -> tx.journal().latest(process.key(), 100)).stream()
                .map(Event::message)
                .anyMatch(message -> message.contains(part));
    }

    @Test
    void a_tree_that_uses_more_memory_than_it_may_is_restarted() {
        // The child takes it, not the leader.
        ManagedProcess process = add(
                Rig.QUICK,
                bounds(false, 40L << 20, Duration.ZERO),
                "test -f once && exec sleep 100; touch once; python3 -c 'import time; x = bytearray(80 << 20);"
                        + " time.sleep(100)' & wait");
        rig.started(process);
        Await.until("restarted", Rig.SOON, () -> rig.run(process).cause() == RunCause.MEMORY);
        rig.await(process, Status.ONLINE);
        assertTrue(told(process, "memory: uses "), "the event");
        assertTrue(told(process, " MB, limit 40 MB"), "the event");
    }

    @Test
    void a_service_that_ran_as_long_as_it_may_is_restarted() {
        ManagedProcess process = add(Rig.QUICK, bounds(false, 0, Duration.ofMillis(500)), "exec sleep 100");
        rig.started(process);
        Await.until(
                "restarted twice",
                Rig.SOON,
                () -> rig.runs(process).stream()
                                .filter(run -> run.cause() == RunCause.MAX_RUNTIME)
                                .count()
                        >= 2);
        assertTrue(told(process, "max-runtime: it ran for 500ms, as long as it may"));
    }

    @Test
    void a_job_that_ran_as_long_as_it_may_has_failed() {
        ManagedProcess process = add(NO, bounds(true, 0, Duration.ofMillis(400)), "exec sleep 100");
        rig.started(process);
        rig.await(process, Status.ERRORED);
        assertEquals(1, rig.runs(process).size());
        assertTrue(told(process, "job failed: max-runtime"));
    }

    private Instant startedAt(ManagedProcess process) {
        return Objects.requireNonNull(rig.run(process).startedAt());
    }

    @Test
    void the_time_before_a_new_daemon_counts() throws InterruptedException {
        ManagedProcess process = add(NO, bounds(true, 0, Duration.ofSeconds(2)), "exec sleep 100");
        rig.started(process);
        Instant begin = startedAt(process);
        Await.until("half of it", Rig.SOON, () -> begin.isBefore(Instant.now().minusMillis(1000)));
        rig.recover();
        rig.await(process, Status.ERRORED);
        Duration lived =
                Duration.between(begin, Objects.requireNonNull(rig.run(process).endedAt()));
        assertTrue(lived.toMillis() < 2900, lived.toString());
    }

    @Test
    void a_job_that_ends_with_code_0_is_done_and_is_not_run_again() {
        ManagedProcess quick = add(NO, bounds(true, 0, Duration.ZERO), "exit 0");
        assertTrue(rig.start(quick, true) instanceof Outcome.Done);
        assertEquals(Status.EXITED, rig.now(quick).status());
        assertEquals(1, rig.runs(quick).size());
    }
}
