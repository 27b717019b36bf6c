package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.TsmException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for every child of this program, in one platform thread, and tells the one who asked for it. A child is looked
 * at with WNOWAIT first and reaped under the lock that children are born under, so that it has its listener by then and
 * its pid means it until then.
 */
final class Reaper {
    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
    private static final Platform OS = Platform.current();
    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    private static final int UNCLAIMED_KEPT = 4096;

    /** Makes a child and says who it is. */
    interface Birth {
        Identity bear() throws SpawnException;
    }

    private record Ended(Identity identity, Exit exit) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition born = lock.newCondition();
    private final Map<Long, Consumer<Exit>> listeners = new HashMap<>();
    private final Map<Identity, Exit> unclaimed = new LinkedHashMap<>();
    private final ProcessReader reader;
    private final long self;
    private boolean keepUnclaimed = true;
    private boolean closed;
    private long births;

    Reaper(ProcessReader reader, long self) {
        this.reader = reader;
        this.self = self;
    }

    void start() {
        Thread.ofPlatform().name("reaper").daemon().start(this::reapAll);
    }

    /** Makes a child while no other can be made or reaped. */
    Identity birth(Birth birth, Consumer<Exit> onExit) throws SpawnException {
        lock.lock();
        try {
            Identity identity = birth.bear();
            listeners.put(identity.pid(), onExit);
            births++;
            born.signalAll();
            return identity;
        } finally {
            lock.unlock();
        }
    }

    /** What came of an attempt to take a process over. */
    enum Adoption {
        /** It is our child, and its end will be told or has been. */
        OURS,
        /** It is not our child. */
        NOT_OURS,
        /** It is gone. */
        GONE
    }

    Adoption adopt(Identity identity, Consumer<Exit> onExit) {
        Exit ended;
        lock.lock();
        try {
            ended = unclaimed.remove(identity);
            if (ended == null) {
                return watch(identity, onExit);
            }
        } finally {
            lock.unlock();
        }
        onExit.accept(ended);
        return Adoption.OURS;
    }

    private Adoption watch(Identity identity, Consumer<Exit> onExit) {
        ProcessInfo info = reader.read(identity.pid());
        if (info == null || info.startTicks() != identity.startTicks()) {
            return Adoption.GONE;
        }
        if (info.ppid() != self) {
            return info.dead() ? Adoption.GONE : Adoption.NOT_OURS;
        }
        if (listeners.putIfAbsent(identity.pid(), onExit) != null) {
            throw new IllegalStateException("process " + identity.pid() + " is watched already");
        }
        births++;
        born.signalAll();
        return Adoption.OURS;
    }

    void forgetUnclaimed() {
        lock.lock();
        try {
            keepUnclaimed = false;
            unclaimed.clear();
        } finally {
            lock.unlock();
        }
    }

    /** The thread may stay in its wait until a next child ends; then it leaves that one alone and ends. */
    void close() {
        lock.lock();
        try {
            closed = true;
            born.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void reapAll() {
        try (Frame frame = new Frame()) {
            MemorySegment info = frame.allocate(128);
            long seen = births();
            while (seen >= 0) {
                int failed = frame.call(Libc.Processes.WAITID, P_ALL, 0, info.address(), Platform.WEXITED | OS.wNowait);
                if (failed == 0) {
                    reap(frame, info, info.get(JAVA_INT, OS.siginfoPid));
                    seen = births();
                } else if (frame.errno() == Errno.ECHILD) {
                    seen = awaitBirth(seen);
                } else if (frame.errno() != Errno.EINTR) {
                    throw new IllegalStateException("waitid: " + Errno.words(frame.errno()));
                }
            }
        }
    }

    /** How many children there were so far; negative when closed. */
    private long births() {
        lock.lock();
        try {
            return closed ? -1 : births;
        } finally {
            lock.unlock();
        }
    }

    private long awaitBirth(long seen) {
        lock.lock();
        try {
            // As pid 1 (a container's only program) orphans become our children without a birth here.
            boolean woken = false;
            while (!closed && births == seen && !woken) {
                if (self == 1) {
                    woken = !born.await(1, TimeUnit.SECONDS);
                } else {
                    born.await();
                }
            }
            return closed ? -1 : births;
        } catch (InterruptedException e) {
            return -1;
        } finally {
            lock.unlock();
        }
    }

    private void reap(Frame frame, MemorySegment info, long pid) {
        Consumer<Exit> listener;
        Ended ended;
        lock.lock();
        try {
            ended = closed ? null : end(frame, info, pid);
            if (ended == null) {
                return;
            }
            listener = listeners.remove(pid);
            if (listener == null && keepUnclaimed) {
                remember(ended);
            }
        } finally {
            lock.unlock();
        }
        if (listener != null) {
            tell(listener, ended);
        }
    }

    /** Looks again, now that nothing is born: a failed posix_spawn may have reaped this pid itself meanwhile. */
    private @Nullable Ended end(Frame frame, MemorySegment info, long pid) {
        info.fill((byte) 0);
        int look = Platform.WEXITED | OS.wNohang;
        int failed = frame.call(Libc.Processes.WAITID, P_PID, pid, info.address(), look | OS.wNowait);
        if (failed != 0 || info.get(JAVA_INT, OS.siginfoPid) != pid) {
            return null;
        }
        Identity identity = new Identity(pid, startTicks(pid), reader.bootId());
        Exit exit = Exits.ofSiginfo(info.get(JAVA_INT, 8), info.get(JAVA_INT, OS.siginfoStatus));
        frame.call(Libc.Processes.WAITID, P_PID, pid, info.address(), look);
        return new Ended(identity, exit);
    }

    /** 0 when it cannot be told: whoever waits for that end is told by the pid, and only who asks later is not. */
    private long startTicks(long pid) {
        try {
            ProcessInfo process = reader.read(pid);
            return process == null ? 0 : process.startTicks();
        } catch (TsmException.Exhausted e) {
            return 0;
        }
    }

    private void remember(Ended ended) {
        if (unclaimed.size() >= UNCLAIMED_KEPT) {
            unclaimed.remove(unclaimed.keySet().iterator().next());
        }
        unclaimed.put(ended.identity(), ended.exit());
    }

    private static void tell(Consumer<Exit> listener, Ended ended) {
        try {
            listener.accept(ended.exit());
        } catch (RuntimeException e) {
            LOG.error(
                    "the listener for the end of process {} failed",
                    ended.identity().pid(),
                    e);
        }
    }
}
