package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Listener;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks which ports the trees of processes really listen on, after they were executed and then now and again, in a thread
 * of its own so that no start waits for it. All that is due is answered by one look at the machine.
 */
public final class PortObserver implements Supervision.Sightings {
    private static final Logger LOG = LoggerFactory.getLogger(PortObserver.class);
    /** When to look after an execution; servers bind soon, or after they have loaded. */
    private static final List<Duration> AFTER =
            List.of(Duration.ofMillis(250), Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofSeconds(15));

    private static final Duration AGAIN = Duration.ofSeconds(60);
    /** Of many that are executed one after the other no look is made for each. */
    private static final Duration BETWEEN = Duration.ofMillis(500);

    private final Store store;
    private final Host host;
    private final DelayQueue<Look> looks = new DelayQueue<>();
    private final Map<Long, List<Observed>> written = new ConcurrentHashMap<>();
    private final SocketOwners owners;
    private final CountDownLatch closing = new CountDownLatch(1);
    /** Of the last regular look; used by the thread alone. */
    private Set<Long> sockets = Set.of();

    private final Thread thread = Thread.ofVirtual().name("observe ports").unstarted(this::loop);

    private record Look(long processKey, long at) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    public PortObserver(Store store, Host host) {
        this.store = store;
        this.host = host;
        this.owners = new SocketOwners(host);
    }

    /** Begins. */
    public void start() {
        looks.add(new Look(-1, System.nanoTime() + AGAIN.toNanos()));
        thread.start();
    }

    /** Ends. */
    public void close() throws InterruptedException {
        // No interrupt: in the middle of reading or writing it would close the database's file.
        closing.countDown();
        looks.add(new Look(-1, System.nanoTime()));
        thread.join();
    }

    @Override
    public void executed(long processKey) {
        AFTER.forEach(delay -> looks.add(new Look(processKey, System.nanoTime() + delay.toNanos())));
    }

    private void loop() {
        List<Look> due = new ArrayList<>();
        long next = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                due.clear();
                due.add(looks.take());
                if (closing.await(Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    return;
                }
                looks.drainTo(due);
                next = System.nanoTime() + BETWEEN.toNanos();
                boolean all = due.stream().anyMatch(look -> look.processKey() < 0);
                List<Long> keys = due.stream()
                        .map(Look::processKey)
                        .filter(key -> key >= 0)
                        .distinct()
                        .toList();
                boolean changed = all && socketsChanged();
                if (changed || !keys.isEmpty()) {
                    lookAt(p -> changed || keys.contains(p.key()));
                }
                if (all) {
                    looks.add(new Look(-1, System.nanoTime() + AGAIN.toNanos()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.warn("the ports in use could not be looked at", e);
            }
        }
    }

    /** Whether the machine's sockets are others than at the last regular look: a fraction of a look's price. */
    private boolean socketsChanged() {
        Set<Long> now = new HashSet<>();
        host.listeners().forEach(listener -> now.add(listener.inode()));
        boolean changed = !now.equals(sockets);
        sockets = now;
        return changed;
    }

    private void lookAt(Predicate<ManagedProcess> which) {
        List<ManagedProcess> tracked = store.call(tx -> tx.processes().all());
        look(tracked.stream().filter(which).toList());
        written.keySet()
                .retainAll(tracked.stream()
                        .flatMap(p -> Stream.ofNullable(p.serving()))
                        .map(Run::key)
                        .toList());
    }

    /** Looks now at these processes, writes what changed, and returns what they listen on by process key. */
    public Map<Long, List<Observed>> look(List<ManagedProcess> processes) {
        return processes.stream().anyMatch(p -> p.pid() != null) ? look(processes, ProcessTree.now(host)) : Map.of();
    }

    /** The same, by a scan that was just made. */
    public Map<Long, List<Observed>> look(List<ManagedProcess> processes, ProcessTree tree) {
        Map<Long, Identity> members = new LinkedHashMap<>();
        Map<Long, ManagedProcess> byPid = new HashMap<>();
        Map<Long, List<Observed>> found = new HashMap<>();
        for (ManagedProcess process : processes) {
            Run run = process.serving();
            if (process.pid() == null || run == null || run.identity() == null) {
                continue;
            }
            found.put(process.key(), new ArrayList<>());
            for (ProcessTree.Member member : tree.members(new ProcessTree.Scope(run.identity(), ""))) {
                members.putIfAbsent(member.identity().pid(), member.identity());
                byPid.putIfAbsent(member.identity().pid(), process);
            }
        }
        if (found.isEmpty()) {
            return found;
        }
        List<Listener> listeners = host.listeners();
        Map<Long, Long> owner = owners.of(listeners, members);
        // Several processes may share an address by SO_REUSEPORT; it is one port all the same.
        Set<String> seen = new HashSet<>();
        for (Listener listener : listeners) {
            Long pid = owner.get(listener.inode());
            ManagedProcess process = pid == null ? null : byPid.get(pid);
            if (pid != null && process != null) {
                note(of(listener, pid), process, seen, found);
                processes.stream()
                        .filter(other -> found.containsKey(other.key()) && share(process, other, listener))
                        .forEach(other -> note(of(listener, leader(other)), other, seen, found));
            }
        }
        found.values()
                .forEach(ports -> ports.sort(Comparator.comparingInt(Observed::port)
                        .thenComparing(Observed::protocol)
                        .thenComparing(Observed::address)));
        write(processes, found);
        return found;
    }

    private static void note(Observed port, ManagedProcess process, Set<String> seen, Map<Long, List<Observed>> found) {
        if (seen.add(process.key() + " " + port.protocol() + " " + port.address() + " " + port.port())) {
            found.computeIfAbsent(process.key(), key -> new ArrayList<>()).add(port);
        }
    }

    /** Whether another process was handed the same socket, which only one is found to have. */
    private static boolean share(ManagedProcess process, ManagedProcess other, Listener listener) {
        return ListenSockets.listensFor(process)
                && Integer.valueOf(listener.port()).equals(process.port())
                && listener.protocol() == Listener.Protocol.TCP
                && Integer.valueOf(listener.port()).equals(other.port())
                && Objects.equals(
                        process.instances().listen(), other.instances().listen());
    }

    private static long leader(ManagedProcess process) {
        return Objects.requireNonNull(process.pid());
    }

    /** One at a time: of two that write the same rows for the first time, one would fail. */
    private synchronized void write(List<ManagedProcess> processes, Map<Long, List<Observed>> found) {
        Map<Long, List<Observed>> changed = new HashMap<>();
        for (ManagedProcess process : processes) {
            List<Observed> ports = found.get(process.key());
            Run run = process.serving();
            if (ports != null && run != null && !ports.equals(written.get(run.key()))) {
                changed.put(run.key(), ports);
            }
        }
        if (!changed.isEmpty()) {
            try {
                store.run(tx -> changed.forEach(tx.ports()::observe));
                written.putAll(changed);
            } catch (TsmException e) {
                // Whoever looks is to be answered all the same; the next look tries again.
                LOG.warn("the ports in use could not be written down: {}", e.getMessage());
            }
        }
    }

    private static Observed of(Listener listener, long pid) {
        return new Observed(
                listener.protocol().name().toLowerCase(Locale.ROOT), listener.address(), listener.port(), pid);
    }
}
