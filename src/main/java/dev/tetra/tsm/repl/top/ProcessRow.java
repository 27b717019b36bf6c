package dev.tetra.tsm.repl.top;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A process as the daemon saw it at one look.
 *
 * @param key the surrogate key, which no other process ever gets
 * @param port as it is listed; {@code -} when it has none
 * @param cpuPercent of one core, the whole tree; null when it does not run
 * @param memoryBytes of the whole tree; null when it does not run
 */
public record ProcessRow(
        long key,
        int id,
        String name,
        String namespace,
        String status,
        @Nullable Long pid,
        String port,
        int restarts,
        @Nullable Double cpuPercent,
        @Nullable Long memoryBytes,
        @Nullable Duration uptime) {

    /** Whether it rests until the user wants otherwise. */
    boolean atRest() {
        return status.equals("stopped") || status.equals("exited") || status.equals("errored");
    }

    /** Its name and number, for messages. */
    String label() {
        return name + " (ID " + id + ")";
    }
}
