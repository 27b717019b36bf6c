package dev.tetra.tsm.model;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A command that was to change something: who ran it, from where, and what came of it.
 *
 * @param words the command as a shell would read it, with what looks secret masked
 */
public record CommandRecord(
        Instant at,
        String userName,
        long clientPid,
        String cwd,
        String words,
        int exitCode,
        @Nullable String error,
        Duration duration) {}
