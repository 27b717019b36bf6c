package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.TsmException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches processes by pidfd and epoll, in one platform thread that starts with the first of them. The kernel tells a
 * stranger how a process ended only after its parent reaped it, so that is waited for, but not for ever.
 */
final class PidfdWatcher implements Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(PidfdWatcher.class);
    private static final long REAPED_WITHIN = TimeUnit.SECONDS.toNanos(2);
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final int ADD = 1;
    private static final int MODIFY = 3;
    private static final int EPOLLIN = 1;
    private static final int EPOLLHUP = 16;
    private static final int EVENTS = 64;
    /** struct epoll_event is packed on x86-64 only (linux/eventpoll.h). */
    private static final boolean PACKED = System.getProperty("os.arch", "").matches("amd64|x86_64");

    private static final int EVENT_SIZE = PACKED ? 12 : 16;
    private static final int EVENT_DATA = PACKED ? 4 : 8;

    private static final class Watch {
        final Identity identity;
        final Consumer<Exit> onExit;
        /** By {@link System#nanoTime}; null while it runs. */
        @Nullable
        Long deadline;

        Watch(Identity identity, Consumer<Exit> onExit) {
            this.identity = identity;
            this.onExit = onExit;
        }
    }

    private final Predicate<Identity> alive;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Watch> watches = new HashMap<>();
    private int epoll = -1;
    private int wake = -1;
    private boolean closed;

    PidfdWatcher(Predicate<Identity> alive) {
        this.alive = alive;
    }

    @Override
    public boolean watch(Identity identity, Consumer<Exit> onExit) {
        lock.lock();
        try (Frame frame = new Frame()) {
            if (closed) {
                throw new IllegalStateException("closed");
            }
            int descriptor = Pidfd.open(frame, identity.pid());
            if (descriptor < 0) {
                return gone(frame.errno());
            }
            try {
                // Looked at after the open, the descriptor can mean no other process.
                if (!alive.test(identity)) {
                    frame.call(Libc.Files.CLOSE, descriptor);
                    return false;
                }
                start(frame);
                control(frame, ADD, descriptor, EPOLLIN);
            } catch (IllegalStateException | TsmException e) {
                // Whoever asks again must not find the descriptors gone on earlier tries.
                frame.call(Libc.Files.CLOSE, descriptor);
                throw e;
            }
            watches.put(descriptor, new Watch(identity, onExit));
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static boolean gone(int errno) {
        if (errno == Errno.ESRCH) {
            return false;
        }
        throw new IllegalStateException("pidfd_open: " + Errno.words(errno));
    }

    private void start(Frame frame) {
        if (epoll >= 0) {
            return;
        }
        epoll = checked(frame, "epoll_create1", frame.call(Libc.Linux.EPOLL_CREATE, EPOLL_CLOEXEC));
        wake = checked(frame, "eventfd", frame.call(Libc.Linux.EVENTFD, 0, EFD_CLOEXEC_NONBLOCK));
        control(frame, ADD, wake, EPOLLIN);
        Thread.ofPlatform().name("process-watch").daemon().start(this::loop);
    }

    private void control(Frame frame, int operation, int descriptor, int events) {
        MemorySegment event = frame.allocate(EVENT_SIZE);
        event.set(JAVA_INT, 0, events);
        event.set(JAVA_INT_UNALIGNED, EVENT_DATA, descriptor);
        checked(frame, "epoll_ctl", frame.call(Libc.Linux.EPOLL_CTL, epoll, operation, descriptor, event.address()));
    }

    private static int checked(Frame frame, String what, int result) {
        if (result < 0) {
            throw new IllegalStateException(what + ": " + Errno.words(frame.errno()));
        }
        return result;
    }

    private record Told(Watch watch, Exit exit) {}

    private void loop() {
        try (Frame frame = new Frame()) {
            MemorySegment events = frame.allocate((long) EVENTS * EVENT_SIZE);
            while (true) {
                int timeout = timeoutMillis();
                int n = frame.call(Libc.Linux.EPOLL_WAIT, epoll, events.address(), EVENTS, timeout);
                if (n < 0 && frame.errno() != Errno.EINTR) {
                    throw new IllegalStateException("epoll_wait: " + Errno.words(frame.errno()));
                }
                List<Told> told = new ArrayList<>();
                if (!look(events, Math.max(n, 0), told)) {
                    return;
                }
                told.forEach(PidfdWatcher::tell);
            }
        }
    }

    /** How long nobody's deadline is reached; -1 when nobody has one. */
    private int timeoutMillis() {
        lock.lock();
        try {
            long now = System.nanoTime();
            long least = -1;
            for (Watch watch : watches.values()) {
                if (watch.deadline != null) {
                    long left = Math.max(watch.deadline - now, 0);
                    least = least < 0 ? left : Math.min(least, left);
                }
            }
            return least < 0 ? -1 : (int) (least / 1_000_000) + 1;
        } finally {
            lock.unlock();
        }
    }

    /** Handles what happened; false when closed. */
    private boolean look(MemorySegment events, int n, List<Told> told) {
        lock.lock();
        try (Frame frame = new Frame()) {
            if (closed) {
                watches.keySet().forEach(descriptor -> frame.call(Libc.Files.CLOSE, descriptor));
                watches.clear();
                frame.call(Libc.Files.CLOSE, wake);
                frame.call(Libc.Files.CLOSE, epoll);
                return false;
            }
            for (int i = 0; i < n; i++) {
                long at = (long) i * EVENT_SIZE;
                int descriptor = events.get(JAVA_INT_UNALIGNED, at + EVENT_DATA);
                boolean reaped = (events.get(JAVA_INT_UNALIGNED, at) & EPOLLHUP) != 0;
                ended(frame, descriptor, reaped, told);
            }
            giveUp(frame, told);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void ended(Frame frame, int descriptor, boolean reaped, List<Told> told) {
        Watch watch = watches.get(descriptor);
        if (watch == null) {
            return;
        }
        Pidfd.End end = Pidfd.end(frame, descriptor);
        if (end.answer() == Pidfd.Answer.NOT_YET && !reaped) {
            // From now on only EPOLLHUP, which is always reported: the process was reaped.
            control(frame, MODIFY, descriptor, 0);
            watch.deadline = System.nanoTime() + REAPED_WITHIN;
            return;
        }
        finish(frame, descriptor, watch, end.exit().orElse(PollingWatcher.UNKNOWN), told);
    }

    private void giveUp(Frame frame, List<Told> told) {
        long now = System.nanoTime();
        for (Map.Entry<Integer, Watch> entry : List.copyOf(watches.entrySet())) {
            Long deadline = entry.getValue().deadline;
            if (deadline != null && now - deadline >= 0) {
                finish(frame, entry.getKey(), entry.getValue(), PollingWatcher.UNKNOWN, told);
            }
        }
    }

    private void finish(Frame frame, int descriptor, Watch watch, Exit exit, List<Told> told) {
        watches.remove(descriptor);
        // The last descriptor of it, so epoll forgets it too.
        frame.call(Libc.Files.CLOSE, descriptor);
        told.add(new Told(watch, exit));
    }

    private static void tell(Told told) {
        try {
            told.watch().onExit.accept(told.exit());
        } catch (RuntimeException e) {
            LOG.error(
                    "the listener for the end of process {} failed",
                    told.watch().identity.pid(),
                    e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try (Frame frame = new Frame()) {
            closed = true;
            if (wake >= 0) {
                MemorySegment one = frame.allocate(8);
                one.set(JAVA_INT, 0, 1);
                frame.call(Libc.MoreFiles.WRITE, wake, one.address(), 8);
            }
        } finally {
            lock.unlock();
        }
    }
}
