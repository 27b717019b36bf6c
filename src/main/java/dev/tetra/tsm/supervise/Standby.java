package dev.tetra.tsm.supervise;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The run that goes on until another one is ready to take its place, and how it is known that the other one listens. */
final class Standby {
    private static final Logger LOG = LoggerFactory.getLogger(Standby.class);

    /** Whether the new run listens. */
    enum Listening {
        YES,
        NOT_YET,
        TOO_LATE
    }

    private @Nullable RunTree tree;
    private long executedNanos;
    private boolean executedByThis;
    /** The file that the new run's program makes once it listens; null when it tells nothing. */
    private @Nullable Path file;

    /** Keeps what was the present run until now. */
    void keep(@Nullable RunTree present, long nanos, boolean byThis) {
        tree = present;
        executedNanos = nanos;
        executedByThis = byThis;
    }

    @Nullable
    RunTree tree() {
        return tree;
    }

    /** Hands it back, or over. */
    @Nullable
    RunTree take() {
        RunTree taken = tree;
        tree = null;
        return taken;
    }

    long executedNanos() {
        return executedNanos;
    }

    boolean executedByThis() {
        return executedByThis;
    }

    void await(@Nullable Path told) {
        file = told;
    }

    /** Whether the new run's program tells when it listens. */
    boolean told() {
        return file != null;
    }

    Listening listening(long sinceNanos, Duration within) {
        if (file == null || Files.exists(file)) {
            return Listening.YES;
        }
        return System.nanoTime() - sinceNanos > within.toNanos() ? Listening.TOO_LATE : Listening.NOT_YET;
    }

    void forgetFile() {
        if (file == null) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} is not removed", file, e);
        }
        file = null;
    }
}
