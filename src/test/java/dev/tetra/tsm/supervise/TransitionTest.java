package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of states, pair by pair. Sequences are in {@link RestartPolicyTest}. */
class TransitionTest {
    private static final Exit ZERO = new Exit.Code(0);
    private static final Exit ONE = new Exit.Code(1);
    private static final Exit UNSEEN = new Exit.Unknown("test");
    private static final Duration SHORT = Duration.ofMillis(50);

    /** Every kind of happening, in each of the forms that make a difference. */
    private static final Map<String, Happening> HAPPENINGS = new LinkedHashMap<>();

    static {
        HAPPENINGS.put("start", new Happening.StartAsked());
        HAPPENINGS.put("restart", new Happening.RestartAsked());
        HAPPENINGS.put("stop", new Happening.StopAsked(false, false));
        HAPPENINGS.put("stop-remains", new Happening.StopAsked(false, true));
        HAPPENINGS.put("kill", new Happening.StopAsked(true, false));
        HAPPENINGS.put("kill-remains", new Happening.StopAsked(true, true));
        HAPPENINGS.put("spawned", new Happening.Spawned(false));
        HAPPENINGS.put("spawned-proof", new Happening.Spawned(true));
        HAPPENINGS.put("spawn-failed", new Happening.SpawnFailed(false));
        HAPPENINGS.put("spawn-failed-asked", new Happening.SpawnFailed(true));
        HAPPENINGS.put("proven", new Happening.Proven());
        HAPPENINGS.put("ended-0", new Happening.Ended(ZERO, SHORT));
        HAPPENINGS.put("ended-1", new Happening.Ended(ONE, SHORT));
        HAPPENINGS.put("tree-gone", new Happening.TreeGone());
        HAPPENINGS.put("kill-due", new Happening.KillDue());
        HAPPENINGS.put("survived", new Happening.Survived());
        HAPPENINGS.put("backoff-over", new Happening.BackoffElapsed());
        HAPPENINGS.put("stable", new Happening.Stable());
        HAPPENINGS.put("found-running", new Happening.FoundRunning());
        HAPPENINGS.put("found-gone", new Happening.FoundGone(UNSEEN, Duration.ZERO, true, false, false));
        HAPPENINGS.put("found-remains", new Happening.FoundGone(UNSEEN, Duration.ZERO, true, true, false));
        HAPPENINGS.put("found-unspawned", new Happening.FoundGone(UNSEEN, Duration.ZERO, false, false, false));
        HAPPENINGS.put("found-rebooted", new Happening.FoundGone(UNSEEN, Duration.ZERO, true, false, true));
    }

    /** Every state a process can be in, with 2 restarts made in this row after 3 unstable runs. */
    private static final Map<String, Lifecycle> STATES = new LinkedHashMap<>();

    static {
        STATES.put("starting", life(Wanted.RUN, Status.STARTING));
        STATES.put("online", life(Wanted.RUN, Status.ONLINE));
        STATES.put("stopping", life(Wanted.STOP, Status.STOPPING));
        STATES.put("restarting", life(Wanted.RUN, Status.STOPPING));
        STATES.put("waiting", life(Wanted.RUN, Status.WAITING));
        STATES.put("stopped", life(Wanted.STOP, Status.STOPPED));
        STATES.put("exited", life(Wanted.RUN, Status.EXITED));
        STATES.put("errored", life(Wanted.RUN, Status.ERRORED));
        STATES.put("lost-run", life(Wanted.RUN, Status.LOST));
        STATES.put("lost-stop", life(Wanted.STOP, Status.LOST));
    }

    private static Lifecycle life(Wanted wanted, Status status) {
        return new Lifecycle(wanted, status, 7, 2, 3, 5);
    }

