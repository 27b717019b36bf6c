package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of executions. A run is written three times: decided, spawned, ended; then never again. */
public final class Runs {
    private static final String COLUMNS = "pk, process_key, generation, token, cause, pid, start_ticks, boot_id,"
            + " started_at, ended_at, exit_code, exit_signal, exit_signal_name, exit_unknown";

    private final Handle handle;
    private final Clock clock;
    private final Masking masking;

    Runs(Handle handle, Clock clock, Masking masking) {
        this.handle = handle;
        this.clock = clock;
        this.masking = masking;
    }

    /** Records the decision to run, before anything is spawned. Returns the key. */
    public long decide(long processKey, long generation, String token, RunCause cause) {
        return handle.createUpdate("""
                        INSERT INTO tsm.run (process_key, generation, token, cause, decided_at)
                        VALUES (:process, :generation, :token, :cause, :at)
                        """)
                .bind("process", processKey)
                .bind("generation", generation)
                .bind("token", token)
                .bind("cause", cause.word())
                .bind("at", Columns.now(clock))
                .executeAndReturnGeneratedKeys("PK")
                .mapTo(Long.class)
                .one();
    }

    /** Records which process of the machine it became. */
    public void spawned(long runKey, Identity identity, Instant at) {
        handle.createUpdate("""
                        UPDATE tsm.run SET pid = :pid, start_ticks = :ticks, boot_id = :boot, started_at = :at
                        WHERE pk = :key AND ended_at IS NULL
                        """)
                .bind("pid", identity.pid())
                .bind("ticks", identity.startTicks())
                .bind("boot", identity.bootId())
                .bind("at", Columns.utc(at))
                .bind("key", runKey)
                .execute();
    }

    /** Records its end. The first end counts. */
    public void ended(long runKey, Exit exit, Instant at) {
        handle.createUpdate("""
                        UPDATE tsm.run SET ended_at = :at, exit_code = :code, exit_signal = :signal,
                               exit_signal_name = :signalName, exit_unknown = :unknown
                        WHERE pk = :key AND ended_at IS NULL
                        """)
                .bind("at", Columns.utc(at))
                .bind("code", exit instanceof Exit.Code(int code) ? code : null)
                .bind("signal", exit instanceof Exit.Signalled s ? s.signal() : null)
                .bind("signalName", exit instanceof Exit.Signalled s ? s.name() : null)
                .bind("unknown", exit instanceof Exit.Unknown(String why) ? masking.text(why) : null)
                .bind("key", runKey)
                .execute();
    }

    /** The latest runs of a process, newest first. */
    public List<Run> latest(long processKey, int count) {
        return handle.createQuery(
                        "SELECT " + COLUMNS + " FROM tsm.run WHERE process_key = :key ORDER BY pk DESC LIMIT :count")
                .bind("key", processKey)
                .bind("count", count)
                .map((row, context) -> read(row, "", row.getLong("process_key")))
                .list();
    }

    /** The run that has a token. */
    public Optional<Run> withToken(String token) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM tsm.run WHERE token = :token")
                .bind("token", token)
                .map((row, context) -> read(row, "", row.getLong("process_key")))
                .findOne();
    }

    static Run read(ResultSet row, String prefix, long processKey) throws SQLException {
        Long pid = Columns.longOrNull(row, prefix + "pid");
        return new Run(
                row.getLong(prefix + "pk"),
                processKey,
                row.getLong(prefix + "generation"),
                row.getString(prefix + "token"),
                Columns.word(RunCause.class, row.getString(prefix + "cause")),
                pid == null
                        ? null
                        : new Identity(pid, row.getLong(prefix + "start_ticks"), row.getString(prefix + "boot_id")),
                Columns.instantOrNull(row, prefix + "started_at"),
                Columns.instantOrNull(row, prefix + "ended_at"),
                exit(row, prefix));
    }

    private static @Nullable Exit exit(ResultSet row, String prefix) throws SQLException {
        Integer code = Columns.intOrNull(row, prefix + "exit_code");
        if (code != null) {
            return new Exit.Code(code);
        }
        Integer signal = Columns.intOrNull(row, prefix + "exit_signal");
        if (signal != null) {
            return new Exit.Signalled(signal, row.getString(prefix + "exit_signal_name"));
        }
        String unknown = row.getString(prefix + "exit_unknown");
        return unknown == null ? null : new Exit.Unknown(unknown);
    }
}
