package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.spec.Durations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends a run that has lasted as long as it may. */
final class MaxRuntime implements Attendant {
    private final Clock clock;
    private final Teller teller;
    private @Nullable Thread countdown;
    private long armedFor = -1;
    private Duration armedWith = Duration.ZERO;

    MaxRuntime(Clock clock, Teller teller) {
        this.clock = clock;
        this.teller = teller;
    }

    @Override
    public void follow(ManagedProcess process) {
        Run run = process.run();
        Duration most = process.spec().supervision().triggers().maxRuntime();
        boolean runs = process.status() == Status.ONLINE || process.status() == Status.STARTING;
        if (!runs || run == null || run.startedAt() == null || run.exit() != null) {
            disarm();
        } else if (armedFor != run.generation() || !armedWith.equals(most)) {
            disarm();
            arm(run.generation(), most, run.startedAt());
        }
    }

    /** By the wall clock what an earlier daemon started, from then on by the monotonic one. */
    private void arm(long generation, Duration most, Instant startedAt) {
        armedFor = generation;
        armedWith = most;
        Duration lived = Duration.between(startedAt, clock.instant());
        Duration left = most.minus(lived.isNegative() ? Duration.ZERO : lived);
        countdown = Thread.ofVirtual().name("max-runtime").start(() -> {
            try {
                if (left.isPositive()) {
                    TimeUnit.NANOSECONDS.sleep(left.toNanos());
                }
                teller.tell(
                        generation,
                        new Happening.RestartNeeded(
                                RunCause.MAX_RUNTIME, "it ran for " + Durations.format(most) + ", as long as it may"));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void disarm() {
        armedFor = -1;
        if (countdown != null) {
            countdown.interrupt();
            countdown = null;
        }
    }

    @Override
    public void close() {
        disarm();
    }
}
