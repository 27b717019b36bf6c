package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Sample;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down once a minute what the trees of running processes use: one scan of the machine and one transaction for all
 * of them.
 */
public final class Sampler {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final Store store;
    private final Host host;
    private final Supplier<List<ManagedProcess>> running;
    private final Clock clock;
    private final Usage usage = new Usage(Usage.Reach.ALL);
    private final Thread thread = Thread.ofVirtual().name("samples").unstarted(this::loop);
    private final CountDownLatch closing = new CountDownLatch(1);
    private Set<Long> written = Set.of();

    /**
     * A sampler that has not begun.
     *
     * @param running the processes that run; must not wait
     */
    public Sampler(Store store, Host host, Supplier<List<ManagedProcess>> running, Clock clock) {
        this.store = store;
        this.host = host;
        this.running = running;
        this.clock = clock;
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** Ends. */
    public void close() throws InterruptedException {
        // No interrupt: in the middle of reading or writing it would close the database's file.
        closing.countDown();
        thread.join();
    }

    private void loop() {
        boolean swept = false;
        long last = Long.MIN_VALUE;
        while (true) {
            try {
                // By the wall clock, so that a minute gets one sample, neither none nor two.
                long now = clock.millis();
                long next = Math.max(Math.floorDiv(now, MINUTE), last) + 1;
                if (closing.await(Math.clamp(next * MINUTE - now, 1, 2 * MINUTE), TimeUnit.MILLISECONDS)) {
                    return;
                }
                if (!swept) {
                    store.run(tx -> tx.samples().sweep());
                    swept = true;
                }
                Instant at = clock.instant();
                last = minute(at);
                sample(at);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.warn("what the processes use could not be written down; it is tried again in a minute", e);
            }
        }
    }

    /** The nearest minute: a sleep may end a little early. */
    private static long minute(Instant at) {
        return Math.floorDiv(at.toEpochMilli() + MINUTE / 2, MINUTE);
    }

    /** Looks once at all running processes and writes down what they use, for the minute nearest to this time. */
    public void sample(Instant at) {
        List<ManagedProcess> processes = running.get();
        Set<Long> before = written;
        written = processes.stream().map(ManagedProcess::key).collect(Collectors.toUnmodifiableSet());
        List<Long> ended = before.stream().filter(key -> !written.contains(key)).toList();
        List<Sample> samples = processes.isEmpty() ? List.of() : look(processes, at);
        if (!samples.isEmpty() || !ended.isEmpty()) {
            store.run(tx -> {
                tx.samples().write(minute(at), samples);
                // One that was deleted while the last samples were written may have got one after its deletion.
                tx.samples().dropDeleted(ended);
            });
        }
    }

    private List<Sample> look(List<ManagedProcess> processes, Instant at) {
        Map<Long, Usage.Used> used = usage.now(processes, ProcessTree.now(host), at);
        List<Sample> samples = new ArrayList<>(used.size());
        for (ManagedProcess process : processes) {
            Usage.Used now = used.get(process.key());
            Run run = process.serving();
            if (now != null && run != null && !now.tree().isEmpty()) {
                samples.add(new Sample(
                        process.key(),
                        run.key(),
                        at,
                        now.cpuPercent(),
                        now.memoryBytes(),
                        now.tree().size(),
                        process.life().restarts()));
            }
        }
        return samples;
    }
}
