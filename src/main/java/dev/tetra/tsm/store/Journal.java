package dev.tetra.tsm.store;

import dev.tetra.tsm.model.CommandRecord;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Origin;
import java.time.Clock;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What happened, and who commanded what. Append only. */
public final class Journal {
    private final Handle handle;
    private final Clock clock;

    Journal(Handle handle, Clock clock) {
        this.handle = handle;
        this.clock = clock;
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
        handle.createUpdate("""
                        INSERT INTO tsm.event (at, kind, process_key, process_name, run_key, origin, message)
                        VALUES (:at, :kind, :process, :name, :run, :origin, :message)
                        """)
                .bind("at", Columns.now(clock))
                .bind("kind", kind.word())
                .bind("process", processKey)
                .bind("name", processName)
                .bind("run", runKey)
                .bind("origin", origin.word())
                .bind("message", message)
                .execute();
    }

    /** The latest events of a process, newest first. */
    public List<Event> latest(long processKey, int count) {
        return handle.createQuery("""
                        SELECT pk, at, kind, process_key, process_name, run_key, origin, message
                        FROM tsm.event WHERE process_key = :key ORDER BY pk DESC LIMIT :count
                        """)
                .bind("key", processKey)
                .bind("count", count)
                .map((row, context) -> new Event(
                        row.getLong("pk"),
                        Columns.instant(row, "at"),
                        Columns.word(EventKind.class, row.getString("kind")),
                        Columns.longOrNull(row, "process_key"),
                        row.getString("process_name"),
                        Columns.longOrNull(row, "run_key"),
                        Columns.word(Origin.class, row.getString("origin")),
                        row.getString("message")))
                .list();
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
                .bind("error", command.error())
                .bind("duration", command.duration().toMillis())
                .execute();
    }
}
