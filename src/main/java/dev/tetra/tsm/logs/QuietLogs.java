package dev.tetra.tsm.logs;

import dev.tetra.tsm.os.FileTouches;
import dev.tetra.tsm.os.Hosts;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs to which nothing is written, of which the kernel tells when that changes: most logs of most programs, most of the
 * time, and so not looked at. Where the kernel does not tell, no log is one of these. Used by one thread,
 * but for {@link #wake}.
 */
final class QuietLogs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QuietLogs.class);

    /** One of them. */
    interface Quiet {
        /** The file. */
        Path file();

        /** It may have been written since the poll before this one: it is none of these any more. */
        void touched();
    }

    private final @Nullable FileTouches touches;
    /** By the kernel's number: several when a file has several names. */
    private final Map<Integer, List<Quiet>> waiting = new HashMap<>();

    private boolean full;

    QuietLogs() {
        this.touches = open();
    }

    private static @Nullable FileTouches open() {
        try {
            return Hosts.fileTouches();
        } catch (IOException e) {
            LOG.debug("all logs are looked at: {}", e.getMessage());
            return null;
        }
    }

    /** Takes up one that must be looked at once more, as it may have been written before this; false when that can't be. */
    boolean add(Quiet log) {
        if (touches == null || full) {
            return false;
        }
        try {
            waiting.computeIfAbsent(touches.await(log.file()), number -> new ArrayList<>(1))
                    .add(log);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // The user's limit of watches, which other programs use too; there may be room once some of these are gone.
            LOG.debug("{} is looked at: {}", log.file(), e.getMessage());
            full = true;
            return false;
        }
    }

    /** Takes one out. */
    void remove(Quiet log) {
        waiting.entrySet().removeIf(each -> {
            boolean last = each.getValue().remove(log) && each.getValue().isEmpty();
            if (last && touches != null) {
                touches.forget(each.getKey());
            }
            return last;
        });
        full = false;
    }

    /** Tells those that were touched. */
    void poll() {
        if (touches == null) {
            return;
        }
        boolean all = touches.touched(number -> {
            List<Quiet> of = waiting.remove(number);
            if (of != null) {
                of.forEach(Quiet::touched);
                full = false;
            }
        });
        if (!all) {
            waiting.forEach((number, of) -> {
                touches.forget(number);
                of.forEach(Quiet::touched);
            });
            waiting.clear();
        }
    }

    /** Whether the kernel tells of any. */
    boolean told() {
        return touches != null;
    }

    /** Waits until there is something to tell, {@link #wake} was called, or the time is over. */
    void await(Duration atMost) {
        if (touches != null) {
            touches.awaitTouch(atMost);
        }
    }

    /** Ends the wait, this one or the next; for any thread. */
    void wake() {
        if (touches != null) {
            touches.wake();
        }
    }

    @Override
    public void close() {
        if (touches != null) {
            touches.close();
        }
    }
}
