package dev.tetra.tsm.daemon;

import dev.tetra.tsm.engine.Masks;
import dev.tetra.tsm.engine.Retention;
import dev.tetra.tsm.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done now and then: a daily backup, dropping history that is too old, keeping the database's file from
 * growing without bounds, and giving memory back.
 */
final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final Duration DAY = Duration.ofDays(1);
    /** After the daemon's start its first commands come first. */
    private static final Duration SETTLE = Duration.ofSeconds(1);

    /** How often it is looked whether a burst of commands is over; not at all as long as there was none. */
    private static final Duration CALM = Duration.ofSeconds(1);

    private static final Duration LOOK = Duration.ofMinutes(1);
    /** So much after the full minute: what the samples have needed of memory is then given back with the rest. */
    private static final Duration AFTER_SAMPLES = Duration.ofSeconds(3);
    /** Below this size the file is left alone. */
    private static final long SMALL = 4L << 20;

    /**
     * After so many commits there is dead space again, of some 4 to 14 KB each. The size of the file does not tell: what is
     * written goes into holes, and what is alive may be at the end.
     */
    private static final long COMMITS = 1000;

    private static final Duration COMPACTION = Duration.ofSeconds(1);
    private final Store store;
    private final Path file;
    private final Masks masks;
    private final Retention retention;
    private final SpareMemory memory = new SpareMemory();
    private final Thread thread = Thread.ofVirtual().name("maintenance").unstarted(this::loop);
    private final CountDownLatch stopping = new CountDownLatch(1);
    /** Has a permit when a command was answered since the last look, and at the end. */
    private final Semaphore calls = new Semaphore(0);

    private volatile boolean called;
    /** The number of the commit from which on it is compacted again. */
    private long compaction;

    private List<String> rules = List.of();
    private long pruned;

    Maintenance(Store store, Path file, Masks masks, Retention retention) {
        this.store = store;
        this.file = file;
        this.masks = masks;
        this.retention = retention;
    }

    void start() {
        thread.start();
    }

    /** Ends it after what it is doing: an interrupt in the middle of reading or writing would close the database's file. */
    void close() throws InterruptedException {
        stopping.countDown();
        calls.release();
        thread.join();
        store.run(tx -> tx.spans().seen());
    }

    /** At the daemon's start, daily, and when the settings for it were changed. */
    private void prune() {
        List<String> now = retention.rules();
        if (now.equals(rules) && System.nanoTime() - pruned < DAY.toNanos()) {
            return;
        }
        masks.bringUp(this::stops);
        long dropped = retention.prune(this::stops);
        rules = now;
        pruned = System.nanoTime();
        if (dropped > 0) {
            LOG.info("{} rows of history were too old, or too many, and dropped", dropped);
            compaction = 0;
        }
    }

    private boolean stops() {
        return stopping.getCount() == 0;
    }

    private void loop() {
        try {
            if (stopping.await(SETTLE.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            look(true);
            long next = nextLook();
            while (!stops()) {
                long left = Math.max(0, next - System.nanoTime());
                boolean commands = awaitWork(memory.restless() ? Math.min(left, CALM.toNanos()) : left);
                if (!stops()) {
                    if (commands || memory.restless()) {
                        memory.look();
                    }
                    if (System.nanoTime() - next >= 0) {
                        if (firstHalf()) {
                            look(false);
                        } else {
                            memory.drop();
                        }
                        next = nextLook();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * By {@link System#nanoTime}, and by the wall clock as the samples, see {@link dev.tetra.tsm.supervise.Sampler}: in the
     * first half of each minute everything is looked at, in the second one the memory, as idle looks map pages again.
     */
    private static long nextLook() {
        long half = LOOK.toMillis() / 2;
        long since = Math.floorMod(System.currentTimeMillis() - AFTER_SAMPLES.toMillis(), half);
        // A wait may end a little early: that is the look that has just been.
        long wait = half - since + (half - since < half / 2 ? half : 0);
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wait);
    }

    private static boolean firstHalf() {
        long minute = LOOK.toMillis();
        long quarter = minute / 4;
        // Around the time of that look, as the wait may have ended a little early.
        return Math.floorMod(System.currentTimeMillis() - AFTER_SAMPLES.toMillis() + quarter, minute) < minute / 2;
    }

    /** Returns true a little after a command, which most likely comes with others, or false when the time is over. */
    private boolean awaitWork(long nanos) throws InterruptedException {
        boolean commands = calls.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        if (commands) {
            stopping.await(CALM.toNanos(), TimeUnit.NANOSECONDS);
            // Before the look: a command after this asks for one more.
            called = false;
        }
        return commands;
    }

    /** A command was answered. */
    void commanded() {
        if (!called) {
            called = true;
            calls.release();
        }
    }

    private void look(boolean first) {
        try {
            store.run(tx -> tx.spans().seen());
            prune();
            if (first) {
                return;
            }
            // Before the backup, which takes a second for a file that is mostly dead.
            if (Files.size(file) > SMALL && store.commits() >= compaction) {
                store.compact(COMPACTION);
                compaction = store.commits() + COMMITS;
            }
            if (store.backUpDaily()) {
                LOG.info("database backed up");
            }
            memory.giveBack();
        } catch (IOException | RuntimeException e) {
            LOG.warn("maintenance failed; it is tried again", e);
        }
    }
}
