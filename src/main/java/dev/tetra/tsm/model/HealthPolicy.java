package dev.tetra.tsm.model;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How it is found out whether a process is well.
 *
 * @param startup whether it has started
 * @param ready whether it can do its work
 * @param live whether it is to be left running
 * @param startTimeout how long it may take until it is ready for the first time
 * @param shutdownMessage whether a Node program is asked to stop by a message in place of the signal
 */
public record HealthPolicy(
        @Nullable Probe startup,
        @Nullable Probe ready,
        @Nullable Probe live,
        Duration startTimeout,
        boolean shutdownMessage) {
    /** How long a process may take to get ready. */
    public static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration MOST = Duration.ofDays(1);

    /** Nothing of the kind. */
    public static final HealthPolicy NONE = new HealthPolicy(null, null, null, START_TIMEOUT, false);

    public HealthPolicy {
        if (startTimeout.toMillis() < 1 || startTimeout.compareTo(MOST) > 0) {
            throw new TsmException.Usage("--start-timeout is from 1ms to 1d", "give another, such as 30s");
        }
    }

    /** The probes there are. */
    public List<Probe> probes() {
        return Stream.of(startup, ready, live)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** Whether it is online only once a probe has said so. */
    public boolean gated() {
        return startup != null || ready != null;
    }

    /** Whether it is offered a socket to tell of itself. */
    public boolean notified() {
        return probes().stream().anyMatch(probe -> probe.check() instanceof Check.Notify);
    }

    /** How long its watchdog waits; null when it has none. */
    public @Nullable Duration watchdog() {
        return live != null && live.check() instanceof Check.Notify ? live.patience() : null;
    }

    /** Whether a program of that kind is given the channel of Node's child processes. */
    public boolean channel(Kind kind) {
        boolean told = Stream.of(startup, ready).anyMatch(p -> p != null && p.check() instanceof Check.Notify);
        return kind == Kind.NODE && (told || shutdownMessage);
    }
}
