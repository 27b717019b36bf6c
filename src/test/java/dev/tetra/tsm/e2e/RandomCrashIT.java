package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.e2e.Witnesses.Listed;
import dev.tetra.tsm.e2e.Witnesses.Living;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients change processes at random, and the daemon is killed at random. What was acknowledged holds, and nothing is lost. */
@Timeout(600)
class RandomCrashIT {
    private static final int ROUNDS = Integer.getInteger("tsm.rounds", 50);
    private static final long SEED = Long.getLong("tsm.seed", System.nanoTime());
    /** Everything is looked at whole after so many rounds. */
    private static final int WHOLE = 25;

    private static final int CLIENTS = 3;
    private static final int LONGEST_LIFE_MILLIS = 400;
    private static final String SHARED = "shared";
    /** Of the eight things that are done to a process. */
    private static final int KILL = 7;

    private static final String[] OPTIONS = {
        "--exact-name",
        "--backoff",
        "20ms",
        "--backoff-max",
        "100ms",
        "--kill-timeout",
        "300ms",
        "--max-restarts",
        "1000"
    };

    private static final String[] IMPATIENT =
            Stream.concat(Arrays.stream(OPTIONS), Stream.of("--no-wait")).toArray(String[]::new);

    /** What may be of a process, by what clients were told. */
    private enum Fate {
        RUNS,
        RESTS,
        UNKNOWN
    }

    private final Map<String, Set<Fate>> fates = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> surprises = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Integer> codes = new ConcurrentHashMap<>();
    /** Clients read it, for a command; who wants quiet writes it. */
    private final ReentrantReadWriteLock quiet = new ReentrantReadWriteLock(true);

    /**
     * Clients read it for what they do to the process they share; who kills it writes it. A death while somebody waits
     * for its start is a failed start, after which it rests: tsm has it so, and the look would take it for lost.
     */
    private final ReentrantReadWriteLock shared = new ReentrantReadWriteLock(true);

    private volatile boolean over;

    @Test
    void nothing_is_lost_doubled_or_killed_however_often_the_daemon_dies() throws Exception {
        System.err.println("seed: -Dtsm.seed=" + SEED);
        try (Witnesses machine = new Witnesses()) {
            portsForWitnesses(machine);
            machine.start("bystander", "family", "--exact-name").expect(0);
            machine.start("talker", "talker", "--exact-name").expect(0);
            machine.start("rests", "plain", "--exact-name").expect(0);
            machine.tsm("stop", "rests").expect(0);
            machine.invariants().untouched();
            List<Thread> clients = clients(machine);
            try {
                Random random = new Random(SEED);
                for (int round = 1; round <= ROUNDS && surprises.isEmpty(); round++) {
                    killDaemon(random, machine);
                    machine.invariants().assertNoneDoubled();
                    if (round % WHOLE == 0) {
                        look(machine);
                    }
                }
            } finally {
                over = true;
                for (Thread client : clients) {
                    client.join();
                }
            }
            look(machine);
            assertTrue(codes.getOrDefault(0, 0) > ROUNDS / 10, () -> "too little was done: " + new TreeMap<>(codes));
            machine.invariants().holdToTheEnd();
        } finally {
            System.err.println("commands by exit code: " + new TreeMap<>(codes));
        }
    }

