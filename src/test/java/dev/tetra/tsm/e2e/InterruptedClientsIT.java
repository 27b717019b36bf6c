package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.e2e.Witnesses.Listed;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The launcher is killed at random in the middle of each command that changes something: the change is wholly there or not
 * at all, and the next command finds everything in order. {@code -Dtsm.fault.rounds} makes it longer.
 */
@Timeout(3600)
class InterruptedClientsIT {
    private static final int ROUNDS = Integer.getInteger("tsm.fault.rounds", 1);
    private static final long SEED = Long.getLong("tsm.seed", System.nanoTime());
    /** Most commands are over by then. */
    private static final int LONGEST_MILLIS = 200;
    /** A daemon takes longer to come up. */
    private static final int LONGEST_COLD_MILLIS = 2000;

    /** What the kernel calls sockets that listen and those that only wait for stray packets (tcp_states.h). */
    private static final List<String> NO_CONNECTION = List.of("0A", "06");

    /** How a launcher ends. */
    private enum Way {
        KILL,
        TERM,
        /** As Ctrl-C does: to all of its group. */
        INT
    }

    /** All that commands change here. */
    private record State(Map<String, Listed> processes, Map<String, Long> runs, String services) {
        Optional<Listed> of(String name) {
            return Optional.ofNullable(processes.get(name));
        }

        boolean same(String name, State other) {
            return of(name).equals(other.of(name)) && runs.get(name).equals(other.runs.get(name));
        }
    }

    /**
     * A command.
     *
     * @param touches the only process that it may change, or the group of them
     * @param done whether it has done all it should, from what was before to what is now
     */
    private record Change(List<String> words, String touches, BiPredicate<State, State> done) {}

    private final Witnesses machine;
    private final Random random = new Random(SEED);
    private final Map<String, Integer> outcomes = new TreeMap<>();

    InterruptedClientsIT() throws IOException {
        machine = new Witnesses();
    }

    private static boolean rests(State now, String name) {
        return now.of(name).filter(p -> p.status().equals("stopped")).isPresent();
    }

    private static boolean runsAnew(State before, State now, String name) {
        return now.of(name)
                        .filter(p -> p.status().equals("online")
                                && p.pid() != before.of(name).orElseThrow().pid())
                        .isPresent()
                && now.runs().get(name) == before.runs().get(name) + 1;
    }

    private static long members(State now, String group) {
        return now.processes().keySet().stream()
                .filter(name -> name.startsWith(group + "-"))
                .count();
    }

    private List<Change> changes() {
        String witness = machine.home().work().resolve("witness").toString();
        List<String> start = List.of("start", "--name", "new", "bash", witness, "family");
        List<String> startReady =
                List.of("start", "--wait", "--name", "new", "--ready-exec", "true", "bash", witness, "plain");
        BiPredicate<State, State> isNew = (before, now) ->
                now.of("new").filter(p -> p.status().equals("online")).isPresent();
        return List.of(
                new Change(start, "new", isNew),
                new Change(startReady, "new", isNew),
                new Change(List.of("stop", "it"), "it", (before, now) -> rests(now, "it")),
                new Change(List.of("stop", "stubborn"), "stubborn", (before, now) -> rests(now, "stubborn")),
                new Change(List.of("kill", "it"), "it", (before, now) -> rests(now, "it")),
                new Change(List.of("restart", "it"), "it", (before, now) -> runsAnew(before, now, "it")),
                new Change(List.of("restart", "stubborn"), "stubborn", (b, now) -> runsAnew(b, now, "stubborn")),
                new Change(List.of("reload", "it"), "it", (before, now) -> runsAnew(before, now, "it")),
                new Change(
                        List.of("delete", "it"),
                        "it",
                        (before, now) -> now.of("it").isEmpty()),
                new Change(List.of("scale", "many", "4"), "many", (before, now) -> members(now, "many") == 4),
                new Change(List.of("scale", "many", "1"), "many", (before, now) -> members(now, "many") == 1),
                new Change(List.of("signal", "CONT", "it"), "", (before, now) -> true),
                new Change(List.of("flush", "it"), "", (before, now) -> true),
                new Change(
                        List.of("enable", "kept"),
                        "",
                        (before, now) -> now.services().contains("kept:true")),
                new Change(
                        List.of("save", "other", "it"),
                        "",
                        (before, now) -> now.services().contains("other:false")));
    }

