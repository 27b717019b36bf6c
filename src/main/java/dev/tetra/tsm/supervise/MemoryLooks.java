package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every second at the memory of all processes that have a bound: one scan of the machine for all of them, and none
 * while there are none.
 */
final class MemoryLooks {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryLooks.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private record Looked(ManagedProcess process, MaxMemory bound) {}

    private final Host host;
    private final Clock clock;
    private final Usage usage = new Usage(Usage.Reach.ALL);
    private final Map<Long, Looked> looked = new ConcurrentHashMap<>();
    private @Nullable Thread thread;

    MemoryLooks(Host host, Clock clock) {
        this.host = host;
        this.clock = clock;
    }

    /** Looks at that process from now on, in place of what was known of it. */
    synchronized void at(ManagedProcess process, MaxMemory bound) {
        looked.put(process.key(), new Looked(process, bound));
        if (thread == null) {
            thread = Thread.ofVirtual().name("memory").start(this::loop);
        }
    }

    /** Does not look at it any more. */
    synchronized void forget(long key) {
        looked.remove(key);
        if (looked.isEmpty() && thread != null) {
            thread.interrupt();
            thread = null;
        }
    }

    private void loop() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.NANOSECONDS.sleep(EVERY.toNanos());
                look();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.warn("the memory of processes could not be looked at; it is tried again", e);
            }
        }
    }

    private void look() {
        List<Looked> present = List.copyOf(looked.values());
        Map<Long, Usage.Used> used =
                usage.now(present.stream().map(Looked::process).toList(), ProcessTree.now(host), clock.instant());
        for (Looked each : present) {
            Usage.Used now = used.get(each.process().key());
            if (now != null) {
                each.bound().looked(each.process(), now.memoryBytes());
            }
        }
    }
}
