package dev.tetra.tsm.store;

import dev.tetra.tsm.model.TriggerPolicy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** What besides its end has a process run, run again, or end; those that have nothing of it have no row. */
final class Triggers {
    private static final String SELECT = "SELECT * FROM tsm.trigger_policy ";

    private final Handle handle;

    Triggers(Handle handle) {
        this.handle = handle;
    }

    /** Those of all processes, by key. */
    Map<Long, TriggerPolicy> all() {
        return handle
                .createQuery(SELECT)
                .map((row, context) -> new SimpleImmutableEntry<>(row.getLong("process_key"), read(row)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Those of one process. */
    TriggerPolicy of(long processKey) {
        return handle.createQuery(SELECT + "WHERE process_key = :key")
                .bind("key", processKey)
                .map((row, context) -> read(row))
                .findOne()
                .orElse(TriggerPolicy.NONE);
    }

    /** Writes those of a process, in place of what it had. */
    void save(long processKey, TriggerPolicy policy) {
        handle.createUpdate("DELETE FROM tsm.trigger_policy WHERE process_key = :key")
                .bind("key", processKey)
                .execute();
        if (policy.equals(TriggerPolicy.NONE)) {
            return;
        }
        handle.createUpdate("""
                        INSERT INTO tsm.trigger_policy (process_key, job, cron, timezone, overlap, catch_up, watch, ignored,
                                                        max_memory, max_runtime_ms)
                        VALUES (:key, :job, :cron, :timezone, :overlap, :catchUp, :watch, :ignored, :memory, :runtime)
                        """)
                .bind("key", processKey)
                .bind("job", policy.job())
                .bind("cron", policy.cron())
                .bind("timezone", policy.timezone())
                .bind("overlap", policy.overlap().word())
                .bind("catchUp", policy.catchUp())
                .bindArray("watch", String.class, policy.watch().toArray())
                .bindArray("ignored", String.class, policy.ignore().toArray())
                .bind("memory", policy.maxMemory())
                .bind("runtime", policy.maxRuntime().toMillis())
                .execute();
    }

    private static TriggerPolicy read(ResultSet row) throws SQLException {
        return new TriggerPolicy(
                row.getBoolean("job"),
                row.getString("cron"),
                row.getString("timezone"),
                Columns.word(TriggerPolicy.Overlap.class, row.getString("overlap")),
                row.getBoolean("catch_up"),
                words(row, "watch"),
                words(row, "ignored"),
                row.getLong("max_memory"),
                Duration.ofMillis(row.getLong("max_runtime_ms")));
    }

    private static List<String> words(ResultSet row, String column) throws SQLException {
        return Arrays.stream((Object[]) row.getArray(column).getArray())
                .map(Object::toString)
                .toList();
    }
}
