package dev.tetra.tsm.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A probe and what it found last.
 *
 * @param holds null as long as that is not known
 * @param inRow how many looks in a row turned out as the last one did
 * @param at when it was looked last; null when it never was in this run, as far as this daemon knows
 * @param good how that look turned out
 * @param message that in words; empty when there was none
 */
public record ProbeReport(
        Probe probe,
        @Nullable Boolean holds,
        int inRow,
        @Nullable Instant at,
        boolean good,
        String message) {}
