package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Looks five times a second, where the kernel has no pidfd. */
final class PollingWatcher implements Watcher {
    static final Exit UNKNOWN = new Exit.Unknown("adopted by a new daemon; this kernel does not tell");
    private static final long PERIOD_MILLIS = 200;

    private record Watch(Identity identity, Consumer<Exit> onExit) {}

    private final Predicate<Identity> alive;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private final List<Watch> watches = new ArrayList<>();
    private boolean running;
    private boolean closed;

    PollingWatcher(Predicate<Identity> alive) {
        this.alive = alive;
    }

    @Override
    public boolean watch(Identity identity, Consumer<Exit> onExit) {
        if (!alive.test(identity)) {
            return false;
        }
        lock.lock();
        try {
            watches.add(new Watch(identity, onExit));
            if (!running) {
                running = true;
                Thread.ofPlatform().name("process-poll").daemon().start(this::poll);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void poll() {
        while (pause()) {
            for (Watch watch : snapshot()) {
                if (gone(watch)) {
                    remove(watch);
                    watch.onExit().accept(UNKNOWN);
                }
            }
        }
    }

    private boolean gone(Watch watch) {
        try {
            return !alive.test(watch.identity());
        } catch (TsmException.Exhausted e) {
            // What cannot be looked at now may run.
            return false;
        }
    }

    /** False when there is nothing left to look at. */
    private boolean pause() {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
            while (left > 0 && !closed) {
                left = closing.awaitNanos(left);
            }
            running = !closed && !watches.isEmpty();
            return running;
        } catch (InterruptedException e) {
            running = false;
            return false;
        } finally {
            lock.unlock();
        }
    }

    private List<Watch> snapshot() {
        lock.lock();
        try {
            return List.copyOf(watches);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Watch watch) {
        lock.lock();
        try {
            watches.remove(watch);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
