package dev.tetra.tsm.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tracked command, as the database has it.
 *
 * @param key the surrogate key on which history is kept; never reused
 * @param id the TSM ID, from 0
 * @param name unique among the processes that are tracked
 * @param generation counts the decisions to run; a wait of an older generation may change nothing
 * @param attempt restarts made in the present row, for the back-off
 * @param unstable failed runs in a row that each lived less than the policy's minimum
 * @param restarts how often it was restarted, by tsm or by the user
 * @param port the port reserved for it
 * @param socket the path of its control socket
 * @param run its present or last run
 */
public record ManagedProcess(
        long key,
        int id,
        String name,
        ProcessSpec spec,
        Wanted wanted,
        Status status,
        long generation,
        int attempt,
        int unstable,
        int restarts,
        @Nullable Integer port,
        @Nullable PortSource portSource,
        @Nullable String socket,
        @Nullable Run run,
        Instant createdAt,
        @Nullable Instant stoppedAt) {

    /** The pid of the run that is going on, if one is. */
    public @Nullable Long pid() {
        return run != null && run.identity() != null && run.exit() == null
                ? Long.valueOf(run.identity().pid())
                : null;
    }

    /** Its number and name, for messages. */
    public String label() {
        return name + " (ID " + id + ")";
    }
}
