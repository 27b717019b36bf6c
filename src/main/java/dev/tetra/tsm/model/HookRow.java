package dev.tetra.tsm.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A hook as the database has it.
 *
 * @param key its number
 * @param process the key of the process whose {@code --on} it is; null for one of {@code tsm hook add}
 * @param processName the name of that process
 * @param names only events of processes of these names; empty for all
 * @param namespace only events of processes of this namespace; null for all
 * @param cwd where a command runs
 * @param path its PATH
 * @param delivered how often it went well
 * @param failed how often it was given up
 * @param lastAt when it was last tried
 * @param lastResult what came of that, in words
 */
public record HookRow(
        long key,
        Hook hook,
        @Nullable Long process,
        @Nullable String processName,
        List<String> names,
        @Nullable String namespace,
        String cwd,
        String path,
        Instant createdAt,
        long delivered,
        long failed,
        @Nullable Instant lastAt,
        @Nullable String lastResult) {}
