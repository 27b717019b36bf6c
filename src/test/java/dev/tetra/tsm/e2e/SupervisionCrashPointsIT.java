package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.e2e.Witnesses.Around;
import dev.tetra.tsm.e2e.Witnesses.Listed;
import dev.tetra.tsm.e2e.Witnesses.Living;
import dev.tetra.tsm.supervise.Checkpoints.Point;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The daemon dies between two steps of a reload, of a start that waits for what it needs, of the commands around a run, and
 * of a time that has come; the next one must have everything as it is wanted.
 */
@Timeout(180)
class SupervisionCrashPointsIT {
    private static final String NAME = "it";
    /** Otherwise the daemon dies when it passes a point for the first time in a step. */
    private static final boolean ALL = Boolean.getBoolean("tsm.all-points");

    /** What goes on while the daemon dies. */
    private enum Step {
        RELOAD,
        /** The new run dies at once. */
        FAILED_RELOAD,
        /** The old run dies before the new one has taken over. */
        ORPHANED_RELOAD,
        /** A new daemon finds a reload under way. */
        RECOVERY_OF_RELOAD,
        /** What a process that waits needs comes to be there. */
        NEEDS_MET,
        /** A start brings up what it needs. */
        NEEDY_START,
        /** A command comes before the run. */
        PREPARED_START,
        /** A command stops the run, and one comes after it. */
        CLEANED_STOP,
        /** The run ends by itself: one command comes after it and one before the next. */
        CLEANED_EXIT,
        /** A time of a job comes. */
        TIME;

        Scene scene(Witnesses machine) {
            return switch (this) {
                case RELOAD -> new Reload(machine);
                case FAILED_RELOAD -> new FailedReload(machine);
                case ORPHANED_RELOAD -> new OrphanedReload(machine);
                case RECOVERY_OF_RELOAD -> new RecoveryOfReload(machine);
                case NEEDS_MET -> new NeedsMet(machine);
                case NEEDY_START -> new NeedyStart(machine);
                case PREPARED_START -> new PreparedStart(machine);
                case CLEANED_STOP -> new CleanedStop(machine);
                case CLEANED_EXIT -> new CleanedExit(machine);
                case TIME -> new Time(machine);
            };
        }
    }

    /** The daemon dies when it passes a point for the n-th time in a step. */
    record Case(Step step, Point point, int pass) {
        String where() {
            return point.name().toLowerCase(Locale.ROOT).replace('_', '-') + ":" + pass;
        }

        /** Whether that is before the n-th decision of the step is committed, by the points of decisions alone. */
        boolean beforeDecision(int n) {
            return (point == Point.BEFORE_DECISION && pass <= n) || (point == Point.AFTER_DECISION && pass < n);
        }

        boolean in(Point... points) {
            return Set.of(points).contains(point);
        }

        @Override
        public String toString() {
            return where() + " in " + step;
        }
    }

    private static Stream<Case> at(Step step, int passes, Point... points) {
        return Stream.of(points)
                .flatMap(point -> IntStream.rangeClosed(1, passes).mapToObj(pass -> new Case(step, point, pass)));
    }