    @Test
    void a_command_is_wholly_done_or_not_at_all_however_its_launcher_ends() throws Exception {
        System.err.println("seed: -Dtsm.seed=" + SEED);
        try (machine) {
            machine.start("bystander", "family").expect(0);
            base(state());
            machine.tsm("save", "kept", "stubborn").expect(0);
            State now = state();
            for (int round = 0; round < ROUNDS; round++) {
                for (Change change : changes()) {
                    now = interrupt(change, now, false);
                }
                // The launcher has to start a daemon first.
                now = interrupt(changes().get(random.nextInt(changes().size())), now, true);
            }
            machine.invariants().audit();
        } finally {
            System.err.println(outcomes);
        }
    }

    /** Brings all to where rounds begin, by commands that have to work. */
    private State base(State now) throws IOException {
        boolean changed = false;
        if (now.processes().containsKey("new")) {
            machine.tsm("delete", "new").expect(0);
            changed = true;
        }
        for (String name : List.of("it", "stubborn")) {
            Listed process = now.processes().get(name);
            if (process == null) {
                machine.start(name, name.equals("it") ? "family" : name, "--kill-timeout", "300ms")
                        .expect(0);
                changed = true;
            } else if (!process.wantedToRun()) {
                machine.tsm("restart", name).expect(0);
                changed = true;
            }
        }
        if (members(now, "many") == 0) {
            machine.start("many", "plain", "-i", "2").expect(0);
            changed = true;
        } else if (members(now, "many") != 2) {
            machine.tsm("scale", "many", "2").expect(0);
            changed = true;
        }
        if (now.services().contains("other:")) {
            machine.tsm("service", "rm", "other").expect(0);
            changed = true;
        }
        if (now.services().contains("kept:true")) {
            machine.tsm("disable", "kept").expect(0);
            changed = true;
        }
        return changed ? state() : now;
    }

    private State state() throws IOException {
        List<Listed> all = machine.invariants().settled();
        Map<String, Listed> processes = new TreeMap<>();
        all.forEach(p -> processes.put(p.name(), p));
        for (Listed process : all) {
            Await.until("it wrote itself down", Witnesses.SOON, () -> machine.runsOf(process.name()) > 0);
        }
        Map<String, Long> runs = new TreeMap<>();
        Stream.concat(processes.keySet().stream(), Stream.of("new", "it", "stubborn", "bystander"))
                .distinct()
                .forEach(name -> runs.put(name, machine.runsOf(name)));
        String services = machine.tsm("list", "available", "--json").expect(0).out();
        StringBuilder told = new StringBuilder();
        java.util.regex.Matcher service = java.util.regex.Pattern.compile(
                        "\"name\": *\"([^\"]+)\".*?\"enabled\": *(true|false)", java.util.regex.Pattern.DOTALL)
                .matcher(services);
        while (service.find()) {
            told.append(service.group(1)).append(':').append(service.group(2)).append(' ');
        }
        return new State(processes, runs, told.toString());
    }

    private State interrupt(Change change, State last, boolean cold) throws Exception {
        State before = base(last);
        if (cold) {
            machine.killDaemon();
        }
        Way way = Way.values()[random.nextInt(Way.values().length)];
        double when = random.nextDouble();
        long millis = (long) (when * when * (cold ? LONGEST_COLD_MILLIS : LONGEST_MILLIS));
        String told = String.join(" ", change.words()) + (cold ? " without a daemon" : "") + ", " + way + " after "
                + millis + " ms";
        boolean ended = run(change.words(), way, millis);
        if (cold) {
            machine.tsm("list").expect(0);
        }
        awaitNobodyConnected();
        State now = awaitWritten(before, change, told);
        boolean done = change.done().test(before, now);
        boolean untouched = change.touches().isEmpty() || isUntouched(change.touches(), before, now);
        outcomes.merge((ended ? "over before" : done ? "cut off, done" : "cut off, not done"), 1, Integer::sum);
        assertTrue(done || (untouched && !ended), told + ": half done:\n" + before + "\n" + now + "\n" + machine.log());
        for (String other : before.processes().keySet()) {
            if (change.touches().isEmpty() || !other.startsWith(change.touches())) {
                assertTrue(before.same(other, now), told + ": " + other + " is not as it was:\n" + before + "\n" + now);
            }
        }
        return now;
    }

