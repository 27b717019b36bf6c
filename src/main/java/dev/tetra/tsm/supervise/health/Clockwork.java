package dev.tetra.tsm.supervise.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of all probes, which starts with the first of them: it has their timer and their connections, so that a look
 * by http or tcp wakes no other. What it is given to do must be short; what waits is done aside.
 */
final class Clockwork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Clockwork.class);

    private static final int WORKERS = 4;
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final int BLOCK = 4096;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(
            0,
            WORKERS,
            IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("probe").daemon().factory());
    private final ReentrantLock lock = new ReentrantLock();
    private final Agenda agenda = new Agenda();
    private @Nullable Selector selector;
    private volatile @Nullable Thread thread;
    private boolean closed;

    /** Takes what has become possible on a connection. */
    interface Ready {
        /**
         * By the clockwork's thread.
         *
         * @param block to read into; its content is of no use to anybody
         */
        void ready(SelectionKey key, ByteBuffer block);
    }

    /** Something that is to be done later. */
    final class Due {
        private final Agenda.Item item;

        private Due(Agenda.Item item) {
            this.item = item;
        }

        /** It is not to be done any more; it may be under way. */
        void cancel() {
            lock.lock();
            try {
                agenda.remove(item);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Does something later; null when there is no later any more. */
    @Nullable
    Due after(Duration delay, Runnable task) {
        return add(now -> agenda.add(now, delay.toNanos(), task));
    }

    /** Does something about then, see {@link Agenda#addSociable}; null when there is no later any more. */
    @Nullable
    Due inCompany(Duration delay, Object target, Runnable task) {
        return add(now -> agenda.addSociable(now, delay.toNanos(), target, task));
    }

    private @Nullable Due add(LongFunction<Agenda.Item> item) {
        lock.lock();
        try {
            if (closed) {
                return null;
            }
            Selector wakes = started();
            Agenda.Item added = item.apply(System.nanoTime());
            if (agenda.isFirst(added) && Thread.currentThread() != thread) {
                wakes.wakeup();
            }
            return new Due(added);
        } finally {
            lock.unlock();
        }
    }

    private Selector started() {
        Selector present = selector;
        if (present == null) {
            try {
                Selector made = Selector.open();
                present = made;
                selector = made;
                thread = Thread.ofPlatform().name("probes").daemon().start(() -> loop(made));
            } catch (IOException e) {
                throw new IllegalStateException("the probes cannot begin: " + e.getMessage(), e);
            }
        }
        return present;
    }

    /** Does something on the clockwork's thread: at once when that is the present one. */
    void here(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
        } else {
            after(Duration.ZERO, task);
        }
    }

    /** Waits for a channel, which ends with it; for the clockwork's thread alone. */
    SelectionKey watch(SelectableChannel channel, int ops, Ready ready) throws IOException {
        Selector present = selector;
        if (present == null) {
            throw new IOException("the probes have ended");
        }
        return channel.register(present, ops, ready);
    }

    /**
     * Does something now on a thread that may wait. A few platform threads do most of it, as a look is over in a moment and
     * waits for a socket in one system call, where a virtual thread goes by way of the poller and its timer; it is for what
     * comes while all of these wait.
     */
    void aside(Runnable task) {
        try {
            workers.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            Thread.ofVirtual().name("probe").start(() -> guarded(task));
        }
    }

    private void loop(Selector on) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        try (on) {
            for (List<Agenda.Item> due = take(); due != null; due = take()) {
                due.forEach(each -> guarded(each.task()));
                // What was due may have made something due, or a connection that is to be watched from now on.
                long pause = pause();
                if (pause < 0) {
                    on.selectNow(key -> ready(key, block));
                } else {
                    on.select(key -> ready(key, block), pause);
                }
            }
            on.keys().forEach(Clockwork::abandon);
        } catch (IOException e) {
            LOG.error("the probes have ended", e);
        }
    }

    /** Takes what is due; null at the end. */
    private @Nullable List<Agenda.Item> take() {
        lock.lock();
        try {
            return closed ? null : agenda.take(System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** For how many milliseconds nothing will be due: -1 for none, 0 for ever. */
    private long pause() {
        lock.lock();
        try {
            OptionalLong next = agenda.next();
            if (next.isEmpty()) {
                return 0;
            }
            long left = next.getAsLong() - System.nanoTime();
            return left <= 0 ? -1 : (left + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
        } finally {
            lock.unlock();
        }
    }

    private static void ready(SelectionKey key, ByteBuffer block) {
        if (key.isValid() && key.attachment() instanceof Ready waits) {
            guarded(() -> waits.ready(key, block));
        }
    }

    private static void abandon(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            LOG.debug("a connection was not closed", e);
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("a probe failed; going on", e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            workers.shutdown();
            agenda.clear();
            if (selector != null) {
                // Not interrupted: what is due may use the database, which an interrupt would close.
                selector.wakeup();
            }
        } finally {
            lock.unlock();
        }
    }
}
