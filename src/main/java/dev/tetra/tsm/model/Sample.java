package dev.tetra.tsm.model;

import java.time.Instant;

/**
 * What the whole tree of a process used around some minute.
 *
 * @param runKey the run that was going on
 * @param cpuPercent of one core since the sample before, or since the run's start; above 100 on several
 * @param memoryBytes resident set sizes at that time, added up
 * @param processes how many processes the tree had
 * @param restarts how often it had been restarted
 */
public record Sample(
        long processKey, long runKey, Instant at, double cpuPercent, long memoryBytes, int processes, int restarts) {}
