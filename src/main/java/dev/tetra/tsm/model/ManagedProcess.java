package dev.tetra.tsm.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tracked command, as the database has it.
 *
 * @param key the surrogate key on which history is kept; never reused
 * @param id the TSM ID, from 0
 * @param name unique among the processes that are tracked
 * @param port the port reserved for it
 * @param socket the path of its control socket
 * @param run its present or last run
 */
public record ManagedProcess(
        long key,
        int id,
        String name,
        ProcessSpec spec,
        Lifecycle life,
        @Nullable Integer port,
        @Nullable PortSource portSource,
        @Nullable String socket,
        @Nullable Run run,
        Instant createdAt,
        @Nullable Instant stoppedAt) {

    /** What it is doing. */
    public Status status() {
        return life.status();
    }

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
