package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Service;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Definitions of services. */
public final class Services {
    private static final String SELECT =
            "SELECT pk, name, file_hash, enabled, created_at, changed_at FROM tsm.service WHERE removed_at IS NULL ";

    private final Handle handle;
    private final Clock clock;

    Services(Handle handle, Clock clock) {
        this.handle = handle;
        this.clock = clock;
    }

    /** A field's value and what may be shown of it. */
    public record Field(String text, String shown) {}

    /** All that there are, by name. */
    public List<Service> all() {
        Map<Long, Map<String, String>> fields = new HashMap<>();
        handle.createQuery("SELECT service_key, name, text FROM tsm.service_field")
                .map((row, context) -> {
                    fields.computeIfAbsent(row.getLong("service_key"), key -> new TreeMap<>())
                            .put(row.getString("name"), row.getString("text"));
                    return row.getLong("service_key");
                })
                .list();
        return handle.createQuery(SELECT + "ORDER BY name")
                .map((row, context) -> read(row, fields.getOrDefault(row.getLong("pk"), Map.of())))
                .list();
    }

    /** One by its exact name. */
    public Optional<Service> named(String name) {
        return handle.createQuery(SELECT + "AND name = :name")
                .bind("name", name)
                .map((row, context) -> read(row, fields(row.getLong("pk"))))
                .findOne();
    }

    private Map<String, String> fields(long key) {
        return pairs(handle.createQuery("SELECT name, text FROM tsm.service_field WHERE service_key = :key")
                .bind("key", key)
                .map((row, context) -> Map.entry(row.getString("name"), row.getString("text")))
                .list());
    }

    private static Map<String, String> pairs(List<Map.Entry<String, String>> entries) {
        Map<String, String> pairs = new TreeMap<>();
        entries.forEach(entry -> pairs.put(entry.getKey(), entry.getValue()));
        return pairs;
    }

    /**
     * Writes a definition in place of the one of that name, if there is one. Whether it is enabled stays as it is, also
     * when it was missing meanwhile.
     *
     * @param fileHash as in {@link Service}
     */
    public void save(String name, Map<String, Field> fields, @Nullable String fileHash) {
        int known = handle.createUpdate("""
                        UPDATE tsm.service SET origin = :origin, file_hash = :hash, changed_at = :at, removed_at = NULL
                        WHERE name = :name
                        """)
                .bind("origin", fileHash == null ? "command" : "file")
                .bind("hash", fileHash)
                .bind("at", Columns.now(clock))
                .bind("name", name)
                .execute();
        if (known == 0) {
            handle.createUpdate("""
                            INSERT INTO tsm.service (name, origin, file_hash, enabled, created_at, changed_at)
                            VALUES (:name, :origin, :hash, FALSE, :at, :at)
                            """)
                    .bind("origin", fileHash == null ? "command" : "file")
                    .bind("hash", fileHash)
                    .bind("at", Columns.now(clock))
                    .bind("name", name)
                    .execute();
        }
        long key = handle.createQuery("SELECT pk FROM tsm.service WHERE name = :name")
                .bind("name", name)
                .mapTo(Long.class)
                .one();
        handle.createUpdate("DELETE FROM tsm.service_field WHERE service_key = :key")
                .bind("key", key)
                .execute();
        PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO tsm.service_field (service_key, name, text, shown) VALUES (:key, :name, :text, :shown)");
        fields.forEach((field, value) -> batch.bind("key", key)
                .bind("name", field)
                .bind("text", value.text())
                .bind("shown", value.shown())
                .add());
        if (!fields.isEmpty()) {
            batch.execute();
        }
    }

    /** Says whether a service starts with the daemon. */
    public void enable(String name, boolean enabled) {
        handle.createUpdate("UPDATE tsm.service SET enabled = :enabled WHERE name = :name")
                .bind("enabled", enabled)
                .bind("name", name)
                .execute();
    }

    /** Removes one; its row stays for history. */
    public void remove(String name) {
        handle.createUpdate("UPDATE tsm.service SET removed_at = :at WHERE name = :name AND removed_at IS NULL")
                .bind("at", Columns.now(clock))
                .bind("name", name)
                .execute();
    }

    /** The options a process was started with, as fields. */
    public Map<String, String> optionsOf(long processKey) {
        return pairs(handle.createQuery("SELECT name, text FROM tsm.process_field WHERE process_key = :key")
                .bind("key", processKey)
                .map((row, context) -> Map.entry(row.getString("name"), row.getString("text")))
                .list());
    }

    /** Writes the options a process was started with, in place of those before. */
    public void saveOptions(long processKey, Map<String, String> fields) {
        handle.createUpdate("DELETE FROM tsm.process_field WHERE process_key = :key")
                .bind("key", processKey)
                .execute();
        addOptions(List.of(processKey), fields);
    }

    /** Writes the options that processes share which have none. */
    public void addOptions(List<Long> processKeys, Map<String, String> fields) {
        if (fields.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO tsm.process_field (process_key, name, text) VALUES (:key, :name, :text)");
        for (long processKey : processKeys) {
            fields.forEach((name, text) -> batch.bind("key", processKey)
                    .bind("name", name)
                    .bind("text", text)
                    .add());
        }
        batch.execute();
    }

    private static Service read(ResultSet row, Map<String, String> fields) throws SQLException {
        return new Service(
                row.getLong("pk"),
                row.getString("name"),
                fields,
                row.getString("file_hash"),
                row.getBoolean("enabled"),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "changed_at"));
    }
}
