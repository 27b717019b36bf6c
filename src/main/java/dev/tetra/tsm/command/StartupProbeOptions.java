package dev.tetra.tsm.command;

import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the startup probe. */
final class StartupProbeOptions {
    @Option(
            names = "--startup-http",
            paramLabel = "PATH",
            description = "Started when this path or URL answers 2xx or 3xx.")
    @Nullable
    String http;

    @Option(
            names = "--startup-tcp",
            arity = "0..1",
            preprocessor = ProbeOptions.OptionalPort.class,
            paramLabel = "PORT",
            description = "Started when its port, or this one, accepts a connection.")
    @Nullable
    String tcp;

    @Option(
            names = "--startup-exec",
            paramLabel = "CMD",
            description = "Started when this command of the shell exits with 0.")
    @Nullable
    String exec;

    @Option(
            names = "--startup-log",
            paramLabel = "RE",
            description = "Started when a line of its output has a match of this.")
    @Nullable
    String log;

    @Option(
            names = "--startup-notify",
            description = "Started when it says so itself: READY=1 on NOTIFY_SOCKET, or tsm ready.")
    boolean notify;

    @Option(names = "--startup-interval", paramLabel = "TIME", description = "Time between two looks (5s).")
    @Nullable
    String interval;

    @Option(names = "--startup-timeout", paramLabel = "TIME", description = "Time that one look may take (1s).")
    @Nullable
    String timeout;

    @Option(names = "--startup-success", paramLabel = "N", description = "Successes in a row until it holds (1).")
    @Nullable
    Integer success;

    @Option(
            names = "--startup-failure",
            paramLabel = "N",
            description = "Failures in a row until it holds no more (3).")
    @Nullable
    Integer failure;

    @Option(names = "--startup-delay", paramLabel = "TIME", description = "Time before the first look (0s).")
    @Nullable
    String delay;

    /** What they say together; null for no probe. */
    @Nullable
    Probe probe() {
        return new ProbeOptions(
                        ProbePurpose.STARTUP, http, tcp, exec, log, notify, interval, timeout, success, failure, delay)
                .probe();
    }
}
