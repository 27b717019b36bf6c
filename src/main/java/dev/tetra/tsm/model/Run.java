package dev.tetra.tsm.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a process, from spawn to exit.
 *
 * @param key the run's key
 * @param token what the process has as TSM_RUN in its environment; unique for all time
 * @param cause why it was started
 * @param identity which process of the machine; null until spawned
 * @param startedAt when it was executed; null until spawned
 * @param exit how it ended; null while it goes on
 */
public record Run(
        long key,
        long processKey,
        long generation,
        String token,
        RunCause cause,
        @Nullable Identity identity,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Exit exit) {

    /** The same, once it was executed. */
    public Run executed(Identity as, Instant at) {
        return new Run(key, processKey, generation, token, cause, as, at, endedAt, exit);
    }

    /** The same, once it has ended. */
    public Run ended(Exit how, Instant at) {
        return new Run(key, processKey, generation, token, cause, identity, startedAt, at, how);
    }
}