    /** A run that tsm knows to be executed writes itself down a moment later. */
    private State awaitWritten(State before, Change change, String told) throws IOException {
        List<State> last = new ArrayList<>();
        try {
            Await.until("it wrote itself down", Witnesses.SOON, () -> {
                State now = state();
                last.add(now);
                return change.done().test(before, now)
                        || change.touches().isEmpty()
                        || isUntouched(change.touches(), before, now);
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    told + ": half done:\n" + before + "\n" + last.getLast() + "\n" + machine.log(), e);
        }
        return last.getLast();
    }

    private static boolean isUntouched(String touches, State before, State now) {
        return Stream.concat(before.processes().keySet().stream(), now.processes().keySet().stream())
                .filter(name -> name.startsWith(touches))
                .allMatch(name -> before.of(name).equals(now.of(name)));
    }

    /** Runs a command and ends its launcher after a time; returns whether it had ended with success before. */
    private boolean run(List<String> words, Way way, long millis) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("setsid", machine.home().launcher().toString()));
        command.addAll(words);
        Process launcher = machine.home().start(command);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        boolean over = launcher.waitFor(0, TimeUnit.MILLISECONDS);
        if (!over) {
            String whom = (way == Way.INT ? "-" : "") + launcher.pid();
            // It may not lead its group yet, or be over by now.
            new ProcessBuilder(
                            "bash",
                            "-c",
                            "kill -" + way.name().toUpperCase(Locale.ROOT) + " -- " + whom + " 2>/dev/null || kill -"
                                    + way + " " + launcher.pid() + " 2>/dev/null")
                    .start()
                    .waitFor();
        }
        assertTrue(launcher.waitFor(60, TimeUnit.SECONDS), () -> "it ends: " + words);
        return launcher.exitValue() == 0;
    }

    /**
     * The daemon has a connection until it has done what came by it. One whose launcher ended with an answer unread was
     * reset (RFC 1122, 4.2.2.13): the system lists it no more, and the daemon's descriptor is all that is left of it.
     */
    private void awaitNobodyConnected() throws IOException {
        ControlFile control = ControlFile.read(machine.home().home()).orElseThrow();
        int port = control.port();
        String local = String.format(Locale.ROOT, "0100007F:%04X", port);
        Await.until("the daemon has done what it was asked for", Witnesses.SOON, () -> {
            try (Stream<String> sockets = Files.lines(Path.of("/proc/net/tcp"))) {
                return sockets.map(line -> line.strip().split("\\s+"))
                                .noneMatch(f -> f.length > 3 && f[1].equals(local) && !NO_CONNECTION.contains(f[3]))
                        && !hasUnlistedSocket(control.pid());
            }
        });
    }

    private static boolean hasUnlistedSocket(long pid) throws IOException {
        // Opened before the lists are read, so that what is listed since is not taken for unlisted.
        Set<String> open = new HashSet<>();
        try (Stream<Path> all = Files.list(Path.of("/proc", "" + pid, "fd"))) {
            for (Path descriptor : all.toList()) {
                try {
                    open.add(Files.readSymbolicLink(descriptor).toString());
                } catch (IOException closed) {
                    // by now
                }
            }
        }
        for (String list : List.of("tcp", "tcp6", "unix", "netlink", "udp", "udp6")) {
            int column = list.equals("unix") ? 6 : 9;
            try (Stream<String> lines = Files.lines(Path.of("/proc/net", list), StandardCharsets.ISO_8859_1)) {
                lines.map(line -> line.strip().split("\\s+"))
                        .filter(f -> f.length > column)
                        .forEach(f -> open.remove("socket:[" + f[column] + "]"));
            }
        }
        return open.stream().anyMatch(name -> name.startsWith("socket:"));
    }

    @Test
    void a_daemon_that_just_starts_serves_whoever_comes_after_its_launcher_was_killed() throws Exception {
        try (machine) {
            for (int round = 0; round < 3 * ROUNDS; round++) {
                Way way = Way.values()[round % Way.values().length];
                run(List.of("list"), way, 100 + random.nextInt(400));
                machine.tsm("list").expect(0);
                long daemon = machine.home().daemonPid();
                machine.tsm("list").expect(0);
                assertEquals(daemon, machine.home().daemonPid());
                Await.until(
                        "one daemon is left",
                        Witnesses.SOON,
                        () -> machine.home().processes().size() == 1);
                machine.killDaemon();
            }
        }
    }
}
