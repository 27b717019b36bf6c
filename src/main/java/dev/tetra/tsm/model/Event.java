package dev.tetra.tsm.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, kept for ever and never changed.
 *
 * @param processKey the process it is about, if any
 * @param processName the name that process had then
 * @param origin who caused it: {@code user}, {@code tsm} or {@code process}
 */
public record Event(
        long key,
        Instant at,
        EventKind kind,
        @Nullable Long processKey,
        @Nullable String processName,
        @Nullable Long runKey,
        String origin,
        String message) {}
