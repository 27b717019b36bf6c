package dev.tetra.tsm.logs;

import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.os.FileGlance;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the logs of running processes every second, by one stat(2) each: notes when they grew, and has those cut that
 * are too large or too old. A log that is about to become too large is looked at sooner, and one to which nothing is written
 * every half minute, until the kernel tells that something is: when all are quiet, nothing is done at all. Cutting is done by another thread, which is there only while
 * there is something to cut.
 */
public final class LogWatch {
    private static final Logger LOG = LoggerFactory.getLogger(LogWatch.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SOONEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** A wait that is shorter may have found what was told before it. */
    private static final long WAITED_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** After a cut that failed, and between two looks at the age. */
    private static final Duration AGAIN = Duration.ofSeconds(30);
    /** A log whose process has ended is looked at for so long after it last grew. */
    private static final Duration QUIET = Duration.ofSeconds(10);
    /** How often a quiet log is looked at all the same: its lines grow old, and not everything that is done is told. */
    private static final long QUIET_LOOK_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LogFiles files;
    private final Supplier<? extends Collection<Watched>> running;
    private final Told told;
    private final Clock clock;
    private final long quietNanos;
    private final Map<StoredLog, Entry> entries = new HashMap<>();
    private final ThreadPoolExecutor cutting =
            new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), LogWatch::thread);
    /** Of its own, as it waits in poll(2) most of the time. */
    private final Thread thread = Thread.ofPlatform().name("logs").daemon().unstarted(this::loop);

    private final Set<StoredLog> present = new HashSet<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private List<Watched> watched = List.of();
    /** When the kernel was asked last which quiet logs were touched. */
    private Instant polled = Instant.MIN;

    private long polledNanos = System.nanoTime();
    private volatile int sleeping;
    private volatile @Nullable QuietLogs quietLogs;

    /** Whether all logs are quiet. */
    private boolean idle;

    private final AtomicBoolean losing = new AtomicBoolean();

    /** A process whose logs are looked at. */
    public record Watched(long processKey, String name, LogPolicy policy) {}

    /** Takes what is to be told to the user, once each time that it begins. */
    @FunctionalInterface
    public interface Told {
        /** Something about the logs of a process. */
        void about(long processKey, String name, String message);
    }

    /**
     * A watch that has not begun.
     *
     * @param running asked every second, or when {@link #changed} as long as all logs are quiet; must not wait
     */
    public LogWatch(LogFiles files, Supplier<? extends Collection<Watched>> running, Told told, Clock clock) {
        this(files, running, told, clock, QUIET);
    }

    /** Other processes run now than a moment before; for any thread. */
    public void changed() {
        QuietLogs quiet = quietLogs;
        if (quiet != null) {
            quiet.wake();
        }
    }

    /** @param quiet after so long without a byte a log is no longer looked at every second */
    LogWatch(LogFiles files, Supplier<? extends Collection<Watched>> running, Told told, Clock clock, Duration quiet) {
        this.quietNanos = quiet.toNanos();
        this.files = files;
        this.running = running;
        this.told = told;
        this.clock = clock;
        cutting.allowCoreThreadTimeOut(true);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** Ends; a cut that is going on is finished. */
    public void close() throws InterruptedException {
        // No interrupt: what is told is written into the database, whose file it would close.
        closing.countDown();
        changed();
        thread.join();
        cutting.shutdown();
        if (!cutting.awaitTermination(10, TimeUnit.SECONDS)) {
            LOG.warn("a log is still being cut; the next daemon finishes it");
        }
        for (Entry entry : entries.values()) {
            entry.flush();
        }
    }

    /** How many logs are not looked at now, as the kernel tells when they are written. */
    int sleeping() {
        return sleeping;
    }

    private static Thread thread(Runnable work) {
        return Thread.ofPlatform().name("cut logs").daemon().unstarted(work);
    }

    private void loop() {
        try (FileGlance glance = new FileGlance();
                QuietLogs quiet = new QuietLogs()) {
            quietLogs = quiet;
            loop(glance, quiet);
        }
    }

    private void loop(FileGlance glance, QuietLogs quiet) {
        while (true) {
            long pause = LOOK_NANOS;
            try {
                pause = look(glance, quiet);
            } catch (RuntimeException e) {
                LOG.warn("the logs could not be looked at; it is tried again", e);
            }
            try {
                if (pause(pause, quiet)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Returns whether it is over. */
    private boolean pause(long nanos, QuietLogs quiet) throws InterruptedException {
        if (!idle) {
            return closing.await(nanos, TimeUnit.NANOSECONDS);
        }
        if (closing.getCount() == 0) {
            return true;
        }
        long begin = System.nanoTime();
        quiet.await(Duration.ofNanos(nanos));
        long end = System.nanoTime();
        long since = end - polledNanos;
        if (begin - polledNanos < LOOK_NANOS && end - begin > WAITED_NANOS) {
            // What is told now was done just now, and not some time in the pause: else there would have been none.
            Instant lately = clock.instant().minusNanos(LOOK_NANOS);
            polled = polled.isBefore(lately) ? lately : polled;
            polledNanos = Math.max(polledNanos, end - LOOK_NANOS);
        }
        return closing.await(Math.max(0, LOOK_NANOS - since), TimeUnit.NANOSECONDS);
    }

    /** Looks once at all; returns after how many nanoseconds to look again. */
    private long look(FileGlance glance, QuietLogs quiet) {
        // Before the poll: what it does not tell of was not written before this.
        Instant now = clock.instant();
        long nanos = System.nanoTime();
        quiet.poll();
        List<Watched> processes = List.copyOf(running.get());
        // seldom other ones than a second ago
        if (!processes.equals(watched)) {
            watched = processes;
            present.clear();
            for (Watched process : processes) {
                for (LogStream stream : LogStream.values()) {
                    StoredLog log = files.log(process.name(), stream);
                    present.add(log);
                    entries.computeIfAbsent(log, Entry::new).watched(process);
                }
            }
        }
        long pause = LOOK_NANOS;
        long rest = QUIET_LOOK_NANOS;
        int asleep = 0;
        for (var all = entries.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<StoredLog, Entry> each = all.next();
            Entry entry = each.getValue();
            if (entry.sleeps(nanos)) {
                asleep++;
                rest = Math.min(rest, entry.nextNanos - nanos);
                continue;
            }
            pause = Math.min(pause, entry.look(now, glance));
            asleep += entry.rest(quiet) ? 1 : 0;
            if (!present.contains(each.getKey()) && entry.quiet(now)) {
                entry.flush();
                entry.leave(quiet);
                all.remove();
            }
        }
        polled = now;
        polledNanos = nanos;
        sleeping = asleep;
        idle = quiet.told() && asleep == entries.size();
        return Math.max(SOONEST_NANOS, idle ? rest : pause);
    }

    /** One log. Used by the looking thread, except for {@link #cut}. */
    private final class Entry implements QuietLogs.Quiet {
        private final StoredLog log;
        private final LogCutter cutter;
        private final AtomicBoolean busy = new AtomicBoolean();
        private Watched process = new Watched(0, "", LogPolicy.DEFAULT);
        private Instant grew = Instant.EPOCH;
        private long lookedNanos = System.nanoTime();
        private long grewNanos = lookedNanos;
        /** Whether the kernel tells when it is touched. */
        private boolean resting;

        private long nextNanos = lookedNanos;
        private long end;
        private boolean readable = true;
        private Instant ageDue = Instant.MIN;
        private volatile Instant notBefore = Instant.MIN;
        private volatile boolean failing;

        Entry(StoredLog log) {
            this.log = log;
            this.cutter = new LogCutter(log, step -> {});
        }

        void watched(Watched present) {
            if (!present.equals(process)) {
                process = present;
                nextNanos = System.nanoTime();
            }
        }

        @Override
        public Path file() {
            return log.file();
        }

        @Override
        public void touched() {
            resting = false;
            log.quietUntil(polled);
            lookedNanos = Math.max(lookedNanos, polledNanos);
        }

        /** Whether there is nothing to look at now. */
        boolean sleeps(long nanos) {
            return resting && nanos - nextNanos < 0;
        }

        /**
         * When nothing has been written for a while, it is looked at once more, and then now and again until it is touched.
         * Returns whether it sleeps from now on.
         */
        boolean rest(QuietLogs quiet) {
            if (resting) {
                nextNanos = lookedNanos + QUIET_LOOK_NANOS;
                return true;
            }
            if (readable && lookedNanos - grewNanos >= quietNanos) {
                resting = quiet.add(this);
                nextNanos = lookedNanos;
            }
            return false;
        }

        void leave(QuietLogs quiet) {
            if (resting) {
                quiet.remove(this);
            }
        }

        boolean quiet(Instant now) {
            return !busy.get() && grew.plus(QUIET).isBefore(now);
        }

        long look(Instant now, FileGlance glance) {
            try {
                StoredLog.Look look = log.look(now, glance);
                readable = true;
                long nanos = System.nanoTime();
                long before = end;
                long elapsed = Math.max(1, nanos - lookedNanos);
                end = look.end();
                lookedNanos = nanos;
                if (look.grew()) {
                    grew = now;
                    grewNanos = nanos;
                }
                if (due(look, now)) {
                    begin();
                }
                return look.grew() && before > 0 ? untilFull(look, end - before, elapsed) : LOOK_NANOS;
            } catch (NoSuchFileException | ClosedByInterruptException e) {
                return LOOK_NANOS;
            } catch (IOException e) {
                if (readable) {
                    LOG.warn("{} cannot be looked at: {}", log.file(), e.getMessage());
                }
                readable = false;
                return LOOK_NANOS;
            }
        }

        void flush() {
            try {
                log.times().flush();
            } catch (IOException e) {
                LOG.debug("times of {} not written: {}", log.file(), e.getMessage());
            }
        }

        private long untilFull(StoredLog.Look look, long growth, long elapsed) {
            long room = process.policy().maxSize() - (look.end() - look.head());
            if (room <= 0 || growth <= 0 || process.policy().maxSize() == 0) {
                return LOOK_NANOS;
            }
            return (long) Math.min((double) LOOK_NANOS, (double) room / growth * elapsed);
        }

        private boolean due(StoredLog.Look look, Instant now) throws IOException {
            LogPolicy policy = process.policy();
            if (!policy.rotates() || busy.get() || now.isBefore(notBefore)) {
                return false;
            }
            if (policy.maxSize() > 0 && look.end() - look.head() >= policy.maxSize()) {
                return true;
            }
            if (now.isBefore(ageDue)) {
                return false;
            }
            ageDue = now.plus(AGAIN);
            return cutter.tooOld(policy, look, now);
        }

        private void begin() {
            busy.set(true);
            Watched whose = process;
            cutting.execute(() -> cut(whose));
        }

        private void cut(Watched whose) {
            try {
                cutter.cut(whose.policy());
                if (failing) {
                    failing = false;
                    LOG.info("{} is cut again", log.file());
                }
                if (cutter.copies() && losing.compareAndSet(false, true)) {
                    LOG.warn(
                            "the file system of {} cannot cut a file at its beginning; it is copied and emptied, and a"
                                    + " line that is written in that moment can be lost",
                            log.file());
                }
            } catch (NoSuchFileException e) {
                LOG.debug("{} is gone", log.file());
            } catch (IOException | RuntimeException e) {
                failed(whose, e);
            } finally {
                busy.set(false);
            }
        }

        private void failed(Watched whose, Exception e) {
            notBefore = clock.instant().plus(AGAIN);
            if (!failing) {
                failing = true;
                LOG.warn("{} could not be cut; it is tried again every {} s", log.file(), AGAIN.toSeconds(), e);
                told.about(
                        whose.processKey(),
                        whose.name(),
                        "the log " + log.file().getFileName() + " grows on, because it could not be cut: "
                                + e.getMessage());
            }
        }
    }
}
