package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.TriggerPolicy.Overlap;
import dev.tetra.tsm.spec.Schedules;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.SetClock;
import dev.tetra.tsm.testing.Specs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs and times, with real programs; times are seconds so that they come soon. */
class ScheduleTest {
    private static final String EACH_SECOND = "* * * * * *";
    private static final String NIGHTLY = "0 3 * * *";
    private static final RestartPolicy NO = policy(RestartPolicy.Restart.NO);

    private final SetClock clock = new SetClock();
    private final Rig rig = new Rig((method, arguments) -> Rig.Meddler.REAL, clock);

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static RestartPolicy policy(RestartPolicy.Restart when) {
        return new RestartPolicy(
                when,
                Rig.QUICK.backoffMin(),
                Rig.QUICK.backoffMax(),
                Rig.QUICK.stableAfter(),
                Rig.QUICK.minUptime(),
                Rig.QUICK.maxUnstable());
    }

    private static TriggerPolicy times(String cron, boolean job, Overlap overlap, boolean catchUp) {
        return new TriggerPolicy(job, cron, "UTC", overlap, catchUp, List.of(), List.of(), 0, Duration.ZERO);
    }

    private static TriggerPolicy times(String cron) {
        return times(cron, true, Overlap.SKIP, false);
    }

    /** A job as a start makes it: it has no run, and awaits its time. */
    private ManagedProcess job(TriggerPolicy triggers, RestartPolicy restart, String script) {
        var spec = Specs.triggered(
                Specs.with(restart, StopPolicy.DEFAULT, "/bin/sh", "-c", script), rig.home.toString(), triggers);
        Lifecycle life = Lifecycle.NEW
                .withStatus(Status.WAITING)
                .withNext(RunCause.SCHEDULE)
                .withDue(Schedules.after(triggers, clock.instant()).orElseThrow());
        ManagedProcess process = rig.store.decide(tx -> tx.processes()
                .find(tx.processes().insert(tx.processes().nextId(), "job", spec, life))
                .orElseThrow());
        return Rig.get(rig.supervisor.track(process)).process();
    }

    private List<String> events(ManagedProcess process) {
        return rig.store.call(tx -> tx.journal().latest(process.key(), 100)).stream()
                .map(Event::message)
                .toList();
    }

    private boolean told(ManagedProcess process, String part) {
        return events(process).stream().anyMatch(message -> message.contains(part));
    }

    private long endedRuns(ManagedProcess process) {
        return rig.runs(process).stream().filter(run -> run.exit() != null).count();
    }

    private Instant due(ManagedProcess process) {
        return Objects.requireNonNull(rig.now(process).life().triggers().due());
    }

    @Test
    void a_job_runs_at_its_times_and_waits_between_them() {
        ManagedProcess job = job(times(EACH_SECOND), NO, "exit 0");
        Await.until("three runs", Rig.SOON, () -> endedRuns(job) >= 3);
        Lifecycle life = rig.await(job, Status.WAITING).life();
        assertTrue(rig.runs(job).stream().allMatch(run -> run.cause() == RunCause.SCHEDULE));
        assertEquals(0, life.restarts(), "the runs of a job are no restarts");
        assertFalse(told(job, "failed"));
    }

    @Test
    void a_job_that_fails_stays_scheduled_and_says_so() {
        ManagedProcess job = job(times(EACH_SECOND), NO, "exit 3");
        Await.until("two runs", Rig.SOON, () -> endedRuns(job) >= 2);
        assertTrue(
                told(job, "job failed; it waits for its next time"), events(job).toString());
        assertEquals(new Exit.Code(3), rig.runs(job).getLast().exit());
    }

    @Test
    void a_job_whose_time_comes_while_it_runs_skips_it() {
        ManagedProcess job = job(times(EACH_SECOND), NO, "sleep 100");
        Await.until(
                "skipped twice",
                Rig.SOON,
                () -> events(job).stream()
                                .filter(message -> message.contains("skipped as it still runs"))
                                .count()
                        >= 2);
        assertEquals(1, rig.runs(job).size());
    }

    @Test
    void with_overlap_kill_the_run_before_is_ended_first() {
        ManagedProcess job = job(times(EACH_SECOND, true, Overlap.KILL, false), NO, "echo $$ >>pids; exec sleep 100");
        Await.until("three runs", Rig.SOON, () -> rig.text("pids").lines().count() >= 3);
        List<Run> runs = rig.runs(job);
        assertInstanceOf(Exit.Signalled.class, runs.getLast().exit());
        assertTrue(rig.living().size() <= 1, "never two at once");
    }

    @Test
    void a_service_is_restarted_at_its_times() {
        ManagedProcess service = rig.add(
                "service",
                Specs.triggered(
                        Specs.with(RestartPolicy.DEFAULT, StopPolicy.DEFAULT, "/bin/sleep", "100"),
                        "/",
                        times("*/2 * * * * *", false, Overlap.SKIP, false)));
        rig.started(service);
        Await.until(
                "restarted",
                Rig.SOON,
                () -> rig.run(service).cause() == RunCause.SCHEDULE
                        && rig.now(service).status() == Status.ONLINE);
        assertTrue(rig.now(service).life().restarts() >= 1);
        assertTrue(told(service, "schedule: its time has come"), events(service).toString());
    }

    @Test
    void a_service_that_has_failed_runs_again_when_its_time_comes() {
        ManagedProcess service = rig.add(
                "service",
                Specs.triggered(
                        Specs.with(NO, StopPolicy.DEFAULT, "/bin/sh", "-c", "sleep 0.2; exit 1"),
                        "/",
                        times("*/2 * * * * *", false, Overlap.SKIP, false)));
        rig.started(service);
        rig.await(service, Status.ERRORED);
        Await.until("run again", Rig.SOON, () -> rig.run(service).cause() == RunCause.SCHEDULE);
    }

