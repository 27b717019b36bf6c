package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.e2e.Witnesses.Listed;
import dev.tetra.tsm.e2e.Witnesses.Living;
import dev.tetra.tsm.supervise.Checkpoints.Point;
import dev.tetra.tsm.testing.Await;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The daemon dies at each point between two steps of each change; the next one must have everything as it is wanted. */
@Timeout(180)
class CrashPointsIT {
    private static final String NAME = "it";
    private static final boolean ALL = Boolean.getBoolean("tsm.all-points");

    /**
     * A daemon that dies there leaves on the disk and in the machine what it leaves at the point passed before, or at an end
     * that none saw. Tried only with all points.
     */
    static final Set<Point> SAME_AS_BEFORE =
            Set.of(Point.BEFORE_DECISION, Point.BEFORE_SPAWN, Point.BEFORE_STOP_SIGNAL, Point.BEFORE_EXIT_COMMIT);

    /** What goes on while the daemon dies. */
    private enum Step {
        START,
        /** A run ends by itself and is run again at once. */
        EXIT,
        /** The same of one that leaves nothing behind: the next run is executed before the end is committed. */
        LONE_EXIT,
        /** The same, and that run has ended too when the next daemon comes. */
        LONE_EXITS,
        /** A second end in a row: a delay comes before the next run. */
        SECOND_EXIT,
        STOP,
        /** A stop of what ignores the signal. */
        STUBBORN_STOP,
        KILL,
        RESTART,
        DELETE,
        /** A new daemon finds the process running. */
        RECOVERY,
        /** A new daemon finds the process dead. */
        RECOVERY_OF_DEAD
    }

    /** The daemon dies when it passes a point for the n-th time in a step. */
    record Case(Point point, int pass, Step step) {
        boolean decided() {
            return point != Point.BEFORE_CREATE && (point != Point.BEFORE_DECISION || pass > 1);
        }

        String where() {
            return point.name().toLowerCase(Locale.ROOT).replace('_', '-') + ":" + pass;
        }

        @Override
        public String toString() {
            return where() + " in " + step;
        }
    }

    /** No default: a new point is no longer compiled until it is said which steps pass it. */
    private static Stream<Case> cases(Point point) {
        return switch (point) {
            case BEFORE_CREATE, AFTER_CREATE -> of(point, Step.START);
            case BEFORE_DECISION, AFTER_DECISION ->
                Stream.of(
                                upTo(point, 2, Step.START),
                                upTo(point, 2, Step.EXIT),
                                upTo(point, 2, Step.LONE_EXIT),
                                upTo(point, point == Point.AFTER_DECISION ? 2 : 0, Step.LONE_EXITS),
                                upTo(point, 3, Step.SECOND_EXIT),
                                upTo(point, 3, Step.STOP),
                                Stream.of(new Case(point, 2, Step.STUBBORN_STOP)),
                                upTo(point, 4, Step.RESTART),
                                Stream.of(new Case(point, 3, Step.DELETE)),
                                upTo(point, 1, Step.RECOVERY),
                                upTo(point, 2, Step.RECOVERY_OF_DEAD))
                        .flatMap(cases -> cases);
            case AFTER_EARLY_SPAWN -> of(point, Step.LONE_EXIT, Step.LONE_EXITS);
            case BEFORE_SPAWN, AFTER_SPAWN, AFTER_SPAWN_COMMIT ->
                of(point, Step.START, Step.EXIT, Step.LONE_EXIT, Step.SECOND_EXIT, Step.RESTART, Step.RECOVERY_OF_DEAD);
            case BEFORE_STOP_SIGNAL, AFTER_STOP_SIGNAL ->
                of(point, Step.STOP, Step.STUBBORN_STOP, Step.RESTART, Step.DELETE);
            case AFTER_KILL_SIGNAL -> of(point, Step.KILL, Step.STUBBORN_STOP);
            case BEFORE_GONE -> of(point, Step.STOP, Step.STUBBORN_STOP, Step.KILL, Step.RESTART, Step.DELETE);
            case BEFORE_EXIT_COMMIT, AFTER_EXIT_COMMIT ->
                of(point, Step.EXIT, Step.LONE_EXIT, Step.SECOND_EXIT, Step.STOP, Step.KILL, Step.RESTART);
            case DURING_BACKOFF, AFTER_BACKOFF -> of(point, Step.SECOND_EXIT);
            case AFTER_DELETE -> of(point, Step.DELETE);
            // No step here passes these: those of SupervisionCrashPointsIT do.
            case AFTER_HOLD,
                    AFTER_COMMAND_SPAWN,
                    AFTER_RETIRE,
                    AFTER_FALL_BACK,
                    BEFORE_REPLACED_END,
                    AFTER_REPLACED_END -> Stream.empty();
        };
    }

