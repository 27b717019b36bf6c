package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Dependency;
import dev.tetra.tsm.model.OrderPolicy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** What processes need before they are run; those that need nothing have no row. */
final class Dependencies {
    private static final String SELECT = "SELECT process_key, name, condition FROM tsm.dependency ";

    private final Handle handle;

    Dependencies(Handle handle) {
        this.handle = handle;
    }

    private record Row(long processKey, Dependency dependency) {}

    /** Those of all tracked processes, by key. */
    Map<Long, OrderPolicy> all() {
        return policies(handle.createQuery(SELECT + "ORDER BY process_key, position")
                .map((row, context) -> read(row))
                .list());
    }

    /** Those of one process. */
    OrderPolicy of(long processKey) {
        return policies(handle.createQuery(SELECT + "WHERE process_key = :key ORDER BY position")
                        .bind("key", processKey)
                        .map((row, context) -> read(row))
                        .list())
                .getOrDefault(processKey, OrderPolicy.NONE);
    }

    private static Row read(ResultSet row) throws SQLException {
        @Nullable String condition = row.getString("condition");
        return new Row(
                row.getLong("process_key"),
                new Dependency(
                        row.getString("name"),
                        condition == null ? null : Columns.word(Dependency.Condition.class, condition)));
    }

    private static Map<Long, OrderPolicy> policies(List<Row> rows) {
        Map<Long, List<Dependency>> byProcess = new HashMap<>();
        rows.forEach(row -> byProcess
                .computeIfAbsent(row.processKey(), key -> new ArrayList<>())
                .add(row.dependency()));
        Map<Long, OrderPolicy> policies = new HashMap<>();
        byProcess.forEach((key, after) -> policies.put(key, new OrderPolicy(after, List.of())));
        return policies;
    }

    /** Writes those of a process, in place of what it had. */
    void save(long processKey, OrderPolicy order) {
        handle.createUpdate("DELETE FROM tsm.dependency WHERE process_key = :key")
                .bind("key", processKey)
                .execute();
        if (order.after().isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("INSERT INTO tsm.dependency (process_key, position, name, condition)"
                + " VALUES (:key, :position, :name, :condition)");
        for (int position = 0; position < order.after().size(); position++) {
            Dependency dependency = order.after().get(position);
            batch.bind("key", processKey)
                    .bind("position", position)
                    .bind("name", dependency.name())
                    .bind(
                            "condition",
                            dependency.condition() == null
                                    ? null
                                    : dependency.condition().word())
                    .add();
        }
        batch.execute();
    }
}