    private static void portsForWitnesses(Witnesses machine) throws IOException {
        Files.createDirectory(
                machine.home().home(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(machine.home().home().resolve("patterns.txt"), "witness|bash *witness *|auto|{cmd}\n");
    }

    private long lastDaemon;

    private void killDaemon(Random random, Witnesses machine) {
        Await.until("a client started another daemon", Witnesses.SOON, () -> {
            Optional<ControlFile> control = ControlFile.read(machine.home().home());
            return control.isPresent()
                    && control.get().pid() != lastDaemon
                    && machine.daemon().isPresent();
        });
        lastDaemon = machine.home().daemonPid();
        if (random.nextBoolean()) {
            // On a slow machine none would live long enough to do anything.
            int done = codes.getOrDefault(0, 0);
            Await.until(
                    "something is done", Witnesses.SOON, () -> codes.getOrDefault(0, 0) > done || !surprises.isEmpty());
        }
        LockSupport.parkNanos(random.nextInt(LONGEST_LIFE_MILLIS * 1_000_000));
        ProcessHandle.of(lastDaemon).ifPresent(ProcessHandle::destroyForcibly);
    }

    private void look(Witnesses machine) {
        quiet.writeLock().lock();
        try {
            assertEquals(List.of(), List.copyOf(surprises));
            List<Listed> all = machine.invariants().hold();
            fates.forEach((name, fate) ->
                    assertTrue(fate.contains(fateOf(name, all)), () -> name + " should be " + fate + ": " + all));
            fates.replaceAll((name, fate) -> EnumSet.of(fateOf(name, all)));
        } finally {
            quiet.writeLock().unlock();
        }
    }

    private static Fate fateOf(String name, List<Listed> all) {
        return all.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .map(p -> p.wantedToRun() ? Fate.RUNS : Fate.RESTS)
                .orElse(Fate.UNKNOWN);
    }

    private List<Thread> clients(Witnesses machine) {
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            Random random = new Random(SEED + 1 + i);
            clients.add(Thread.ofPlatform().name("client " + i).start(() -> work(client, random, machine)));
        }
        return clients;
    }

    private void work(int client, Random random, Witnesses machine) {
        List<String> own = List.of("p" + client + "a", "p" + client + "b");
        own.forEach(name -> fates.put(name, EnumSet.of(Fate.UNKNOWN)));
        while (!over) {
            quiet.readLock().lock();
            try {
                int what = random.nextInt(12);
                if (what < 2) {
                    toShared(random, machine);
                } else if (what == 2) {
                    group("g" + client, client, random, machine);
                } else if (what == 3) {
                    job("job" + client, client, machine);
                } else if (what == 4) {
                    all(client, own, random, machine);
                } else {
                    String name = own.get(random.nextInt(own.size()));
                    fates.put(name, command(random.nextInt(8), name, random, machine));
                }
            } catch (RuntimeException | AssertionError e) {
                surprises.add(String.valueOf(e.getMessage()));
                return;
            } finally {
                quiet.readLock().unlock();
            }
        }
    }

    private void toShared(Random random, Witnesses machine) {
        int what = random.nextInt(8);
        Lock lock = what == KILL ? shared.writeLock() : shared.readLock();
        lock.lock();
        try {
            command(what, SHARED, random, machine);
        } finally {
            lock.unlock();
        }
    }

    /** Does something to a process; returns what may be of it then. */
    private Set<Fate> command(int what, String name, Random random, Witnesses machine) {
        Set<Fate> before = fates.getOrDefault(name, EnumSet.allOf(Fate.class));
        return switch (what) {
            case 0, 1 -> {
                String mode = List.of("plain", "family", "stubborn").get(Math.floorMod(name.hashCode(), 3));
                String[] options = random.nextBoolean() ? OPTIONS : IMPATIENT;
                yield after(
                        machine.start(name, mode, in("n" + name.charAt(1), options)),
                        before,
                        EnumSet.of(Fate.RUNS),
                        name);
            }
            case 2 -> after(machine.tsm("stop", name), before, EnumSet.of(Fate.RESTS), name);
            case 3 -> after(machine.tsm("restart", name), before, EnumSet.of(Fate.RUNS), name);
            case 4 -> {
                Set<Fate> fate = after(machine.tsm("delete", name), before, EnumSet.of(Fate.UNKNOWN), name);
                if (fate.contains(Fate.UNKNOWN) && before.stream().anyMatch(f -> f != Fate.UNKNOWN)) {
                    // It was stopped first.
                    fate.add(Fate.RESTS);
                }
                yield fate;
            }
            case 5 -> after(machine.tsm("reload", name), before, EnumSet.of(Fate.RUNS), name);
            case 6 -> {
                Result result = machine.tsm("signal", random.nextBoolean() ? "CONT" : "USR1", name);
                // What does not run now gets no signal, and is not changed by that.
                yield result.code() == 1 ? before : after(result, before, before, name);
            }
            case KILL -> {
                kill(name, machine);
                yield before;
            }
            default -> throw new IllegalArgumentException("nothing has the number " + what);
        };
    }

    private static String[] in(String namespace, String... options) {
        return Stream.concat(Arrays.stream(options), Stream.of("--namespace", namespace))
                .toArray(String[]::new);
    }

    /** Instances come and go. */
    private void group(String name, int client, Random random, Witnesses machine) {
        Result result = switch (random.nextInt(5)) {
            case 0, 1 -> machine.start(name, "plain", in("group" + client, withInstances(2)));
            case 2 -> machine.tsm("scale", name, String.valueOf(1 + random.nextInt(3)));
            case 3 -> machine.tsm("reload", name);
            default -> machine.tsm("delete", name);
        };
        codes.merge(result.code(), 1, Integer::sum);
        // A group that a daemon left half made is told of as such, and is a conflict for a start.
        surpriseUnless(List.of(0, 1, 3, 4, 69).contains(result.code()), result, Set.of(), name);
    }

    private static String[] withInstances(int count) {
        return Stream.concat(Arrays.stream(OPTIONS), Stream.of("-i", String.valueOf(count)))
                .toArray(String[]::new);
    }

    /** Something that runs once, and never again by itself. */
    private void job(String name, int client, Witnesses machine) {
        Result result = machine.start(name, "once", in("jobs" + client, "--exact-name", "--job"));
        codes.merge(result.code(), 1, Integer::sum);
        surpriseUnless(List.of(0, 1, 4, 69).contains(result.code()), result, Set.of(), name);
    }

    /** All of a namespace at once. */
    private void all(int client, List<String> own, Random random, Witnesses machine) {
        boolean stop = random.nextBoolean();
        Result result = machine.tsm(stop ? "stop" : "restart", "-n", "n" + client);
        codes.merge(result.code(), 1, Integer::sum);
        surpriseUnless(List.of(0, 3, 69).contains(result.code()), result, Set.of(), "namespace n" + client);
        for (String name : own) {
            Set<Fate> known = EnumSet.copyOf(fates.get(name));
            boolean ran = known.remove(Fate.RUNS);
            boolean there = known.remove(Fate.RESTS) || ran;
            if (there && result.code() != 3) {
                known.add(stop ? Fate.RESTS : Fate.RUNS);
                if (result.code() == 69) {
                    known.addAll(fates.get(name));
                }
            } else if (there) {
                // None of them was there.
                surpriseUnless(known.contains(Fate.UNKNOWN), result, fates.get(name), name);
                known = EnumSet.of(Fate.UNKNOWN);
            }
            fates.put(name, known);
        }
    }

    /** What may be of a process after a command: what the daemon said, or both when it died meanwhile. */
    private Set<Fate> after(Result result, Set<Fate> before, Set<Fate> done, String name) {
        codes.merge(result.code(), 1, Integer::sum);
        Set<Fate> known = EnumSet.noneOf(Fate.class);
        switch (result.code()) {
            case 0 -> known.addAll(done);
            case 69 -> {
                known.addAll(before);
                known.addAll(done);
            }
            // Found to be unknown, which it then must have been able to be.
            case 3 -> {
                known.add(Fate.UNKNOWN);
                surpriseUnless(name.equals(SHARED) || before.contains(Fate.UNKNOWN), result, before, name);
            }
            // It runs already, or is being stopped by an earlier command.
            case 4 -> {
                known.addAll(before);
                surpriseUnless(name.equals(SHARED) || !before.equals(EnumSet.of(Fate.UNKNOWN)), result, before, name);
            }
            default -> {
                known.addAll(before);
                surpriseUnless(name.equals(SHARED) && result.code() == 1, result, before, name);
            }
        }
        return known;
    }

    private void surpriseUnless(boolean expected, Result result, Set<Fate> before, String name) {
        if (!expected) {
            surprises.add(name + " was " + before + ", exit " + result.code() + ": " + result.out() + result.err());
        }
    }

    /** A leader dies, by no wish of tsm. */
    private static void kill(String name, Witnesses machine) {
        machine.runs().stream()
                .filter(run -> run.name().equals(name))
                .reduce((first, last) -> last)
                .ifPresent(run -> machine.living().stream()
                        .filter(l -> l.pid() == run.pid() && l.run().equals(run.token()))
                        .forEach(Living::kill));
    }
}
