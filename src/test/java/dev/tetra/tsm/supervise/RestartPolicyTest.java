package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Rows of crashes, and any order of happenings at all. */
class RestartPolicyTest {
    private static final Exit FAILED = new Exit.Code(3);
    private static final Exit DONE = new Exit.Code(0);
    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Lifecycle RUNNING = new Lifecycle(Wanted.RUN, Status.ONLINE, 1, 0, 0, 0);

    private static RestartPolicy policy(RestartPolicy.Restart restart) {
        RestartPolicy usual = RestartPolicy.DEFAULT;
        return new RestartPolicy(
                restart,
                usual.backoffMin(),
                usual.backoffMax(),
                usual.stableAfter(),
                usual.minUptime(),
                usual.maxUnstable());
    }

    /** Lets it end once and, when it is to run again, run. Adds the delay in ms. */
    private static Lifecycle crash(
            Transition transition, Lifecycle life, Exit exit, Duration lived, List<Long> delays) {
        Transition.Step step = transition.next(life, new Happening.Ended(exit, lived));
        if (step.life().status() == Status.WAITING) {
            step.actions().forEach(action -> {
                if (action instanceof Action.Backoff(Duration delay)) {
                    delays.add(delay.toMillis());
                }
            });
            step = transition.next(step.life(), new Happening.BackoffElapsed());
        } else if (step.life().status() == Status.STARTING) {
            delays.add(0L);
        }
        return step.life().status() == Status.STARTING
                ? transition.next(step.life(), new Happening.Spawned(false)).life()
                : step.life();
    }

    @Test
    void the_run_after_one_that_went_over_its_memory_limit_says_so() {
        Transition transition = new Transition(policy(RestartPolicy.Restart.ON_FAILURE));
        Exit killed = new Exit.Signalled(9, "KILL", 64L << 20);
        Transition.Step first = transition.next(RUNNING, new Happening.Ended(killed, Duration.ofSeconds(20)));
        assertTrue(first.actions().contains(new Action.Spawn(RunCause.MEMORY)), first.toString());
        Transition.Step second =
                transition.next(RUNNING, new Happening.Ended(new Exit.Signalled(9, "KILL"), Duration.ofSeconds(20)));
        assertTrue(second.actions().contains(new Action.Spawn(RunCause.SIGNAL)), second.toString());
    }

    @Test
    void the_first_restart_is_immediate_then_delays_double_from_100_ms_to_15_s() {
        Transition transition = new Transition(policy(RestartPolicy.Restart.ON_FAILURE));
        List<Long> delays = new ArrayList<>();
        Lifecycle life = RUNNING;
        for (int i = 0; i < 11; i++) {
            life = crash(transition, life, FAILED, Duration.ofSeconds(2), delays);
        }
        assertEquals(List.of(0L, 100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 15000L, 15000L), delays);
        assertEquals(11, life.restarts());
    }

    @Test
    void sixteen_short_failures_in_a_row_are_given_up_on_and_fifteen_are_not() {
        Transition transition = new Transition(policy(RestartPolicy.Restart.ON_FAILURE));
        Lifecycle life = RUNNING;
        for (int i = 0; i < 15; i++) {
            life = crash(transition, life, FAILED, Duration.ofMillis(999), new ArrayList<>());
        }
        assertEquals(Status.ONLINE, life.status());
        life = crash(transition, life, FAILED, Duration.ofMillis(999), new ArrayList<>());
        assertEquals(Status.ERRORED, life.status());
        assertEquals(15, life.restarts());
    }

    @Test
    void a_longer_failure_begins_the_count_of_short_ones_anew() {
        Transition transition = new Transition(policy(RestartPolicy.Restart.ON_FAILURE));
        Lifecycle life = RUNNING;
        for (int i = 0; i < 15; i++) {
            life = crash(transition, life, FAILED, MOMENT, new ArrayList<>());
        }
        life = crash(transition, life, FAILED, Duration.ofSeconds(1), new ArrayList<>());
        assertEquals(0, life.unstable());
        life = crash(transition, life, FAILED, MOMENT, new ArrayList<>());
        assertEquals(Status.ONLINE, life.status());
    }

    @Test
    void a_healthy_run_ends_the_row_so_that_the_next_restart_is_immediate() {
        Transition transition = new Transition(policy(RestartPolicy.Restart.ON_FAILURE));
        List<Long> delays = new ArrayList<>();
        Lifecycle life = RUNNING;
        for (int i = 0; i < 3; i++) {
            life = crash(transition, life, FAILED, MOMENT, delays);
        }
        life = crash(transition, life, FAILED, Duration.ofSeconds(10), delays);
        life = crash(transition, life, FAILED, MOMENT, delays);
        assertEquals(List.of(0L, 100L, 200L, 0L, 100L), delays);
        Lifecycle stable = transition.next(life, new Happening.Stable()).life();
        assertEquals(0, stable.attempt());
        assertEquals(0, stable.unstable());
    }

    @Test
    void on_failure_leaves_a_clean_end_alone_always_does_not_and_no_restarts_nothing() {
        Transition onFailure = new Transition(policy(RestartPolicy.Restart.ON_FAILURE));
        Transition always = new Transition(policy(RestartPolicy.Restart.ALWAYS));
        Transition never = new Transition(policy(RestartPolicy.Restart.NO));
        assertEquals(
                Status.EXITED,
                crash(onFailure, RUNNING, DONE, MOMENT, new ArrayList<>()).status());
        assertEquals(
                Status.ONLINE,
                crash(always, RUNNING, DONE, MOMENT, new ArrayList<>()).status());
        assertEquals(
                Status.EXITED,
                crash(never, RUNNING, DONE, MOMENT, new ArrayList<>()).status());
        assertEquals(
                Status.ERRORED,
                crash(never, RUNNING, FAILED, MOMENT, new ArrayList<>()).status());
    }