    static Stream<Case> cases() {
        return Stream.of(
                        at(Step.RELOAD, 3, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(
                                Step.RELOAD,
                                1,
                                Point.BEFORE_SPAWN,
                                Point.AFTER_SPAWN,
                                Point.AFTER_SPAWN_COMMIT,
                                Point.AFTER_RETIRE,
                                Point.BEFORE_REPLACED_END,
                                Point.AFTER_REPLACED_END),
                        at(Step.FAILED_RELOAD, 3, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(
                                Step.FAILED_RELOAD,
                                1,
                                Point.AFTER_SPAWN,
                                Point.BEFORE_EXIT_COMMIT,
                                Point.AFTER_EXIT_COMMIT,
                                Point.AFTER_FALL_BACK),
                        at(
                                Step.ORPHANED_RELOAD,
                                1,
                                Point.BEFORE_REPLACED_END,
                                Point.BEFORE_DECISION,
                                Point.AFTER_DECISION,
                                Point.AFTER_REPLACED_END),
                        at(Step.RECOVERY_OF_RELOAD, 2, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(
                                Step.RECOVERY_OF_RELOAD,
                                1,
                                Point.AFTER_FALL_BACK,
                                Point.BEFORE_REPLACED_END,
                                Point.AFTER_REPLACED_END),
                        at(Step.NEEDS_MET, 3, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(Step.NEEDS_MET, 1, Point.BEFORE_SPAWN, Point.AFTER_SPAWN, Point.AFTER_SPAWN_COMMIT),
                        at(Step.NEEDY_START, 4, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(Step.NEEDY_START, 2, Point.BEFORE_SPAWN, Point.AFTER_SPAWN, Point.AFTER_SPAWN_COMMIT),
                        at(Step.NEEDY_START, 1, Point.BEFORE_CREATE, Point.AFTER_CREATE, Point.AFTER_HOLD),
                        at(Step.PREPARED_START, 3, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(Step.PREPARED_START, 2, Point.BEFORE_SPAWN),
                        at(
                                Step.PREPARED_START,
                                1,
                                Point.AFTER_COMMAND_SPAWN,
                                Point.AFTER_SPAWN,
                                Point.AFTER_SPAWN_COMMIT),
                        at(Step.CLEANED_STOP, 7, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(Step.CLEANED_STOP, 2, Point.AFTER_COMMAND_SPAWN),
                        at(
                                Step.CLEANED_STOP,
                                1,
                                Point.BEFORE_STOP_SIGNAL,
                                Point.AFTER_STOP_SIGNAL,
                                Point.BEFORE_EXIT_COMMIT,
                                Point.AFTER_EXIT_COMMIT,
                                Point.BEFORE_GONE),
                        at(Step.CLEANED_EXIT, 7, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(Step.CLEANED_EXIT, 2, Point.AFTER_COMMAND_SPAWN),
                        at(
                                Step.CLEANED_EXIT,
                                1,
                                Point.BEFORE_EXIT_COMMIT,
                                Point.AFTER_EXIT_COMMIT,
                                Point.AFTER_SPAWN,
                                Point.AFTER_SPAWN_COMMIT),
                        at(Step.TIME, 3, Point.BEFORE_DECISION, Point.AFTER_DECISION),
                        at(
                                Step.TIME,
                                1,
                                Point.BEFORE_SPAWN,
                                Point.AFTER_SPAWN,
                                Point.AFTER_SPAWN_COMMIT,
                                Point.BEFORE_EXIT_COMMIT,
                                Point.AFTER_EXIT_COMMIT))
                .flatMap(cases -> cases)
                .filter(at -> ALL || (at.pass() == 1 && !CrashPointsIT.SAME_AS_BEFORE.contains(at.point())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @Execution(ExecutionMode.CONCURRENT)
    void what_was_wanted_is_carried_out_though_the_daemon_dies(Case at) throws Exception {
        try (Witnesses machine = new Witnesses()) {
            machine.mayCrash();
            machine.start("bystander", "plain").expect(0);
            Scene scene = at.step().scene(machine);
            scene.prepare();
            Listed bystander = machine.listed("bystander").orElseThrow();

            scene.act(at);
            machine.awaitNoDaemon();
            machine.disarm();
            scene.atDeath();

            scene.check(at);
            assertTrue(machine.invariants().settled().contains(bystander), () -> bystander + " is not as it was");
            machine.invariants().audit();
        }
    }

    /** A step with what comes before and after. */
    private abstract static class Scene {
        final Witnesses machine;

        Scene(Witnesses machine) {
            this.machine = machine;
        }

        abstract void prepare() throws Exception;

        /** Arms the daemon and has it do what it dies in. */
        abstract void act(Case at) throws Exception;

        /** What holds while no daemon is there. */
        void atDeath() throws Exception {}

        abstract void check(Case at) throws Exception;

        final Optional<Listed> settled() {
            return machine.invariants().settled().stream()
                    .filter(p -> p.name().equals(NAME))
                    .findFirst();
        }

        /** It runs, and was executed so many times in all. */
        final Listed runs(int executions) {
            Listed it = settled().orElseThrow();
            assertEquals("online", it.status());
            assertExecuted(NAME, executions, it.pid());
            return it;
        }

        final void assertExecuted(String name, int executions, long pid) {
            Await.until("it wrote itself down", Witnesses.SOON, () -> machine.runsOf(name) >= executions);
            assertEquals(executions, machine.runsOf(name), () -> "executions of it: " + machine.runs());
            assertEquals(
                    pid,
                    machine.runs().stream()
                            .filter(run -> run.name().equals(name))
                            .toList()
                            .getLast()
                            .pid());
        }

        /** A command that the daemon's death may have cut off; or it was answered before. */
        final void died(Result result) {
            if (result.code() != 0) {
                result.expect(69);
            }
        }
    }

    // --- reload ---

    private static class Reload extends Scene {
        final int port = OwnPort.free();
        long before;

        Reload(Witnesses machine) {
            super(machine);
        }

        /** How long a new run must live to take over. */
        String proof() {
            return "300ms";
        }

        @Override
        void prepare() throws Exception {
            String address = "127.0.0.1:" + port;
            machine.start(NAME, "serving", "--exact-name", "--listen", address, "--min-uptime", proof())
                    .expect(0);
            Await.until("it runs", Witnesses.SOON, () -> machine.runsOf(NAME) == 1);
            before = machine.listed(NAME).orElseThrow().pid();
            assertHeldOnce();
        }

        @Override
        void act(Case at) throws Exception {
            machine.arm(at.where());
            died(machine.tsm("reload", NAME));
        }

        @Override
        void atDeath() throws Exception {
            assertHeldOnce();
        }

        /** The port has one socket that listens, which takes connections. */
        final void assertHeldOnce() throws IOException {
            String hex = String.format(Locale.ROOT, ":%04X", port);
            List<String> listening = Stream.of("tcp", "tcp6")
                    .flatMap(file -> lines(Path.of("/proc/net", file)).stream())
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields.length > 9 && fields[1].endsWith(hex) && fields[3].equals("0A"))
                    .map(fields -> fields[9])
                    .toList();
            assertEquals(1, listening.size(), () -> "sockets that listen on port " + port + ": " + listening);
            new Socket(InetAddress.ofLiteral("127.0.0.1"), port).close();
        }

        private static List<String> lines(Path file) {
            try {
                return Files.readAllLines(file);
            } catch (IOException e) {
                return List.of();
            }
        }

        boolean tookOver(Case at) {
            return at.in(Point.AFTER_RETIRE, Point.BEFORE_REPLACED_END, Point.AFTER_REPLACED_END)
                    || (at.point() == Point.AFTER_DECISION && at.pass() == 3);
        }

        @Override
        void check(Case at) throws Exception {
            Listed it = settled().orElseThrow();
            assertEquals("online", it.status());
            if (tookOver(at)) {
                assertNotEquals(before, it.pid());
            } else {
                assertEquals(before, it.pid(), "the old run, which nobody asked to end");
            }
            reloadsOnce(it.pid());
        }

        /** It is whole: another reload does what it should. */
        final void reloadsOnce(long present) throws Exception {
            assertHeldOnce();
            machine.invariants().settledEnds();
            long runs = machine.runsOf(NAME);
            if (proof().equals("300ms")) {
                machine.tsm("reload", NAME).expect(0);
                Listed next = settled().orElseThrow();
                assertNotEquals(present, next.pid());
                assertEquals(runs + 1, machine.runsOf(NAME));
                assertHeldOnce();
                machine.invariants().settledEnds();
            }
            assertTrue(machine.runsOf(NAME) <= runs + 1);
        }
    }

    private static final class FailedReload extends Reload {
        FailedReload(Witnesses machine) {
            super(machine);
        }

        @Override
        void act(Case at) throws Exception {
            machine.make("bad");
            machine.arm(at.where());
            Result result = machine.tsm("reload", NAME);
            // The last steps come after the answer.
            if (result.code() != 1) {
                result.expect(69);
            }
        }

        @Override
        boolean tookOver(Case at) {
            return false;
        }

        @Override
        void check(Case at) throws Exception {
            assertEquals(before, settled().orElseThrow().pid());
            machine.unmake("bad");
            super.check(at);
        }
    }

    /** With a new run that is there for long before it takes over. */
    private abstract static class HalfReload extends Reload {
        long candidate;

        HalfReload(Witnesses machine) {
            super(machine);
        }

        @Override
        String proof() {
            return "100s";
        }

        @Override
        void prepare() throws Exception {
            super.prepare();
            Process client = machine.background("reload", NAME);
            Await.until("the new run is there", Witnesses.SOON, () -> machine.runsOf(NAME) == 2);
            candidate = machine.runs().getLast().pid();
            assertTrue(client.isAlive());
            assertEquals(before, machine.listed(NAME).orElseThrow().pid(), "the pid of what serves");
        }
    }

    private static final class OrphanedReload extends HalfReload {
        OrphanedReload(Witnesses machine) {
            super(machine);
        }

        @Override
        void act(Case at) throws Exception {
            machine.arm(at.where());
            machine.living().stream().filter(l -> l.pid() == before).forEach(Living::kill);
        }

        @Override
        void check(Case at) throws Exception {
            assertEquals(candidate, runs(2).pid());
            reloadsOnce(candidate);
        }
    }

    private static final class RecoveryOfReload extends HalfReload {
        RecoveryOfReload(Witnesses machine) {
            super(machine);
        }

        @Override
        void act(Case at) throws Exception {
            machine.killDaemon();
            machine.arm(at.where());
            died(machine.tsm("list"));
        }

        @Override
        void check(Case at) throws Exception {
            Listed it = settled().orElseThrow();
            assertEquals(before, it.pid());
            assertEquals(2, machine.runsOf(NAME));
            reloadsOnce(before);
        }
    }

    // --- needs ---

    private static final class NeedsMet extends Scene {
        NeedsMet(Witnesses machine) {
            super(machine);
        }

        @Override
        void prepare() {
            String go = "test -e '" + machine.place("go") + "'";
            machine.start("need", "plain", "--no-wait", "--ready-exec", go).expect(0);
            machine.start(NAME, "family", "--no-wait", "--after", "need").expect(0);
            assertEquals("starting", machine.listed(NAME).orElseThrow().status());
        }

        @Override
        void act(Case at) throws Exception {
            machine.arm(at.where());
            machine.make("go");
        }

        @Override
        void check(Case at) {
            runs(1);
            assertEquals(1, machine.runsOf("need"));
        }
    }

    private static final class NeedyStart extends Scene {
        NeedyStart(Witnesses machine) {
            super(machine);
        }

        @Override
        void prepare() {
            // It takes a while to get ready, so that what needs it is held back.
            machine.start("need", "plain", "--ready-exec", "sleep 0.3").expect(0);
            Await.until("it ran", Witnesses.SOON, () -> machine.runsOf("need") == 1);
            machine.tsm("stop", "need").expect(0);
        }

        @Override
        void act(Case at) throws Exception {
            machine.arm(at.where());
            died(machine.start(NAME, "family", "--after", "need"));
        }

        @Override
        void check(Case at) {
            Optional<Listed> it = settled();
            if (it.isEmpty()) {
                assertFalse(at.in(Point.AFTER_CREATE, Point.AFTER_HOLD), "it is lost");
                return;
            }
            runs(1);
            Listed need = machine.listed("need").orElseThrow();
            assertEquals("online", need.status());
            assertExecuted("need", 2, need.pid());
        }
    }

    // --- commands around a run ---

    private abstract static class Commanded extends Scene {
        long before;

        Commanded(Witnesses machine) {
            super(machine);
        }

        final Result start() {
            return machine.start(
                    NAME,
                    "family",
                    "--backoff",
                    "50ms",
                    "--pre-start",
                    machine.around(),
                    "--stop-command",
                    machine.around(),
                    "--post-stop",
                    machine.around());
        }

        @Override
        void prepare() {
            start().expect(0);
            Await.until("it and its children run", Witnesses.SOON, () -> {
                Listed it = machine.listed(NAME).orElseThrow();
                return machine.living(it.id()).size() == 3 && machine.runsOf(NAME) == 1;
            });
            before = machine.listed(NAME).orElseThrow().pid();
        }

        /**
         * What comes before a run is done before it; what comes after one is begun once when that has ended. A daemon that
         * dies between executing that command and writing so has the next one execute it again, if it is over by then.
         */
        final void assertAround(Case at, int ended) {
            List<Around> all = machine.arounds();
            for (Witnesses.Run run : machine.runs()) {
                if (run.name().equals(NAME)) {
                    assertTrue(
                            all.stream()
                                    .anyMatch(a -> a.is("pre-start", run.token())
                                            && a.done()
                                            && a.at().compareTo(run.at()) <= 0),
                            () -> "done before " + run + ": " + all);
                }
            }
            List<String> cleaned = all.stream()
                    .filter(a -> a.command().equals("post-stop") && !a.done())
                    .map(Around::token)
                    .toList();
            boolean twice = at.in(Point.AFTER_COMMAND_SPAWN, Point.BEFORE_DECISION);
            assertTrue(cleaned.size() <= (twice ? ended + 1 : ended), () -> "commands after runs: " + all);
            assertEquals(
                    machine.runs().stream()
                            .filter(run -> run.name().equals(NAME))
                            .map(Witnesses.Run::token)
                            .limit(ended)
                            .toList(),
                    cleaned.stream().distinct().toList(),
                    () -> "runs after which there was a command: " + all);
            // A run that was prepared while nobody looked is prepared anew, as another run.
            Set<String> known =
                    machine.runs().stream().map(Witnesses.Run::token).collect(Collectors.toSet());
            assertTrue(
                    all.stream().allMatch(a -> a.command().equals("pre-start") || known.contains(a.token())),
                    () -> "of runs: " + all);
        }
    }

    private static final class PreparedStart extends Commanded {
        PreparedStart(Witnesses machine) {
            super(machine);
        }

        @Override
        void prepare() {}

        @Override
        void act(Case at) throws Exception {
            machine.arm(at.where());
            start().expect(69);
        }

        @Override
        void check(Case at) {
            runs(1);
            assertAround(at, 0);
        }
    }

    private static final class CleanedStop extends Commanded {
        CleanedStop(Witnesses machine) {
            super(machine);
        }

        @Override
        void act(Case at) throws Exception {
            machine.arm(at.where());
            died(machine.tsm("stop", NAME));
        }

        @Override
        void check(Case at) {
            if (at.beforeDecision(1)) {
                assertEquals(before, runs(1).pid(), "nobody asked to end it");
                assertAround(at, 0);
                return;
            }
            Listed it = settled().orElseThrow();
            assertEquals("stop", it.wanted());
            assertEquals(1, machine.runsOf(NAME));
            assertAround(at, 1);
        }
    }

    private static final class CleanedExit extends Commanded {
        CleanedExit(Witnesses machine) {
            super(machine);
        }

        @Override
        void act(Case at) throws Exception {
            machine.arm(at.where());
            machine.living().stream().filter(l -> l.pid() == before).forEach(Living::kill);
        }

        @Override
        void check(Case at) {
            assertNotEquals(before, runs(2).pid());
            assertAround(at, 1);
        }
    }

    // --- times ---

    private static final class Time extends Scene {
        Time(Witnesses machine) {
            super(machine);
        }

        @Override
        void prepare() {
            // One that is far enough away to be armed before, and comes again in a year.
            ZonedDateTime soon = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(8);
            String cron = soon.getSecond() + " " + soon.getMinute() + " " + soon.getHour() + " " + soon.getDayOfMonth()
                    + " " + soon.getMonthValue() + " ?";
            machine.start(NAME, "job", "--job", "--cron", cron, "--timezone", "UTC")
                    .expect(0);
            assertEquals("waiting", machine.listed(NAME).orElseThrow().status());
            assertEquals(0, machine.runsOf(NAME));
        }

        @Override
        void act(Case at) throws Exception {
            machine.arm(at.where());
        }

        @Override
        void check(Case at) throws Exception {
            // Asked for, as this is what brings the next daemon.
            machine.tsm("list").expect(0);
            Await.until("it ran", Witnesses.SOON, () -> machine.runsOf(NAME) == 1);
            Await.until(
                    "it waits for the next time",
                    Witnesses.SOON,
                    () -> settled().orElseThrow().awaitsTime());
            machine.invariants().settledEnds();
            assertEquals(1, machine.runsOf(NAME), "executions for one time");
            assertEquals("run", settled().orElseThrow().wanted());
        }
    }
}
