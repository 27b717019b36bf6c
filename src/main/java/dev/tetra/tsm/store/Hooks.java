package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Hook;
import dev.tetra.tsm.model.HookRow;
import dev.tetra.tsm.model.Masking;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What is told of events. A hook that was removed keeps its row, so that its number is not given again. */
public final class Hooks {
    private static final String FROM = """
            SELECT h.*, p.name AS process_name FROM tsm.hook h LEFT JOIN tsm.process p ON p.pk = h.process_key
            WHERE h.removed_at IS NULL
            """;

    private static final String SELECT = FROM + " AND (h.process_key IS NULL OR p.deleted_at IS NULL)";
    /** For so long after its deletion a process's hooks are told of its last events. */
    private static final Duration LAST_EVENTS = Duration.ofMinutes(5);

    private final Handle handle;
    private final Clock clock;
    private final Masking masking;
    private final Tables tables;

    Hooks(Handle handle, Clock clock, Masking masking, Tables tables) {
        this.handle = handle;
        this.clock = clock;
        this.masking = masking;
        this.tables = tables;
    }

    /** All there are, by their numbers. */
    public List<HookRow> all() {
        if (tables.isEmpty("hook")) {
            return List.of();
        }
        return handle.createQuery(SELECT + " ORDER BY h.pk")
                .map((row, context) -> read(row))
                .list();
    }

    /** Those that may have to be told something: those of processes that were deleted a moment ago, too. */
    public List<HookRow> told() {
        if (tables.isEmpty("hook")) {
            return List.of();
        }
        return handle.createQuery(FROM + " AND (h.process_key IS NULL OR p.deleted_at IS NULL OR p.deleted_at > :since)"
                        + " ORDER BY h.pk")
                .bind("since", Columns.utc(clock.instant().minus(LAST_EVENTS)))
                .map((row, context) -> read(row))
                .list();
    }

    /**
     * Makes one for all processes, or for some.
     *
     * @return its number
     */
    public long add(Hook hook, List<String> names, @Nullable String namespace, String cwd, String path) {
        return insert(null, hook, names, namespace, cwd, path);
    }

    /** Removes one; false when there is none of that number that is not a process's. */
    public boolean remove(long key) {
        return handle.createUpdate("UPDATE tsm.hook SET removed_at = :at"
                                + " WHERE pk = :key AND removed_at IS NULL AND process_key IS NULL")
                        .bind("at", Columns.now(clock))
                        .bind("key", key)
                        .execute()
                > 0;
    }

    /**
     * Writes down what came of telling it something.
     *
     * @param good how many times it went well
     * @param bad how many times it did not
     * @param result of the last time
     */
    public void result(long key, int good, int bad, String result) {
        handle.createUpdate("UPDATE tsm.hook SET delivered = delivered + :ok, failed = failed + :bad, last_at = :at,"
                        + " last_result = :result WHERE pk = :key")
                .bind("ok", good)
                .bind("bad", bad)
                .bind("at", Columns.now(clock))
                .bind("result", masking.text(result))
                .bind("key", key)
                .execute();
    }

    /** Those of the processes that have some, by key. */
    Map<Long, List<Hook>> ofProcesses() {
        Map<Long, List<Hook>> byProcess = new HashMap<>();
        for (HookRow row : all()) {
            if (row.process() != null) {
                byProcess
                        .computeIfAbsent(row.process(), key -> new ArrayList<>())
                        .add(row.hook());
            }
        }
        return byProcess;
    }

    /** Those of one process. */
    List<Hook> of(long processKey) {
        return rows(processKey).stream().map(HookRow::hook).toList();
    }

    private List<HookRow> rows(long processKey) {
        return handle.createQuery(SELECT + " AND h.process_key = :key ORDER BY h.pk")
                .bind("key", processKey)
                .map((row, context) -> read(row))
                .list();
    }

    /** Writes those of a process; one that stays keeps what it counts. */
    void save(long processKey, List<Hook> hooks) {
        List<Hook> missing = new ArrayList<>(hooks);
        for (HookRow row : rows(processKey)) {
            if (!missing.remove(row.hook())) {
                handle.createUpdate("UPDATE tsm.hook SET removed_at = :at WHERE pk = :key")
                        .bind("at", Columns.now(clock))
                        .bind("key", row.key())
                        .execute();
            }
        }
        missing.stream().distinct().forEach(hook -> insert(processKey, hook, List.of(), null, "", ""));
    }

    private long insert(
            @Nullable Long processKey,
            Hook hook,
            List<String> names,
            @Nullable String namespace,
            String cwd,
            String path) {
        return handle.createUpdate("""
                        INSERT INTO tsm.hook (process_key, events, target, shown, names, namespace, cwd, path, created_at,
                          delivered, failed)
                        VALUES (:process, :events, :target, :shown, :names, :namespace, :cwd, :path, :at, 0, 0)
                        """)
                .bind("process", processKey)
                .bind("events", hook.words())
                .bind("target", hook.target())
                .bind("shown", hook.web() ? masking.text(hook.target()) : masking.command(hook.target()))
                .bindArray("names", String.class, names.toArray())
                .bind("namespace", namespace)
                .bind("cwd", cwd)
                .bind("path", path)
                .bind("at", Columns.now(clock))
                .executeAndReturnGeneratedKeys("pk")
                .map((row, context) -> row.getLong("pk"))
                .one();
    }

    private static HookRow read(ResultSet row) throws SQLException {
        Object[] names = (Object[]) row.getArray("names").getArray();
        return new HookRow(
                row.getLong("pk"),
                new Hook(Hook.events(row.getString("events")), row.getString("target")),
                Columns.longOrNull(row, "process_key"),
                row.getString("process_name"),
                Arrays.stream(names).map(Object::toString).toList(),
                row.getString("namespace"),
                row.getString("cwd"),
                row.getString("path"),
                Columns.instant(row, "created_at"),
                row.getLong("delivered"),
                row.getLong("failed"),
                Columns.instantOrNull(row, "last_at"),
                row.getString("last_result"));
    }
}
