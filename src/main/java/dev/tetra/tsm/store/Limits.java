package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.Ulimit;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** What processes may use, and the commands around their runs: a row only for those for which something was said. */
final class Limits {
    private final Handle handle;

    Limits(Handle handle) {
        this.handle = handle;
    }

    /** Those of every process that is tracked, by its key. */
    Map<Long, LimitPolicy> all() {
        return read("process_key IN (SELECT pk FROM tsm.process WHERE live_id IS NOT NULL)", 0);
    }

    /** Those of one process. */
    LimitPolicy of(long key) {
        return read("process_key = :key", key).getOrDefault(key, LimitPolicy.NONE);
    }

    private record Owned(long key, Ulimit ulimit) {}

    private Map<Long, LimitPolicy> read(String which, long key) {
        Map<Long, LimitPolicy> found = new HashMap<>();
        query("SELECT * FROM tsm.process_limit WHERE " + which, key)
                .map((row, context) -> found.put(row.getLong("process_key"), policy(row)))
                .list();
        if (found.isEmpty()) {
            return found;
        }
        Map<Long, List<Ulimit>> ulimits = query(
                        "SELECT * FROM tsm.process_ulimit WHERE " + which + " ORDER BY resource", key)
                .map((row, context) -> new Owned(row.getLong("process_key"), ulimit(row)))
                .list()
                .stream()
                .collect(Collectors.groupingBy(Owned::key, Collectors.mapping(Owned::ulimit, Collectors.toList())));
        found.replaceAll((process, policy) -> with(policy, ulimits.getOrDefault(process, List.of())));
        return found;
    }

    private Query query(String sql, long key) {
        Query query = handle.createQuery(sql);
        return key == 0 ? query : query.bind("key", key);
    }

    private static LimitPolicy with(LimitPolicy policy, List<Ulimit> ulimits) {
        Allowance may = policy.allowance();
        return new LimitPolicy(
                new Allowance(may.nice(), ulimits, may.umask(), may.milliCpus(), may.memory()),
                policy.account(),
                policy.successCodes(),
                policy.commands());
    }

    private static LimitPolicy policy(ResultSet row) throws SQLException {
        Object[] codes = (Object[]) row.getArray("success_codes").getArray();
        return new LimitPolicy(
                new Allowance(
                        Columns.intOrNull(row, "nice"),
                        List.of(),
                        Columns.intOrNull(row, "umask"),
                        Columns.intOrNull(row, "milli_cpus"),
                        Columns.longOrNull(row, "memory_bytes")),
                new Account(row.getString("user_name"), row.getString("group_name")),
                new SuccessCodes(Arrays.stream(codes)
                        .map(code -> ((Number) code).intValue())
                        .toList()),
                new RunCommands(
                        row.getString("pre_start"),
                        row.getString("stop_command"),
                        row.getString("post_stop"),
                        Duration.ofMillis(row.getLong("command_timeout_ms"))));
    }

    private static Ulimit ulimit(ResultSet row) throws SQLException {
        return new Ulimit(
                Columns.word(Ulimit.Resource.class, row.getString("resource")),
                Columns.longOrNull(row, "soft"),
                Columns.longOrNull(row, "hard"));
    }

    /** Writes those of one process in place of what it had. */
    void save(long key, LimitPolicy policy, Masking masking) {
        handle.createUpdate("DELETE FROM tsm.process_limit WHERE process_key = :key")
                .bind("key", key)
                .execute();
        if (policy.equals(LimitPolicy.NONE)) {
            return;
        }
        Allowance may = policy.allowance();
        RunCommands commands = policy.commands();
        handle.createUpdate("""
                        INSERT INTO tsm.process_limit (process_key, nice, umask, milli_cpus, memory_bytes, user_name,
                          group_name, success_codes, pre_start, pre_start_shown, stop_command, stop_command_shown,
                          post_stop, post_stop_shown, command_timeout_ms)
                        VALUES (:key, :nice, :umask, :milliCpus, :memory, :user, :group, :codes, :preStart,
                          :preStartShown, :stop, :stopShown, :postStop, :postStopShown, :timeout)
                        """)
                .bind("key", key)
                .bind("nice", may.nice())
                .bind("umask", may.umask())
                .bind("milliCpus", may.milliCpus())
                .bind("memory", may.memory())
                .bind("user", policy.account().user())
                .bind("group", policy.account().group())
                .bindArray("codes", Integer.class, policy.successCodes().codes().toArray())
                .bind("preStart", commands.preStart())
                .bind("preStartShown", shown(commands.preStart(), masking))
                .bind("stop", commands.stop())
                .bind("stopShown", shown(commands.stop(), masking))
                .bind("postStop", commands.postStop())
                .bind("postStopShown", shown(commands.postStop(), masking))
                .bind("timeout", commands.timeout().toMillis())
                .execute();
        for (Ulimit ulimit : may.ulimits()) {
            handle.createUpdate("INSERT INTO tsm.process_ulimit (process_key, resource, soft, hard)"
                            + " VALUES (:key, :resource, :soft, :hard)")
                    .bind("key", key)
                    .bind("resource", ulimit.resource().word())
                    .bind("soft", ulimit.soft())
                    .bind("hard", ulimit.hard())
                    .execute();
        }
    }

    private static @Nullable String shown(@Nullable String command, Masking masking) {
        return command == null ? null : masking.command(command);
    }
}
