package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes a thread that waits for a descriptor, by an eventfd(2) beside it: once rung, it stays so until the next wait has
 * ended, so that no ring is ever missed. One thread waits; any may ring.
 */
final class Bell implements AutoCloseable {
    private static final int POLLIN = 1;
    private static final int POLLFD = 8;
    private static final int REVENTS_AT = 6;
    private static final int COUNTER = 8;

    private final ReentrantLock lock = new ReentrantLock();
    private final int descriptor;
    private boolean closed;

    /** @throws IOException when the daemon has as many files open as it may */
    Bell() throws IOException {
        try (Frame frame = new Frame()) {
            // EFD_NONBLOCK and EFD_CLOEXEC are these on all of Linux's architectures that Java knows.
            descriptor = frame.call(
                    Libc.Changes.EVENTFD, 0, Platform.current().oNonblock | (long) Platform.current().oCloexec);
            if (descriptor < 0) {
                throw new IOException("nothing can be woken: " + Errno.words(frame.errno()));
            }
        }
    }

    /** Waits until the other descriptor can be read, somebody rings, or the time is over; may return early. */
    void await(int other, Duration atMost) {
        try (Frame frame = new Frame()) {
            MemorySegment polled = frame.allocate(2L * POLLFD);
            polled.set(JAVA_INT, 0, other);
            polled.set(JAVA_SHORT, Integer.BYTES, (short) POLLIN);
            polled.set(JAVA_INT, POLLFD, descriptor);
            polled.set(JAVA_SHORT, POLLFD + Integer.BYTES, (short) POLLIN);
            int millis = Math.clamp(atMost.toMillis(), 0, Integer.MAX_VALUE);
            if (frame.call(Libc.MoreFiles.POLL, polled.address(), 2, millis) > 0
                    && polled.get(JAVA_SHORT, POLLFD + REVENTS_AT) != 0) {
                frame.callLong(
                        Libc.Files.READ, descriptor, frame.allocate(COUNTER).address(), COUNTER);
            }
        }
    }

    /** Ends the wait, this one or the next; nothing when it is closed. */
    void ring() {
        lock.lock();
        try (Frame frame = new Frame()) {
            if (!closed) {
                MemorySegment one = frame.allocate(COUNTER);
                one.set(JAVA_LONG, 0, 1);
                frame.callLong(Libc.MoreFiles.WRITE, descriptor, one.address(), COUNTER);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try (Frame frame = new Frame()) {
            if (!closed) {
                // Under the lock: the number may be another file's from now on.
                closed = true;
                frame.call(Libc.Files.CLOSE, descriptor);
            }
        } finally {
            lock.unlock();
        }
    }
}