    @Test
    void a_start_and_a_restart_run_a_waiting_job_now() {
        ManagedProcess job = job(times(NIGHTLY), NO, "sleep 0.3");
        Outcome.Done started = assertInstanceOf(Outcome.Done.class, rig.startAgain(job, true));
        assertEquals(Status.ONLINE, started.process().status());
        assertEquals(RunCause.START, rig.run(job).cause());
        rig.await(job, Status.WAITING);
        Outcome.Done again = assertInstanceOf(Outcome.Done.class, rig.restart(job, true));
        assertEquals(Status.ONLINE, again.process().status());
        rig.await(job, Status.WAITING);
        assertTrue(due(job).isAfter(clock.instant()));
    }

    @Test
    void a_stopped_job_has_no_times_and_a_start_only_gives_them_back() {
        ManagedProcess job = job(times(NIGHTLY), NO, "exit 0");
        assertInstanceOf(Outcome.Done.class, rig.stop(job));
        assertEquals(Status.STOPPED, rig.now(job).status());
        assertNull(rig.now(job).life().triggers().due());
        Outcome.Done done = assertInstanceOf(Outcome.Done.class, rig.startAgain(job, true));
        assertTrue(done.process().life().awaitsTime());
        Await.until(
                "its time is known",
                Rig.SOON,
                () -> rig.now(job).life().triggers().due() != null);
        assertEquals(List.of(), rig.runs(job));
    }

    @Test
    void a_run_asked_for_that_succeeds_or_fails_at_once_is_told_so() {
        ManagedProcess good = job(times(NIGHTLY), NO, "test -f bad && exit 3; exit 0");
        assertInstanceOf(Outcome.Done.class, rig.restart(good, true));
        assertTrue(rig.await(good, Status.WAITING).life().awaitsTime());
        write("bad");
        Outcome.NotStarted failed = assertInstanceOf(Outcome.NotStarted.class, rig.restart(good, true));
        assertEquals(new Exit.Code(3), failed.exit());
        assertTrue(rig.await(good, Status.WAITING).life().awaitsTime(), "it stays scheduled");
    }

    private void write(String file) {
        try {
            java.nio.file.Files.createFile(rig.home.resolve(file));
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void waiting_for_a_job_is_waiting_for_its_run() throws Exception {
        ManagedProcess job = job(times(NIGHTLY), NO, "sleep 0.3; exit 5");
        CompletableFuture<Outcome> end = rig.ask(job, new Wish.Await("me"));
        rig.startAgain(job, true);
        assertEquals(
                new Exit.Code(5),
                Objects.requireNonNull(Rig.get(end).process().run()).exit());
    }

    @Test
    void a_job_that_fails_is_run_again_when_the_user_says_so_and_then_waits() {
        ManagedProcess job = job(times(NIGHTLY), policy(RestartPolicy.Restart.ON_FAILURE), "sleep 0.2; exit 1");
        rig.startAgain(job, true);
        Await.until("gave up", Rig.SOON, () -> rig.now(job).life().awaitsTime());
        assertEquals(Rig.QUICK.maxUnstable(), rig.runs(job).size());
    }

    @Test
    void the_next_daemon_keeps_the_times_and_leaves_out_what_was_missed() throws InterruptedException {
        ManagedProcess job = job(times("*/10 * * * *"), NO, "exit 0");
        Instant before = due(job);
        rig.recover();
        assertEquals(before, due(job));
        clock.set(Duration.ofMinutes(35));
        rig.recover();
        Await.until("the next time", Rig.SOON, () -> due(job).isAfter(clock.instant()));
        assertTrue(
                told(job, "schedule: 4 times missed from ") || told(job, "schedule: 3 times missed from "),
                events(job).toString());
        assertEquals(List.of(), rig.runs(job));
    }

    @Test
    void with_catch_up_missed_times_are_made_up_for_by_one_run() throws InterruptedException {
        ManagedProcess job = job(times("*/10 * * * *", true, Overlap.SKIP, true), NO, "exit 0");
        clock.set(Duration.ofMinutes(35));
        rig.recover();
        Await.until("one run", Rig.SOON, () -> endedRuns(job) == 1);
        assertTrue(told(job, "caught up by one run"), events(job).toString());
        assertTrue(due(job).isAfter(clock.instant()));
    }

    @Test
    void a_clock_that_is_set_back_brings_its_times_back() throws InterruptedException {
        clock.set(Duration.ofDays(3));
        ManagedProcess job = job(times(NIGHTLY), NO, "sleep 0.2");
        rig.startAgain(job, true);
        rig.await(job, Status.WAITING);
        Instant far = due(job);
        clock.set(Duration.ofDays(-3));
        rig.recover();
        Await.until("an earlier time", Rig.SOON, () -> due(job).isBefore(far));
        assertTrue(due(job).isBefore(clock.instant().plus(Duration.ofHours(25))));
    }

    @Test
    void a_run_that_the_daemon_did_not_see_end_leaves_the_job_scheduled() throws InterruptedException {
        ManagedProcess job = job(times(NIGHTLY), NO, "sleep 100");
        rig.startAgain(job, true);
        var leader = rig.leader(job);
        rig.supervisor.close(() -> {});
        rig.signal(leader, 9);
        Await.until("it is gone", Rig.SOON, () -> !rig.alive(leader.pid()));
        rig.recover();
        Await.until("it waits", Rig.SOON, () -> rig.now(job).life().awaitsTime());
        assertEquals(1, rig.runs(job).size());
    }
}
