package dev.tetra.tsm.command;

import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the liveness probe. */
final class LiveProbeOptions {
    @Option(names = "--live-http", paramLabel = "PATH", description = "Alive when this path or URL answers 2xx or 3xx.")
    @Nullable
    String http;

    @Option(
            names = "--live-tcp",
            arity = "0..1",
            preprocessor = ProbeOptions.OptionalPort.class,
            paramLabel = "PORT",
            description = "Alive when its port, or this one, accepts a connection.")
    @Nullable
    String tcp;

    @Option(
            names = "--live-exec",
            paramLabel = "CMD",
            description = "Alive when this command of the shell exits with 0.")
    @Nullable
    String exec;

    @Option(
            names = "--live-log",
            paramLabel = "RE",
            description = "Alive as long as new lines with a match of this come.")
    @Nullable
    String log;

    @Option(
            names = "--live-notify",
            description =
                    "Alive as long as it feeds its watchdog: WATCHDOG=1 on NOTIFY_SOCKET, within interval times failure.")
    boolean notify;

    @Option(names = "--live-interval", paramLabel = "TIME", description = "Time between two looks (5s).")
    @Nullable
    String interval;

    @Option(names = "--live-timeout", paramLabel = "TIME", description = "Time that one look may take (1s).")
    @Nullable
    String timeout;

    @Option(names = "--live-success", paramLabel = "N", description = "Successes in a row until it holds (1).")
    @Nullable
    Integer success;

    @Option(names = "--live-failure", paramLabel = "N", description = "Failures in a row until it holds no more (3).")
    @Nullable
    Integer failure;

    @Option(names = "--live-delay", paramLabel = "TIME", description = "Time before the first look (0s).")
    @Nullable
    String delay;

    /** What they say together; null for no probe. */
    @Nullable
    Probe probe() {
        return new ProbeOptions(
                        ProbePurpose.LIVE, http, tcp, exec, log, notify, interval, timeout, success, failure, delay)
                .probe();
    }
}
