package dev.tetra.tsm.store;

import dev.tetra.tsm.model.CommandRecord;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventFilter;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.Origin;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.EmptyHandling;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** What happened, and who commanded what. Append only. */
public final class Journal {
    private final Handle handle;
    private final Clock clock;
    private final Masking masking;
    private final List<Event> written;
    private final List<Pending> pending = new ArrayList<>();

    private record Pending(
            OffsetDateTime at,
            EventKind kind,
            @Nullable Long processKey,
            @Nullable String processName,
            @Nullable Long runKey,
            Origin origin,
            String message) {
        Event written(long key, @Nullable String namespace) {
            return new Event(key, at.toInstant(), kind, processKey, processName, namespace, runKey, origin, message);
        }
    }

    /**
     * @param written gets every event that is written down, to be told once the transaction is committed
     */
    Journal(Handle handle, Clock clock, Masking masking, List<Event> written) {
        this.handle = handle;
        this.clock = clock;
        this.masking = masking;
        this.written = written;
    }

    /** Writes down something about a process. */
    public void event(
            EventKind kind, long processKey, String processName, @Nullable Long runKey, Origin origin, String message) {
        insert(kind, processKey, processName, runKey, origin, message);
    }

    /** Writes down something about the daemon. */
    public void daemonEvent(String message) {
        insert(EventKind.DAEMON, null, null, null, Origin.TSM, message);
    }

    /** Writes down something about a definition or a setting. */
    public void configEvent(Origin origin, String message) {
        insert(EventKind.CONFIG, null, null, null, origin, message);
    }

    private void insert(
            EventKind kind,
            @Nullable Long processKey,
            @Nullable String processName,
            @Nullable Long runKey,
            Origin origin,
            String message) {
        pending.add(
                new Pending(Columns.now(clock), kind, processKey, processName, runKey, origin, masking.text(message)));
    }

    /** Writes what was to be written down by one statement; what reads events, and the transaction's end, begin with it. */
    void flush() {
        if (pending.isEmpty()) {
            return;
        }
        List<Pending> all = List.copyOf(pending);
        pending.clear();
        PreparedBatch batch = handle.prepareBatch("""
                INSERT INTO tsm.event (at, kind, process_key, process_name, namespace, run_key, origin, message)
                VALUES (:at, :kind, :process, :name,
                        (SELECT p.namespace FROM tsm.process p WHERE p.pk = :process), :run, :origin, :message)
                """);
        for (Pending each : all) {
            batch.bind("at", each.at())
                    .bind("kind", each.kind().word())
                    .bind("process", each.processKey())
                    .bind("name", each.processName())
                    .bind("run", each.runKey())
                    .bind("origin", each.origin().word())
                    .bind("message", each.message())
                    .add();
        }
        Iterator<Pending> rows = all.iterator();
        batch.executePreparedBatch("pk", "namespace")
                .map((row, context) -> rows.next().written(row.getLong("pk"), row.getString("namespace")))
                .forEach(written::add);
    }

    /** The latest events of a process, newest first. */
    public List<Event> latest(long processKey, int count) {
        flush();
        return handle.createQuery("""
                        SELECT pk, at, kind, process_key, process_name, namespace, run_key, origin, message
                        FROM tsm.event WHERE process_key = :key ORDER BY pk DESC LIMIT :count
                        """)
                .bind("key", processKey)
                .bind("count", count)
                .map((row, context) -> event(row))
                .list();
    }

    private static Event event(ResultSet row) throws SQLException {
        return new Event(
                row.getLong("pk"),
                Columns.instant(row, "at"),
                Columns.word(EventKind.class, row.getString("kind")),
                Columns.longOrNull(row, "process_key"),
                row.getString("process_name"),
                row.getString("namespace"),
                Columns.longOrNull(row, "run_key"),
                Columns.word(Origin.class, row.getString("origin")),
                row.getString("message"));
    }

    /**
     * The key from which on there are at most so many wanted events.
     *
     * @param count how many, 0 or more
     */
    public long startOfLast(EventFilter filter, long count) {
        flush();
        Query query = filtered("""
                SELECT MIN(pk) AS first FROM (SELECT pk FROM tsm.event WHERE <conditions> ORDER BY pk DESC LIMIT :count)
                """, filter);
        return query.bind("count", count)
                .map((row, context) -> Columns.longOrNull(row, "first"))
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /** Wanted events from a key on, in order, at most so many. */
    public List<Event> from(EventFilter filter, long key, int count) {
        flush();
        return filtered("""
                        SELECT pk, at, kind, process_key, process_name, namespace, run_key, origin, message
                        FROM tsm.event WHERE pk >= :from AND <conditions> ORDER BY pk LIMIT :count
                        """, filter)
                .bind("from", key)
                .bind("count", count)
                .map((row, context) -> event(row))
                .list();
    }

    private Query filtered(String sql, EventFilter filter) {
        List<String> conditions = new ArrayList<>(List.of("TRUE"));
        Map<String, List<?>> lists = new HashMap<>();
        if (filter.kinds() != null) {
            conditions.add("kind IN (<kinds>)");
            lists.put("kinds", filter.kinds().stream().map(EventKind::word).toList());
        }
        if (filter.since() != null) {
            conditions.add("at >= :since");
        }
        if (filter.processes() != null || filter.names() != null) {
            conditions.add("(process_key IN (<processes>) OR process_name IN (<names>))");
            lists.put("processes", filter.processes() == null ? List.of() : List.copyOf(filter.processes()));
            lists.put("names", filter.names() == null ? List.of() : List.copyOf(filter.names()));
        }
        if (filter.namespace() != null) {
            conditions.add("namespace = :namespace");
        }
        Query query = handle.createQuery(sql.replace("<conditions>", String.join(" AND ", conditions)));
        lists.forEach((name, list) -> query.bindList(EmptyHandling.NULL_KEYWORD, name, list));
        if (filter.since() != null) {
            query.bind("since", Columns.utc(filter.since()));
        }
        if (filter.namespace() != null) {
            query.bind("namespace", filter.namespace());
        }
        return query;
    }

    /** Writes down a changing command and its result. */
    public void command(CommandRecord command) {
        handle.createUpdate("""
                        INSERT INTO tsm.command (at, user_name, client_pid, cwd, words, exit_code, error, duration_ms)
                        VALUES (:at, :user, :pid, :cwd, :words, :code, :error, :duration)
                        """)
                .bind("at", Columns.utc(command.at()))
                .bind("user", command.userName())
                .bind("pid", command.clientPid())
                .bind("cwd", command.cwd())
                .bind("words", command.words())
                .bind("code", command.exitCode())
                .bind("error", command.error() == null ? null : masking.text(command.error()))
                .bind("duration", command.duration().toMillis())
                .execute();
    }
}