    /** State, happening, and what comes of it. What is not listed is of no consequence. */
    private static final String TABLE = """
            starting   restart            stopping restarts+1 ASK
            starting   stop               stopping wanted-stop ASK
            starting   stop-remains       stopping wanted-stop ASK
            starting   kill               stopping wanted-stop KILL
            starting   kill-remains       stopping wanted-stop KILL
            starting   spawned            online STABLE
            starting   spawned-proof      = PROOF
            starting   spawn-failed       waiting row-2/4 SWEEP BACKOFF(200)
            starting   spawn-failed-asked errored
            starting   proven             online STABLE
            starting   ended-0            exited SWEEP
            starting   ended-1            errored SWEEP
            starting   found-running      online STABLE
            starting   found-gone         waiting row-2/4 SWEEP BACKOFF(200)
            starting   found-remains      waiting row-2/4 SWEEP BACKOFF(200)
            starting   found-unspawned    = generation+1 SPAWN(recovery)
            starting   found-rebooted     = generation+1 row-0/0 SPAWN(boot)
            online     restart            stopping restarts+1 ASK
            online     stop               stopping wanted-stop ASK
            online     stop-remains       stopping wanted-stop ASK
            online     kill               stopping wanted-stop KILL
            online     kill-remains       stopping wanted-stop KILL
            online     ended-0            exited row-2/0 SWEEP
            online     ended-1            waiting row-2/4 SWEEP BACKOFF(200)
            online     stable             = row-0/0
            online     found-running      = STABLE
            online     found-gone         waiting row-2/4 SWEEP BACKOFF(200)
            online     found-remains      waiting row-2/4 SWEEP BACKOFF(200)
            online     found-unspawned    starting generation+1 SPAWN(recovery)
            online     found-rebooted     starting generation+1 row-0/0 SPAWN(boot)
            stopping   start              = wanted-run
            stopping   restart            = wanted-run restarts+1
            stopping   stop               = KILL
            stopping   stop-remains       = KILL
            stopping   kill               = KILL
            stopping   kill-remains       = KILL
            stopping   ended-0            = WATCH
            stopping   ended-1            = WATCH
            stopping   tree-gone          stopped
            stopping   kill-due           = KILL
            stopping   survived           = SURVIVORS
            stopping   found-running      = ASK
            stopping   found-gone         stopped
            stopping   found-remains      = ASK
            stopping   found-unspawned    stopped
            stopping   found-rebooted     stopped
            restarting restart            = restarts+1
            restarting stop               = wanted-stop
            restarting stop-remains       = wanted-stop
            restarting kill               = wanted-stop KILL
            restarting kill-remains       = wanted-stop KILL
            restarting ended-0            = WATCH
            restarting ended-1            = WATCH
            restarting tree-gone          starting generation+1 row-0/0 SPAWN(restart)
            restarting kill-due           = KILL
            restarting survived           = SURVIVORS
            restarting found-running      = ASK
            restarting found-gone         starting generation+1 row-0/0 SPAWN(restart)
            restarting found-remains      = ASK
            restarting found-unspawned    starting generation+1 row-0/0 SPAWN(restart)
            restarting found-rebooted     starting generation+1 row-0/0 SPAWN(restart)
            waiting    start              starting generation+1 row-0/0 SPAWN(start)
            waiting    restart            starting generation+1 restarts+1 row-0/0 SPAWN(restart)
            waiting    stop               stopped wanted-stop
            waiting    stop-remains       stopping wanted-stop ASK
            waiting    kill               stopped wanted-stop
            waiting    kill-remains       stopping wanted-stop KILL
            waiting    backoff-over       starting generation+1 restarts+1 row-3/3 SPAWN(exit)
            waiting    found-running      online STABLE
            waiting    found-gone         = SWEEP BACKOFF(200)
            waiting    found-remains      = SWEEP BACKOFF(200)
            waiting    found-unspawned    = SWEEP BACKOFF(200)
            waiting    found-rebooted     starting generation+1 row-0/0 SPAWN(boot)
            stopped    start              starting wanted-run generation+1 row-0/0 SPAWN(start)
            stopped    restart            starting wanted-run generation+1 restarts+1 row-0/0 SPAWN(restart)
            stopped    stop-remains       stopping ASK
            stopped    kill-remains       stopping KILL
            stopped    found-running      stopping ASK
            stopped    found-remains      = SWEEP
            exited     start              starting generation+1 row-0/0 SPAWN(start)
            exited     restart            starting generation+1 restarts+1 row-0/0 SPAWN(restart)
            exited     stop               stopped wanted-stop
            exited     stop-remains       stopping wanted-stop ASK
            exited     kill               stopped wanted-stop
            exited     kill-remains       stopping wanted-stop KILL
            exited     found-running      online STABLE
            exited     found-remains      = SWEEP
            errored    start              starting generation+1 row-0/0 SPAWN(start)
            errored    restart            starting generation+1 restarts+1 row-0/0 SPAWN(restart)
            errored    stop               stopped wanted-stop
            errored    stop-remains       stopping wanted-stop ASK
            errored    kill               stopped wanted-stop
            errored    kill-remains       stopping wanted-stop KILL
            errored    found-running      online STABLE
            errored    found-remains      = SWEEP
            lost-run   stop               = wanted-stop
            lost-run   stop-remains       = wanted-stop
            lost-run   kill               = wanted-stop
            lost-run   kill-remains       = wanted-stop
            lost-run   found-running      online STABLE
            lost-run   found-gone         waiting row-2/4 SWEEP BACKOFF(200)
            lost-run   found-remains      waiting row-2/4 SWEEP BACKOFF(200)
            lost-run   found-unspawned    starting generation+1 SPAWN(recovery)
            lost-run   found-rebooted     starting generation+1 row-0/0 SPAWN(boot)
            lost-stop  start              = wanted-run
            lost-stop  restart            = wanted-run
            lost-stop  found-running      stopping ASK
            lost-stop  found-gone         stopped
            lost-stop  found-remains      stopping ASK
            lost-stop  found-unspawned    stopped
            lost-stop  found-rebooted     stopped
            """;

