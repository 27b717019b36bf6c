package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.health.Probing;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A home with a real store, the real host and a supervisor, as a daemon has them; ends everything it started. */
final class Rig {
    static final Duration SOON = Duration.ofSeconds(10);
    static final RestartPolicy QUICK = new RestartPolicy(
            RestartPolicy.Restart.ON_FAILURE,
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            4);
    static final RestartPolicy SLOW = new RestartPolicy(
            RestartPolicy.Restart.ON_FAILURE,
            Duration.ofMinutes(10),
            Duration.ofMinutes(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            16);

    /** What happens where a daemon may die. */
    volatile Checkpoints passing = Checkpoints.NONE;

    final Path home;
    final Host host = Hosts.forThisMachine();
    final Store store;
    final LogFiles logs;
    final Supervision with;
    final Triggers triggers;
    final Probing probing;
    Supervisor supervisor;
    private final String environment;
    private boolean storeOpen = true;

    /** Answers a call of the host in the real one's place. */
    interface Meddler {
        /** What the call is to answer; {@link #REAL} to let the real host answer. */
        @Nullable
        Object answer(String method, Object[] arguments);

        Object REAL = new Object();
    }

    Rig() {
        this((method, arguments) -> Meddler.REAL);
    }

    Rig(Meddler meddler) {
        this(meddler, Clock.systemUTC());
    }

    /** @param clock the wall clock of supervisors */
    Rig(Meddler meddler, Clock clock) {
        try {
            home = Files.createTempDirectory("tsm-sup").toRealPath();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        environment = "TSM_DIR=" + home;
        logs = new LogFiles(home);
        store = Store.open(home, new BuildInfo("0.1.0", "0.1.0+1"), Clock.systemUTC());
        triggers = new Triggers(host, clock, home);
        probing = new Probing(store, host, logs, home, Clock.systemUTC());
        with = new Supervision(
                store,
                meddled(meddler),
                logs,
                home,
                clock,
                point -> passing.pass(point),
                key -> {},
                List.of(probing, triggers));
        supervisor = new Supervisor(with);
    }

    private Host meddled(Meddler meddler) {
        return (Host) Proxy.newProxyInstance(
                Rig.class.getClassLoader(), new Class<?>[] {Host.class}, (self, m, args) -> {
                    Object answer = meddler.answer(m.getName(), args == null ? new Object[0] : args);
                    if (answer != Meddler.REAL) {
                        return answer;
                    }
                    try {
                        return m.invoke(host, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    // --- making ---

    ManagedProcess add(String name, RestartPolicy restart, Duration killTimeout, String script) {
        return add(name, Specs.with(restart, new StopPolicy("TERM", killTimeout), "/bin/sh", "-c", script));
    }

    ManagedProcess add(String name, ProcessSpec spec) {
        return add(name, spec, Lifecycle.NEW, supervisor.newToken(), null);
    }

    ManagedProcess add(String name, ProcessSpec spec, Lifecycle life, String token, @Nullable Integer port) {
        return store.decide(tx -> {
            long key = tx.processes().insert(tx.processes().nextId(), name, spec, life);
            tx.environments()
                    .save(
                            key,
                            EnvSource.CALLER,
                            List.of(new EnvVar("PATH", "/usr/local/bin:/usr/bin:/bin", EnvSource.CALLER)));
            tx.processes().setRun(key, tx.runs().decide(key, life.generation(), token, RunCause.START));
            if (port != null) {
                tx.ports().allocate(port, key, PortSource.OPTION);
            }
            return tx.processes().find(key).orElseThrow();
        });
    }

    // --- asking ---

    Outcome start(ManagedProcess process, boolean proof) {
        return get(supervisor.runNew(process, new Wish.Start("me", proof, null)));
    }

    ManagedProcess started(ManagedProcess process) {
        Outcome.Done done = (Outcome.Done) start(process, true);
        assertEquals(Status.ONLINE, done.process().status());
        return done.process();
    }

    CompletableFuture<Outcome> ask(ManagedProcess process, Wish wish) {
        return supervisor.ask(process, wish);
    }

    Outcome stop(ManagedProcess process) {
        return get(ask(process, new Wish.Stop("me", false, null)));
    }

    Outcome kill(ManagedProcess process) {
        return get(ask(process, new Wish.Stop("me", true, null)));
    }

    Outcome restart(ManagedProcess process, boolean proof) {
        return get(ask(process, new Wish.Restart("me", proof, null)));
    }

    Outcome startAgain(ManagedProcess process, boolean proof) {
        return get(ask(process, new Wish.Start("me", proof, null)));
    }

    Outcome delete(ManagedProcess process) {
        return get(ask(process, new Wish.Delete("me", false)));
    }

    static <T> T get(CompletableFuture<T> reply) {
        try {
            return reply.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    // --- looking ---

    /** The key of no process. */
    private static final long NOBODY = -1;

    ManagedProcess now(ManagedProcess process) {
        return store.call(tx -> tx.processes().find(process.key())).orElseThrow();
    }

    Run run(ManagedProcess process) {
        return runs(process).getFirst();
    }

    /** All of its runs, the last first. What is read of processes later is not older than they are. */
    List<Run> runs(ManagedProcess process) {
        List<Run> all = store.call(tx -> tx.runs().latest(process.key(), 1000));
        // A commit can be read a moment before what the store remembers of processes is forgotten, and a write forgets
        // it.
        store.run(tx -> tx.processes().setRun(NOBODY, NOBODY));
        return all;
    }

    ManagedProcess await(ManagedProcess process, Status status) {
        Await.until(
                process.name() + " is " + status + " but was " + now(process),
                SOON,
                () -> now(process).status() == status);
        return now(process);
    }

    Identity leader(ManagedProcess process) {
        Run run = run(process);
        if (run.identity() == null) {
            throw new AssertionError("was not executed: " + run);
        }
        return run.identity();
    }

    /** Everything alive that has this home in its environment. */
    List<ProcessInfo> living() {
        return host.processes().all().stream()
                .filter(info -> !info.dead() && info.pid() != host.self().pid())
                .filter(info -> host.environmentVariable(info.pid(), "TSM_DIR")
                        .filter(home.toString()::equals)
                        .isPresent())
                .toList();
    }

    boolean exists(String file) {
        return Files.exists(home.resolve(file));
    }

    /** What a child wrote into a file of the home; empty when there is none. */
    String text(String file) {
        try {
            return exists(file) ? Files.readString(home.resolve(file)).strip() : "";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A number that a child wrote into a file of the home. */
    long number(String file) {
        Await.until(file + " is there", SOON, () -> !text(file).isEmpty());
        return Long.parseLong(text(file));
    }

    boolean alive(long pid) {
        return host.processes().get(pid).filter(info -> !info.dead()).isPresent();
    }

    boolean signal(Identity identity, int signal) {
        return host.signal(identity, signal);
    }

    /** Starts a program that is no child of this one, as a daemon that died has left it; returns who it is. */
    Identity stranger(String token, String script) {
        var folder = home.resolve("stranger-" + token);
        String inner = "echo $$ >" + folder + ".new; mv " + folder + ".new " + folder + "; " + script;
        try {
            Files.writeString(Path.of(folder + ".sh"), inner);
            host.spawn(
                    new dev.tetra.tsm.os.SpawnRequest(
                            "/bin/sh",
                            List.of("sh", "-c", "setsid sh " + folder + ".sh & exit 0"),
                            List.of("PATH=/usr/local/bin:/usr/bin:/bin", environment, "TSM_RUN=" + token),
                            "/",
                            "/dev/null",
                            "/dev/null",
                            0022),
                    exit -> {});
        } catch (IOException | dev.tetra.tsm.os.SpawnException e) {
            throw new IllegalStateException(e);
        }
        long pid = number("stranger-" + token);
        return host.processes().get(pid).orElseThrow().identity(host.bootId());
    }

    /** What a daemon that takes the place of a dead one does. */
    void recover() throws InterruptedException {
        supervisor.close(() -> {});
        supervisor = new Supervisor(with);
        supervisor.writeLeft();
        supervisor.recover();
    }

    /** Makes the database fail from now on. */
    void closeStore() {
        store.close();
        storeOpen = false;
    }

    void close() throws Exception {
        try {
            supervisor.close(() -> {});
            probing.close();
            Await.until("everything that it ran is gone", SOON, () -> {
                List<ProcessInfo> left = living();
                left.forEach(info -> host.signal(info.identity(host.bootId()), Signals.KILL));
                return left.isEmpty();
            });
        } finally {
            if (storeOpen) {
                store.close();
            }
            host.close();
            try (var files = Files.walk(home)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
