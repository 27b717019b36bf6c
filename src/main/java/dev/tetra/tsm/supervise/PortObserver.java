package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Listener;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
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

    private final Store store;
    private final Host host;
    private final DelayQueue<Look> looks = new DelayQueue<>();
    private final Map<Long, List<Observed>> written = new ConcurrentHashMap<>();
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
    }

    /** Begins. */
    public void start() {
        looks.add(new Look(-1, System.nanoTime() + AGAIN.toNanos()));
        thread.start();
    }

    /** Ends. */
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    @Override
    public void executed(long processKey) {
        AFTER.forEach(delay -> looks.add(new Look(processKey, System.nanoTime() + delay.toNanos())));
    }

    private void loop() {
        List<Look> due = new ArrayList<>();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                due.clear();
                due.add(looks.take());
                looks.drainTo(due);
                boolean all = due.stream().anyMatch(look -> look.processKey() < 0);
                List<Long> keys = due.stream().map(Look::processKey).distinct().toList();
                look(store.call(tx -> tx.processes().all()).stream()
                        .filter(p -> all || keys.contains(p.key()))
                        .toList());
                if (all) {
                    written.clear();
                    looks.add(new Look(-1, System.nanoTime() + AGAIN.toNanos()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.warn("the ports in use could not be looked at", e);
            }
        }
    }

    /** Looks now at these processes, writes what changed, and returns what they listen on by process key. */
    public Map<Long, List<Observed>> look(List<ManagedProcess> processes) {
        List<ManagedProcess> running =
                processes.stream().filter(p -> p.pid() != null).toList();
        Map<Long, List<Observed>> found = new HashMap<>();
        if (running.isEmpty()) {
            return found;
        }
        ProcessTree tree = ProcessTree.now(host);
        for (ManagedProcess process : running) {
            Run run = process.run();
            if (run == null || run.identity() == null) {
                continue;
            }
            List<Observed> ports = observed(tree, run.identity());
            found.put(process.key(), ports);
            if (!ports.equals(written.get(run.key()))) {
                store.run(tx -> tx.ports().observe(run.key(), ports));
                written.put(run.key(), ports);
            }
        }
        return found;
    }

    private List<Observed> observed(ProcessTree tree, Identity leader) {
        List<Long> pids = tree.members(new ProcessTree.Scope(leader, "")).stream()
                .map(member -> member.info().pid())
                .toList();
        // Several processes may share an address by SO_REUSEPORT; it is one port all the same.
        Map<String, Observed> ports = new HashMap<>();
        host.listeners(pids)
                .forEach((pid, listeners) -> listeners.stream()
                        .map(listener -> of(listener, pid))
                        .forEach(port ->
                                ports.putIfAbsent(port.protocol() + " " + port.address() + " " + port.port(), port)));
        return ports.values().stream()
                .sorted(Comparator.comparingInt(Observed::port)
                        .thenComparing(Observed::protocol)
                        .thenComparing(Observed::address))
                .toList();
    }

    private static Observed of(Listener listener, long pid) {
        return new Observed(
                listener.protocol().name().toLowerCase(Locale.ROOT), listener.address(), listener.port(), pid);
    }
}