    @Test
    void with_always_a_program_that_ends_well_is_never_given_up_on() {
        Transition always = new Transition(policy(RestartPolicy.Restart.ALWAYS));
        Lifecycle life = RUNNING;
        for (int i = 0; i < 40; i++) {
            life = crash(always, life, DONE, MOMENT, new ArrayList<>());
        }
        assertEquals(Status.ONLINE, life.status());
    }

    @Test
    void what_a_user_stopped_is_not_restarted_whatever_the_policy() {
        for (RestartPolicy.Restart restart : RestartPolicy.Restart.values()) {
            Transition transition = new Transition(policy(restart));
            Lifecycle life = transition
                    .next(RUNNING, new Happening.StopAsked(false, true))
                    .life();
            life = transition.next(life, new Happening.Ended(FAILED, MOMENT)).life();
            assertEquals(Status.STOPPING, life.status());
            life = transition.next(life, new Happening.TreeGone(false)).life();
            assertEquals(Status.STOPPED, life.status());
            assertEquals(
                    life, transition.next(life, new Happening.BackoffElapsed()).life());
        }
    }

    @Test
    void a_restart_during_a_stop_runs_it_again_once_it_is_gone() {
        Transition transition = new Transition(policy(RestartPolicy.Restart.NO));
        Lifecycle life =
                transition.next(RUNNING, new Happening.StopAsked(false, true)).life();
        life = transition.next(life, new Happening.RestartAsked()).life();
        assertEquals(Status.STOPPING, life.status());
        Transition.Step gone = transition.next(life, new Happening.TreeGone(false));
        assertEquals(List.of(new Action.Spawn(RunCause.RESTART)), gone.actions());
        assertEquals(Wanted.RUN, gone.life().wanted());
    }

    @Property(tries = 3000)
    void whatever_happens_in_whatever_order_the_promises_hold(
            @ForAll("policies") RestartPolicy policy, @ForAll("happenings") List<Happening> happenings) {
        Transition transition = new Transition(policy);
        Lifecycle life = Lifecycle.NEW;
        for (Happening happening : happenings) {
            Transition.Step step = transition.next(life, happening);
            Lifecycle after = step.life();
            boolean spawns = step.actions().stream().anyMatch(Action.Spawn.class::isInstance);
            assertTrue(!spawns || after.status() == Status.STARTING, "spawn while " + after.status());
            assertTrue(!spawns || after.wanted() == Wanted.RUN, "spawn of what is not wanted");
            assertTrue(after.generation() >= life.generation(), "a generation went back");
            assertTrue(after.restarts() >= life.restarts(), "restarts went back");
            boolean users = happening instanceof Happening.StartAsked
                    || happening instanceof Happening.RestartAsked
                    || happening instanceof Happening.StopAsked;
            assertTrue(users || after.wanted() == life.wanted(), "wanted was changed by " + happening);
            boolean runs = after.status() == Status.STARTING
                    || after.status() == Status.ONLINE
                    || after.status() == Status.WAITING;
            assertTrue(!runs || after.wanted() == Wanted.RUN, after.status() + " though nobody wants it");
            life = after;
        }
        Lifecycle asked =
                transition.next(life, new Happening.StopAsked(false, true)).life();
        Lifecycle rest = transition.next(asked, new Happening.TreeGone(false)).life();
        assertEquals(Status.STOPPED, rest.status());
    }

    @Provide
    Arbitrary<RestartPolicy> policies() {
        return Combinators.combine(
                        Arbitraries.of(RestartPolicy.Restart.values()),
                        Arbitraries.integers().between(0, 300),
                        Arbitraries.integers().between(1, 4))
                .as((restart, backoff, unstable) -> new RestartPolicy(
                        restart,
                        Duration.ofMillis(backoff),
                        Duration.ofMillis(1000),
                        Duration.ofMillis(500),
                        Duration.ofMillis(100),
                        unstable));
    }

    @Provide
    Arbitrary<List<Happening>> happenings() {
        Arbitrary<Boolean> either = Arbitraries.of(true, false);
        Arbitrary<Exit> exits = Arbitraries.of(DONE, FAILED, new Exit.Signalled(9, "KILL"), new Exit.Unknown("test"));
        Arbitrary<Duration> times = Arbitraries.integers().between(0, 700).map(Duration::ofMillis);
        Arbitrary<Happening> one = Arbitraries.oneOf(
                Arbitraries.of(
                        new Happening.StartAsked(),
                        new Happening.RestartAsked(),
                        new Happening.Proven(),
                        new Happening.TreeGone(false),
                        new Happening.KillDue(),
                        new Happening.Survived(),
                        new Happening.BackoffElapsed(),
                        new Happening.Stable(),
                        new Happening.FoundRunning()),
                Combinators.combine(either, either).as(Happening.StopAsked::new),
                either.map(Happening.Spawned::new),
                either.map(Happening.SpawnFailed::new),
                Combinators.combine(exits, times).as(Happening.Ended::new),
                Combinators.combine(exits, times, either, either, either).as(Happening.FoundGone::new));
        return one.list().ofMaxSize(40);
    }
}
