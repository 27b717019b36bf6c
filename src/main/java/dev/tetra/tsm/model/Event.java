package dev.tetra.tsm.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, kept for ever and never changed.
 *
 * @param processKey the process it is about, if any
 * @param processName the name that process had then
 * @param namespace the namespace that process was in then
 */
public record Event(
        long key,
        Instant at,
        EventKind kind,
        @Nullable Long processKey,
        @Nullable String processName,
        @Nullable String namespace,
        @Nullable Long runKey,
        Origin origin,
        String message) {}
