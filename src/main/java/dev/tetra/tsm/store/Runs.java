package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Told;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Rows of executions. A run is written three times: decided, spawned, ended; then never again. */
public final class Runs {
    private static final String COLUMNS = "pk, process_key, generation, token, cause, pid, start_ticks, boot_id,"
            + " started_at, ended_at, exit_code, exit_signal, exit_signal_name, exit_unknown, exit_memory_limit";

    private final Handle handle;
    private final Clock clock;
    private final Masking masking;

    Runs(Handle handle, Clock clock, Masking masking) {
        this.handle = handle;
        this.clock = clock;
        this.masking = masking;
    }

    /** A run that is decided. */
    public record Decision(long processKey, long generation, String token, RunCause cause) {}

    /** Records the decision to run, before anything is spawned. Returns the key. */
    public long decide(long processKey, long generation, String token, RunCause cause) {
        return decide(List.of(new Decision(processKey, generation, token, cause)))
                .getFirst();
    }

    /** Records decisions to run by one statement; returns the keys in their order. */
    public List<Long> decide(List<Decision> decisions) {
        PreparedBatch insert = handle.prepareBatch("""
                INSERT INTO tsm.run (process_key, generation, token, cause, decided_at)
                VALUES (:process, :generation, :token, :cause, :at)
                """);
        for (Decision each : decisions) {
            insert.bind("process", each.processKey())
                    .bind("generation", each.generation())
                    .bind("token", each.token())
                    .bind("cause", each.cause().word())
                    .bind("at", Columns.now(clock))
                    .add();
        }
        return insert.executePreparedBatch("PK").mapTo(Long.class).list();
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

    /** Records its end. The first end counts; returns whether this is it. */
    public boolean ended(long runKey, Exit exit, Instant at) {
        int rows = handle.createUpdate("""
                        UPDATE tsm.run SET ended_at = :at, exit_code = :code, exit_signal = :signal,
                               exit_signal_name = :signalName, exit_unknown = :unknown, exit_memory_limit = :limit
                        WHERE pk = :key AND ended_at IS NULL
                        """)
                .bind("at", Columns.utc(at))
                .bind("code", exit instanceof Exit.Code(int code) ? code : null)
                .bind("signal", exit instanceof Exit.Signalled s ? s.signal() : null)
                .bind("signalName", exit instanceof Exit.Signalled s ? s.name() : null)
                .bind("limit", exit instanceof Exit.Signalled s ? s.memoryLimit() : null)
                .bind("unknown", exit instanceof Exit.Unknown(String why) ? masking.text(why) : null)
                .bind("key", runKey)
                .execute();
        return rows > 0;
    }

    /**
     * Records that nobody has seen the end of those runs of a process that are not recorded as ended, but for two.
     *
     * @param present the key of its present run
     * @param standby the key of the one that goes on until that is ready; the same for none
     * @return the keys of those runs, in their order
     */
    public List<Long> unseen(long processKey, long present, long standby, String why) {
        List<Long> runs = handle.createQuery("""
                        SELECT pk FROM tsm.run
                        WHERE process_key = :process AND pk <> :present AND pk <> :standby AND ended_at IS NULL
                        ORDER BY pk
                        """)
                .bind("process", processKey)
                .bind("present", present)
                .bind("standby", standby)
                .mapTo(Long.class)
                .list();
        for (long run : runs) {
            handle.createUpdate("UPDATE tsm.run SET ended_at = :at, exit_unknown = :why WHERE pk = :run")
                    .bind("at", Columns.now(clock))
                    .bind("why", why)
                    .bind("run", run)
                    .execute();
        }
        return runs;
    }

    /** The run of a key. */
    public Optional<Run> find(long key) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM tsm.run WHERE pk = :key")
                .bind("key", key)
                .map((row, context) -> read(row, "", row.getLong("process_key")))
                .findOne();
    }

    /** Records what its program has told of itself, in place of what was recorded before. */
    public void tell(long runKey, Told told) {
        Identity main = told.main();
        handle.createUpdate("""
                        UPDATE tsm.run SET told_status = :status, told_main_pid = :main, told_main_ticks = :ticks,
                               told_watchdog_ms = :watchdog
                        WHERE pk = :key
                        """)
                .bind("status", told.status())
                .bind("main", main == null ? null : main.pid())
                .bind("ticks", main == null ? null : main.startTicks())
                .bind(
                        "watchdog",
                        told.patience() == null
                                ? null
                                : Math.max(1, told.patience().toMillis()))
                .bind("key", runKey)
                .execute();
    }

    /** What its program has told of itself. */
    public Told told(long runKey) {
        return handle.createQuery("""
                        SELECT told_status, told_main_pid, told_main_ticks, told_watchdog_ms, boot_id FROM tsm.run
                        WHERE pk = :key
                        """)
                .bind("key", runKey)
                .map((row, context) -> {
                    Long main = Columns.longOrNull(row, "told_main_pid");
                    String boot = row.getString("boot_id");
                    Long watchdog = Columns.longOrNull(row, "told_watchdog_ms");
                    return new Told(
                            row.getString("told_status"),
                            main == null || boot == null
                                    ? null
                                    : new Identity(main, row.getLong("told_main_ticks"), boot),
                            watchdog == null ? null : Duration.ofMillis(watchdog));
                })
                .findOne()
                .orElse(Told.NOTHING);
    }

    /** Records that the command after it was executed. */
    public void cleanUp(long runKey, Instant at) {
        handle.createUpdate("UPDATE tsm.run SET post_stop_at = :at WHERE pk = :key")
                .bind("at", Columns.utc(at))
                .bind("key", runKey)
                .execute();
    }

    /** Whether the command after it was executed. */
    public boolean cleanedUp(long runKey) {
        return handle.createQuery("SELECT post_stop_at IS NOT NULL FROM tsm.run WHERE pk = :key")
                .bind("key", runKey)
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
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
            return new Exit.Signalled(
                    signal,
                    row.getString(prefix + "exit_signal_name"),
                    Columns.longOrNull(row, prefix + "exit_memory_limit"));
        }
        String unknown = row.getString(prefix + "exit_unknown");
        return unknown == null ? null : new Exit.Unknown(unknown);
    }
}
