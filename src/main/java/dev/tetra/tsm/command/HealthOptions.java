package dev.tetra.tsm.command;

import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a start that are about health. */
final class HealthOptions {
    @Mixin
    StartupProbeOptions startup = new StartupProbeOptions();

    @Mixin
    ReadyProbeOptions ready = new ReadyProbeOptions();

    @Mixin
    LiveProbeOptions live = new LiveProbeOptions();

    @Option(
            names = "--start-timeout",
            paramLabel = "TIME",
            description = "Time to get ready, with a startup or readiness probe (30s).")
    @Nullable
    String startTimeout;

    @Option(
            names = "--shutdown-message",
            description = "Ask a Node program to stop by the message 'shutdown' in place of the signal.")
    boolean shutdownMessage;

    /**
     * What they say together.
     *
     * @throws TsmException.Usage for a value that is wrong, and for what does not fit together
     */
    HealthPolicy policy() {
        Probe first = startup.probe();
        Probe second = ready.probe();
        Probe third = live.probe();
        Duration limit =
                startTimeout == null ? HealthPolicy.START_TIMEOUT : Durations.parse(startTimeout, "--start-timeout");
        if (startTimeout != null && first == null && second == null) {
            throw new TsmException.Usage(
                    "--start-timeout has no startup or readiness probe that it could wait for",
                    "give one, such as --ready-http /healthz");
        }
        return new HealthPolicy(first, second, third, limit, shutdownMessage);
    }
}
