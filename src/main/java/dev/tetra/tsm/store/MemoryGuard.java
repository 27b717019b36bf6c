package dev.tetra.tsm.store;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps queries from taking the heap that the daemon lives on: H2 closes the database of a program that is out of memory.
 * The old generation is looked at every few milliseconds while somebody may query; when a collection leaves too much of
 * it, every query of the auditor is cancelled. The JVM by itself collects it only when it is full, which is too late for a
 * query that goes on meanwhile, so the guard has it collected when it is full to the mark.
 */
final class MemoryGuard {
    private static final long LOOK_MILLIS = 5;
    /** Of the old generation; the rest is what a query can still take until its cancelling is noticed. */
    private static final double MOST = 0.6;
    /** Of the old generation: so much must have been added before another collection is worth its tenth of a second. */
    private static final double STEP = 0.05;

    private final Runnable cancelAll;
    private int users;
    private int alarms;
    private @Nullable Thread thread;

    MemoryGuard(Runnable cancelAll) {
        this.cancelAll = cancelAll;
    }

    /** Begins to look, until {@link #leave}. Returns the number of alarms so far. */
    synchronized int enter() {
        users++;
        if (thread == null) {
            Optional<MemoryPoolMXBean> pool = oldGeneration();
            if (pool.isPresent()) {
                Thread guard = Thread.ofPlatform().daemon().name("memory guard").unstarted(() -> look(pool.get()));
                thread = guard;
                guard.start();
            }
        }
        return alarms;
    }

    /** Ends what {@link #enter} began. */
    synchronized void leave() {
        users--;
        if (users == 0 && thread != null) {
            // no interrupt: in the middle of reading it would close the database's file
            thread = null;
        }
    }

    /** How often queries had to be cancelled. */
    synchronized int alarms() {
        return alarms;
    }

    private static Optional<MemoryPoolMXBean> oldGeneration() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isCollectionUsageThresholdSupported())
                .filter(pool -> pool.getUsage().getMax() > 0)
                .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()));
    }

    /** Those that collect the old generation; others leave what is known of it as it was. */
    private static List<GarbageCollectorMXBean> collectorsOf(MemoryPoolMXBean pool) {
        List<String> names = List.of(pool.getMemoryManagerNames());
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(collector -> names.contains(collector.getName()))
                .toList();
    }

    private static long collections(List<GarbageCollectorMXBean> collectors) {
        return collectors.stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    private synchronized boolean goesOn() {
        return thread == Thread.currentThread();
    }

    private void look(MemoryPoolMXBean pool) {
        List<GarbageCollectorMXBean> collectors = collectorsOf(pool);
        long max = pool.getUsage().getMax();
        long most = (long) (max * MOST);
        long before = collections(collectors);
        long left = pool.getCollectionUsage().getUsed();
        try {
            while (goesOn()) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                long now = collections(collectors);
                if (now != before) {
                    before = now;
                    left = pool.getCollectionUsage().getUsed();
                    // what an older collection left may be garbage by now, such as that of a query that was cancelled
                    if (left > most) {
                        synchronized (this) {
                            alarms++;
                        }
                        cancelAll.run();
                    }
                } else {
                    long used = pool.getUsage().getUsed();
                    if (used > most && used - left > max * STEP) {
                        System.gc();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
