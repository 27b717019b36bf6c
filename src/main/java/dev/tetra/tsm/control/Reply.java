package dev.tetra.tsm.control;

import dev.tetra.tsm.model.RawText;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Something the client was asked for, as it arrives. */
abstract sealed class Reply {
    /** Linux takes no environment larger than 6 MiB (execve(2): three quarters of the stack limit's default 8 MiB). */
    private static final int MAX_BYTES = 8 << 20;

    private final CountDownLatch settled = new CountDownLatch(1);
    private final ByteArrayOutputStream part = new ByteArrayOutputStream();
    private final List<String> parts = new ArrayList<>();
    private int bytes;
    private boolean abandoned;

    /** Takes the next byte; whether it was the last one. */
    final boolean accept(byte b) {
        boolean last = ++bytes > MAX_BYTES || isLast(b, part, parts);
        if (last) {
            abandoned = bytes > MAX_BYTES;
            settled.countDown();
        }
        return last;
    }

    abstract boolean isLast(byte b, ByteArrayOutputStream part, List<String> parts);

    /** The client went away, so no more will come. */
    final void abandon() {
        abandoned = true;
        settled.countDown();
    }

    /**
     * Waits for the whole reply.
     *
     * @param limit how long; null for as long as the client is there
     */
    final List<String> await(@Nullable Duration limit) {
        try {
            if (limit == null) {
                settled.await();
            } else if (!settled.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new ClientGoneException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGoneException();
        }
        if (abandoned) {
            throw new ClientGoneException();
        }
        return List.copyOf(parts);
    }

    /** NUL-terminated texts, ended by an empty one. */
    static final class Entries extends Reply {
        @Override
        boolean isLast(byte b, ByteArrayOutputStream part, List<String> parts) {
            if (b != 0) {
                part.write(b);
                return false;
            }
            if (part.size() == 0) {
                return true;
            }
            parts.add(RawText.decode(part.toByteArray()));
            part.reset();
            return false;
        }
    }

    /** A line. */
    static final class Line extends Reply {
        @Override
        boolean isLast(byte b, ByteArrayOutputStream part, List<String> parts) {
            if (b != '\n') {
                part.write(b);
                return false;
            }
            parts.add(RawText.decode(part.toByteArray()));
            return true;
        }
    }
}
