package dev.tetra.tsm.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of how a process is.
 *
 * @param probes each of its probes
 * @param status what the program last said of itself; null when it said nothing
 * @param mainPid which process of its tree the program called its main one; null when it said nothing
 */
public record HealthReport(
        List<ProbeReport> probes,
        @Nullable String status,
        @Nullable Long mainPid) {
    /** Nothing. */
    public static final HealthReport NONE = new HealthReport(List.of(), null, null);
}