    private static String words(Lifecycle before, Transition.Step step) {
        List<String> words = new ArrayList<>();
        Lifecycle after = step.life();
        words.add(after.status() == before.status() ? "=" : after.status().word());
        if (after.wanted() != before.wanted()) {
            words.add("wanted-" + after.wanted().word());
        }
        if (after.generation() != before.generation()) {
            words.add("generation+" + (after.generation() - before.generation()));
        }
        if (after.restarts() != before.restarts()) {
            words.add("restarts+" + (after.restarts() - before.restarts()));
        }
        if (after.attempt() != before.attempt() || after.unstable() != before.unstable()) {
            words.add("row-" + after.attempt() + "/" + after.unstable());
        }
        step.actions().forEach(action -> words.add(word(action)));
        return String.join(" ", words);
    }

    private static String word(Action action) {
        return switch (action) {
            case Action.Spawn spawn -> "SPAWN(" + spawn.cause().word() + ")";
            case Action.AskToStop _ -> "ASK";
            case Action.Kill _ -> "KILL";
            case Action.WatchTree _ -> "WATCH";
            case Action.Sweep _ -> "SWEEP";
            case Action.Backoff backoff -> "BACKOFF(" + backoff.delay().toMillis() + ")";
            case Action.AwaitProof _ -> "PROOF";
            case Action.AwaitStable _ -> "STABLE";
            case Action.ReportSurvivors _ -> "SURVIVORS";
        };
    }

    @Test
    void every_pair_is_decided_as_the_table_says() {
        Transition transition = new Transition(RestartPolicy.DEFAULT);
        StringBuilder actual = new StringBuilder();
        STATES.forEach((state, life) -> HAPPENINGS.forEach((happening, event) -> {
            String words = words(life, transition.next(life, event));
            if (!words.equals("=")) {
                actual.append("%-10s %-18s %s%n".formatted(state, happening, words));
            }
        }));
        assertEquals(TABLE, actual.toString());
    }

    @Test
    void the_table_has_every_status_and_every_kind_of_happening() {
        assertEquals(
                Set.of(Status.values()),
                STATES.values().stream().map(Lifecycle::status).collect(Collectors.toSet()));
        assertEquals(
                Arrays.stream(Happening.class.getPermittedSubclasses()).collect(Collectors.toSet()),
                HAPPENINGS.values().stream().map(Object::getClass).collect(Collectors.toSet()));
    }

    @Test
    void only_what_a_user_asks_changes_what_is_wanted() {
        for (RestartPolicy policy : policies()) {
            Transition transition = new Transition(policy);
            STATES.forEach((state, life) -> HAPPENINGS.forEach((name, happening) -> {
                Wanted after = transition.next(life, happening).life().wanted();
                Wanted asked = switch (happening) {
                    case Happening.StartAsked _, Happening.RestartAsked _ -> Wanted.RUN;
                    case Happening.StopAsked _ -> Wanted.STOP;
                    default -> life.wanted();
                };
                assertEquals(asked, after, state + " " + name);
            }));
        }
    }

    @Test
    void a_spawn_is_decided_only_together_with_a_new_generation_and_status_starting() {
        for (RestartPolicy policy : policies()) {
            Transition transition = new Transition(policy);
            STATES.forEach((state, life) -> HAPPENINGS.forEach((name, happening) -> {
                Transition.Step step = transition.next(life, happening);
                boolean spawns = step.actions().stream().anyMatch(Action.Spawn.class::isInstance);
                assertEquals(
                        spawns ? life.generation() + 1 : life.generation(),
                        step.life().generation(),
                        state + name);
                if (spawns) {
                    assertEquals(Status.STARTING, step.life().status(), state + " " + name);
                    assertEquals(Wanted.RUN, step.life().wanted(), state + " " + name);
                }
            }));
        }
    }

    private static List<RestartPolicy> policies() {
        return Stream.of(RestartPolicy.Restart.values())
                .map(restart -> new RestartPolicy(
                        restart,
                        RestartPolicy.DEFAULT.backoffMin(),
                        RestartPolicy.DEFAULT.backoffMax(),
                        RestartPolicy.DEFAULT.stableAfter(),
                        RestartPolicy.DEFAULT.minUptime(),
                        RestartPolicy.DEFAULT.maxUnstable()))
                .toList();
    }

    @Test
    void the_second_stop_kills_but_a_stop_that_ends_a_restart_is_the_first() {
        Transition transition = new Transition(RestartPolicy.DEFAULT);
        Lifecycle restarting = transition
                .next(life(Wanted.RUN, Status.ONLINE), new Happening.RestartAsked())
                .life();
        Transition.Step first = transition.next(restarting, new Happening.StopAsked(false, true));
        assertFalse(first.actions().contains(new Action.Kill()));
        Transition.Step second = transition.next(first.life(), new Happening.StopAsked(false, true));
        assertTrue(second.actions().contains(new Action.Kill()));
        assertEquals(
                Status.STOPPED,
                transition.next(second.life(), new Happening.TreeGone()).life().status());
    }
}
