package dev.tetra.tsm.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is run around a run: command lines for {@code /bin/sh}.
 *
 * @param preStart before each run; the run does not begin when it fails
 * @param stop in place of the stop signal
 * @param postStop after each run that was executed
 * @param timeout how long the first and the last of these may take
 */
public record RunCommands(
        @Nullable String preStart,
        @Nullable String stop,
        @Nullable String postStop,
        Duration timeout) {
    /** How long a command may take for which the user says nothing. */
    public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(30);

    /** None. */
    public static final RunCommands NONE = new RunCommands(null, null, null, USUAL_TIMEOUT);

    public RunCommands {
        refuseEmpty(preStart, "--pre-start");
        refuseEmpty(stop, "--stop-command");
        refuseEmpty(postStop, "--post-stop");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new TsmException.Usage("--command-timeout must be more than 0", "write it like 30s or 5m");
        }
    }

    private static void refuseEmpty(@Nullable String command, String option) {
        if (command != null && command.isBlank()) {
            throw new TsmException.Usage(option + ": the command is empty", "give a command line for the shell");
        }
    }
}
