package dev.tetra.tsm.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the program of a run has told of itself (sd_notify) that the next daemon has to know. What is null was not told.
 *
 * @param status how it is, in its own words
 * @param main which process of its tree does the work
 * @param patience how long its watchdog is to wait
 */
public record Told(
        @Nullable String status,
        @Nullable Identity main,
        @Nullable Duration patience) {
    /** Nothing. */
    public static final Told NOTHING = new Told(null, null, null);
}
