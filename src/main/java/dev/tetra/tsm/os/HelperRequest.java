package dev.tetra.tsm.os;

import java.time.Duration;
import java.util.List;

/**
 * A helper program to run to its end, with an empty standard input, in a session of its own.
 *
 * @param executable as in {@link SpawnRequest}
 * @param timeout after this its whole process group is killed
 * @param maxBytes of each of stdout and stderr, how much is kept; the rest is read and dropped
 */
public record HelperRequest(
        String executable,
        List<String> argv,
        List<String> environment,
        String cwd,
        Duration timeout,
        int maxBytes,
        int umask) {
    public HelperRequest {
        argv = List.copyOf(argv);
        environment = List.copyOf(environment);
        if (maxBytes < 0 || timeout.isNegative()) {
            throw new IllegalArgumentException("maxBytes " + maxBytes + ", timeout " + timeout);
        }
    }

    /** With up to 1 MiB of output each, and umask 077. */
    public HelperRequest(String executable, List<String> argv, List<String> environment, String cwd, Duration timeout) {
        this(executable, argv, environment, cwd, timeout, 1 << 20, 0077);
    }
}