    private static Stream<Case> of(Point point, Step... steps) {
        return Arrays.stream(steps).map(step -> new Case(point, 1, step));
    }

    private static Stream<Case> upTo(Point point, int passes, Step step) {
        return IntStream.rangeClosed(1, passes).mapToObj(pass -> new Case(point, pass, step));
    }

    static Stream<Case> cases() {
        return Arrays.stream(Point.values())
                .filter(point -> ALL || !SAME_AS_BEFORE.contains(point))
                .flatMap(CrashPointsIT::cases);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @Execution(ExecutionMode.CONCURRENT)
    void what_was_wanted_is_carried_out_though_the_daemon_dies(Case at) throws Exception {
        try (Witnesses machine = new Witnesses()) {
            machine.mayCrash();
            machine.start("bystander", "plain").expect(0);
            long before = prepare(at.step(), machine);
            Listed bystander = machine.listed("bystander").orElseThrow();

            machine.arm(at.where());
            act(at, before, machine);
            machine.awaitNoDaemon();
            if (at.step() == Step.LONE_EXITS) {
                killNext(before, machine);
            }
            machine.disarm();

            List<Listed> after = machine.invariants().settled();
            Optional<Listed> it =
                    after.stream().filter(p -> p.name().equals(NAME)).findFirst();
            assertExpected(at, before, it, machine);
            assertTrue(after.contains(bystander), () -> bystander + " is not as it was: " + after);
            machine.invariants().audit();
        }
    }

    /** Brings it to where the step begins; returns its pid, or 0 when there is nothing yet. */
    private static long prepare(Step step, Witnesses machine) {
        if (step == Step.START) {
            return 0;
        }
        boolean lone = step == Step.LONE_EXIT || step == Step.LONE_EXITS;
        String mode = step == Step.STUBBORN_STOP ? "stubborn" : lone ? "plain" : "family";
        // That it has run well for ten seconds would be one more decision, on a machine so slow that it takes as long.
        machine.start(
                        NAME,
                        mode,
                        "--backoff",
                        "200ms",
                        "--stable-after",
                        "1h",
                        "--kill-timeout",
                        step == Step.STUBBORN_STOP ? "200ms" : "10s")
                .expect(0);
        Listed it = machine.listed(NAME).orElseThrow();
        int members = mode.equals("family") ? 3 : 1;
        awaitMembers(it, members, machine);
        if (step == Step.SECOND_EXIT) {
            kill(it.pid(), machine);
            Await.until("it runs again", Witnesses.SOON, () -> machine.runsOf(NAME) == 2);
            it = machine.invariants().settled().stream()
                    .filter(p -> p.name().equals(NAME))
                    .findFirst()
                    .orElseThrow();
            awaitMembers(it, members, machine);
        }
        return it.pid();
    }

    private static void awaitMembers(Listed it, int members, Witnesses machine) {
        Await.until(
                "it and its children run",
                Witnesses.SOON,
                () -> machine.living(it.id()).size() == members && machine.runsOf(NAME) > 0);
    }

    private static void kill(long pid, Witnesses machine) {
        machine.living().stream().filter(l -> l.pid() == pid).forEach(Living::kill);
    }

    /** Ends the run that the daemon has executed after the one of that pid. */
    private static void killNext(long before, Witnesses machine) {
        Await.until("it wrote itself down", Witnesses.SOON, () -> machine.runsOf(NAME) == 2);
        long next = machine.runs().stream()
                .filter(run -> run.name().equals(NAME))
                .toList()
                .getLast()
                .pid();
        assertNotEquals(before, next);
        kill(next, machine);
        Await.until(
                "it is dead", Witnesses.SOON, () -> machine.living().stream().noneMatch(l -> l.pid() == next));
    }

    private static void act(Case at, long pid, Witnesses machine) {
        // What follows an end may be its answer.
        boolean surely = at.point() != Point.AFTER_EXIT_COMMIT;
        switch (at.step()) {
            case START -> assertDied(machine.start(NAME, "family"), true);
            case EXIT, LONE_EXIT, LONE_EXITS, SECOND_EXIT -> kill(pid, machine);
            case STOP, STUBBORN_STOP -> assertDied(machine.tsm("stop", NAME), surely);
            case KILL -> assertDied(machine.tsm("kill", NAME), surely);
            case RESTART -> assertDied(machine.tsm("restart", NAME), surely);
            case DELETE -> assertDied(machine.tsm("delete", NAME), surely);
            case RECOVERY -> {
                machine.killDaemon();
                assertDied(machine.tsm("list"), false);
            }
            case RECOVERY_OF_DEAD -> {
                machine.killDaemon();
                kill(pid, machine);
                Await.until(
                        "it is dead",
                        Witnesses.SOON,
                        () -> machine.living().stream().noneMatch(l -> l.pid() == pid));
                assertDied(machine.tsm("list"), false);
            }
        }
    }

    /** A command is cut off with the daemon; one that only looks may have been answered before. */
    private static void assertDied(Result result, boolean surely) {
        if (surely || result.code() != 0) {
            result.expect(69);
        }
    }

    private static void assertExpected(Case at, long before, Optional<Listed> it, Witnesses machine) {
        if (at.step() == Step.DELETE && at.decided()) {
            Await.until(
                    "it is deleted", Witnesses.SOON, () -> machine.listed(NAME).isEmpty());
            assertTrue(machine.living().stream().noneMatch(l -> l.pid() == before), "it lives");
            assertEquals(1, machine.runsOf(NAME), "runs of it");
            return;
        }
        if (it.isEmpty()) {
            assertTrue(at.point() == Point.BEFORE_CREATE || at.point() == Point.AFTER_DELETE, "it is lost");
            return;
        }
        Listed now = it.get();
        boolean same = at.step() == Step.RECOVERY || !at.decided();
        switch (at.step()) {
            case START -> assertRuns(now, 1, machine);
            case EXIT, LONE_EXIT, RECOVERY_OF_DEAD -> assertRuns(now, 2, machine);
            case SECOND_EXIT, LONE_EXITS -> assertRuns(now, 3, machine);
            case RECOVERY -> assertRuns(now, 1, machine);
            case RESTART -> assertRuns(now, same ? 1 : 2, machine);
            case STOP, STUBBORN_STOP, KILL, DELETE -> {
                assertEquals(same ? "run" : "stop", now.wanted());
                assertEquals(1, machine.runsOf(NAME), "runs of it");
            }
        }
        boolean userStep = switch (at.step()) {
            case STOP, STUBBORN_STOP, KILL, RESTART, DELETE, RECOVERY -> true;
            case START, EXIT, LONE_EXIT, LONE_EXITS, SECOND_EXIT, RECOVERY_OF_DEAD -> false;
        };
        if (userStep && same) {
            assertEquals(before, now.pid(), "nobody asked to end it");
        } else {
            assertNotEquals(before, now.pid());
        }
        if (at.point() == Point.AFTER_DELETE || at.point() == Point.BEFORE_CREATE) {
            throw new AssertionError("it is listed: " + now);
        }
    }

    /** It runs, and was executed so many times in all. */
    private static void assertRuns(Listed it, int executions, Witnesses machine) {
        assertEquals("online", it.status());
        Await.until("it wrote itself down", Witnesses.SOON, () -> machine.runsOf(NAME) >= executions);
        assertEquals(executions, machine.runsOf(NAME), () -> "executions of it: " + machine.runs());
        assertEquals(
                it.pid(),
                machine.runs().stream()
                        .filter(run -> run.name().equals(NAME))
                        .toList()
                        .getLast()
                        .pid());
    }
}
