package dev.tetra.tsm.command;

import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the readiness probe. */
final class ReadyProbeOptions {
    @Option(
            names = "--ready-http",
            paramLabel = "PATH",
            description = "Ready when this path or URL answers 2xx or 3xx.")
    @Nullable
    String http;

    @Option(
            names = "--ready-tcp",
            arity = "0..1",
            preprocessor = ProbeOptions.OptionalPort.class,
            paramLabel = "PORT",
            description = "Ready when its port, or this one, accepts a connection.")
    @Nullable
    String tcp;

    @Option(
            names = "--ready-exec",
            paramLabel = "CMD",
            description = "Ready when this command of the shell exits with 0.")
    @Nullable
    String exec;

    @Option(
            names = "--ready-log",
            paramLabel = "RE",
            description = "Ready once a line of its output has a match of this.")
    @Nullable
    String log;

    @Option(
            names = "--ready-notify",
            description =
                    "Ready when it says so itself: READY=1 on NOTIFY_SOCKET, process.send('ready') of Node, or tsm ready.")
    boolean notify;

    @Option(names = "--ready-interval", paramLabel = "TIME", description = "Time between two looks (5s).")
    @Nullable
    String interval;

    @Option(names = "--ready-timeout", paramLabel = "TIME", description = "Time that one look may take (1s).")
    @Nullable
    String timeout;

    @Option(names = "--ready-success", paramLabel = "N", description = "Successes in a row until it holds (1).")
    @Nullable
    Integer success;

    @Option(names = "--ready-failure", paramLabel = "N", description = "Failures in a row until it holds no more (3).")
    @Nullable
    Integer failure;

    @Option(names = "--ready-delay", paramLabel = "TIME", description = "Time before the first look (0s).")
    @Nullable
    String delay;

    /** What they say together; null for no probe. */
    @Nullable
    Probe probe() {
        return new ProbeOptions(
                        ProbePurpose.READY, http, tcp, exec, log, notify, interval, timeout, success, failure, delay)
                .probe();
    }
}
