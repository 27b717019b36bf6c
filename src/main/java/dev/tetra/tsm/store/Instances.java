package dev.tetra.tsm.store;

import dev.tetra.tsm.model.InstancePolicy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Rows of processes that share a name, and of those for which tsm listens; others have none. */
final class Instances {
    private static final String SELECT = """
            SELECT i.process_key, i.group_name, i.number, i.listen
            FROM tsm.process_instance i JOIN tsm.process p ON p.pk = i.process_key
            WHERE p.live_id IS NOT NULL
            """;

    private final Handle handle;

    Instances(Handle handle) {
        this.handle = handle;
    }

    /** Writes those of processes that have none. */
    void add(Map<Long, InstancePolicy> policies) {
        PreparedBatch insert = handle.prepareBatch("""
                INSERT INTO tsm.process_instance (process_key, group_name, number, listen)
                VALUES (:key, :group, :number, :listen)
                """);
        policies.forEach((key, policy) -> {
            if (!none(policy)) {
                bind(insert, key, policy).add();
            }
        });
        if (insert.size() > 0) {
            insert.execute();
        }
    }

    private static boolean none(InstancePolicy policy) {
        return policy.member() == null && policy.listen() == null;
    }

    private static <S extends SqlStatement<S>> S bind(S statement, long key, InstancePolicy policy) {
        return statement
                .bind("key", key)
                .bind("group", policy.group())
                .bind("number", policy.member() == null ? null : policy.member().number())
                .bind("listen", policy.listen());
    }

    void save(long key, InstancePolicy policy) {
        if (none(policy)) {
            handle.createUpdate("DELETE FROM tsm.process_instance WHERE process_key = :key")
                    .bind("key", key)
                    .execute();
            return;
        }
        bind(handle.createUpdate("""
                        MERGE INTO tsm.process_instance (process_key, group_name, number, listen)
                        KEY (process_key) VALUES (:key, :group, :number, :listen)
                        """), key, policy).execute();
    }

    /** Of one that is tracked. */
    InstancePolicy of(long key) {
        return handle.createQuery(SELECT + "AND i.process_key = :key")
                .bind("key", key)
                .map((row, context) -> read(row))
                .findOne()
                .map(row -> row.policy()
                        .as(row.policy().member(), count(row.policy().group())))
                .orElse(InstancePolicy.NONE);
    }

    private int count(@Nullable String group) {
        return group == null
                ? 0
                : handle.createQuery("""
                                SELECT COUNT(*) FROM tsm.process_instance i JOIN tsm.process p ON p.pk = i.process_key
                                WHERE p.live_id IS NOT NULL AND i.group_name = :group
                                """)
                        .bind("group", group)
                        .mapTo(Integer.class)
                        .one();
    }

    private record Row(long key, InstancePolicy policy) {}

    private static Row read(ResultSet row) throws SQLException {
        @Nullable String group = row.getString("group_name");
        return new Row(
                row.getLong("process_key"),
                new InstancePolicy(
                        0,
                        group == null ? null : new InstancePolicy.Member(group, row.getInt("number")),
                        row.getString("listen")));
    }

    /** By the keys of processes, each with how many there are of its group. */
    Map<Long, InstancePolicy> all() {
        List<Row> rows =
                handle.createQuery(SELECT).map((row, context) -> read(row)).list();
        Map<String, Integer> counts = new HashMap<>();
        for (Row row : rows) {
            if (row.policy().member() != null) {
                counts.merge(row.policy().member().group(), 1, Integer::sum);
            }
        }
        Map<Long, InstancePolicy> all = new HashMap<>();
        for (Row row : rows) {
            InstancePolicy.@Nullable Member member = row.policy().member();
            all.put(row.key(), row.policy().as(member, member == null ? 0 : counts.getOrDefault(member.group(), 1)));
        }
        return all;
    }
}
