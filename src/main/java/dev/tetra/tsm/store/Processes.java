package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Health;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.Wanted;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Rows of tracked processes. */
public final class Processes {
    private static final String SELECT = """
            SELECT p.*, a.port, a.source AS port_source, c.path AS socket,
                   r.pk AS r_pk, r.generation AS r_generation, r.token AS r_token, r.cause AS r_cause, r.pid AS r_pid,
                   r.start_ticks AS r_start_ticks, r.boot_id AS r_boot_id, r.started_at AS r_started_at,
                   r.ended_at AS r_ended_at, r.exit_code AS r_exit_code, r.exit_signal AS r_exit_signal,
                   r.exit_signal_name AS r_exit_signal_name, r.exit_unknown AS r_exit_unknown,
                   r.exit_memory_limit AS r_exit_memory_limit,
                   s.pk AS s_pk, s.generation AS s_generation, s.token AS s_token, s.cause AS s_cause, s.pid AS s_pid,
                   s.start_ticks AS s_start_ticks, s.boot_id AS s_boot_id, s.started_at AS s_started_at,
                   s.ended_at AS s_ended_at, s.exit_code AS s_exit_code, s.exit_signal AS s_exit_signal,
                   s.exit_signal_name AS s_exit_signal_name, s.exit_unknown AS s_exit_unknown,
                   s.exit_memory_limit AS s_exit_memory_limit
            FROM tsm.process p
            LEFT JOIN tsm.run r ON r.pk = p.run_key
            LEFT JOIN tsm.run s ON s.pk = p.standby_run
            LEFT JOIN tsm.port_allocation a ON a.live_process = p.pk
            LEFT JOIN tsm.ipc_channel c ON c.process_key = p.pk
            WHERE p.live_id IS NOT NULL
            """;
    private static final String SPEC_COLUMNS = """
            namespace = :namespace, kind = :kind, type = :type, command = :command,
            command_shown = :commandShown, argv = :argv,
            executable = :executable, script = :script, interpreter = :interpreter, cwd = :cwd, service = :service,
            env_name = :envName, env_file = :envFile, umask = :umask, restart_policy = :restart,
            backoff_min_ms = :backoffMin, backoff_max_ms = :backoffMax, stable_after_ms = :stableAfter,
            min_uptime_ms = :minUptime, max_unstable = :maxUnstable, stop_signal = :stopSignal,
            kill_timeout_ms = :killTimeout, log_max_size = :logMaxSize, log_keep = :logKeep,
            log_max_age_ms = :logMaxAge
            """;
    private static final String LIFE_COLUMNS = """
            wanted = :wanted, status = :status, generation = :generation, attempt = :attempt, unstable = :unstable,
            restarts = :restarts, health = :health, next_cause = :nextCause,
            standby_run = :standby, rest_status = :rest, due_at = :due,
            unwatched = :unwatched
            """;

    private final Handle handle;
    private final Clock clock;
    private final Masking masking;
    private final Remembered remembered;
    private final Writes writes;

    Processes(Handle handle, Clock clock, Masking masking, Remembered remembered, Writes writes) {
        this.handle = handle;
        this.clock = clock;
        this.masking = masking;
        this.remembered = remembered;
        this.writes = writes;
    }

    /** All that are tracked, by ID. */
    public List<ManagedProcess> all() {
        return writes.ofProcesses() ? readAll() : remembered.all(this::readAll);
    }

    private List<ManagedProcess> readAll() {
        Policies.Of policies = policies().all();
        return handle.createQuery(SELECT + "ORDER BY p.tsm_id")
                .map((row, context) -> read(row, policies))
                .list();
    }

    /** One that is tracked. */
    public Optional<ManagedProcess> find(long key) {
        return writes.ofProcesses() ? read(key) : remembered.find(key, () -> read(key));
    }

    private Optional<ManagedProcess> read(long key) {
        return handle.createQuery(SELECT + "AND p.pk = :key")
                .bind("key", key)
                .map((row, context) -> read(row, policies()::of))
                .findOne();
    }

    /** One that is tracked, by its exact name. */
    public Optional<ManagedProcess> named(String name) {
        return writes.ofProcesses() ? read(name) : remembered.named(name, () -> read(name));
    }

    private Optional<ManagedProcess> read(String name) {
        return handle.createQuery(SELECT + "AND p.live_name = :name")
                .bind("name", name)
                .map((row, context) -> read(row, policies()::of))
                .findOne();
    }

    /** The highest ID in use plus one; 0 when none is in use. Holes are not reused. */
    public int nextId() {
        return handle.createQuery("SELECT COALESCE(MAX(live_id) + 1, 0) FROM tsm.process")
                .mapTo(Integer.class)
                .one();
    }

    /** A process that is not tracked yet. */
    public record Fresh(int id, String name, ProcessSpec spec, Lifecycle life) {}

    /** Makes a row and returns its key. */
    public long insert(int id, String name, ProcessSpec spec, Lifecycle life) {
        return insert(List.of(new Fresh(id, name, spec, life))).getFirst();
    }

    /** Makes rows, by as many statements for many as for one, and returns their keys in their order. */
    public List<Long> insert(List<Fresh> processes) {
        String columns =
                "tsm_id, name, created_at, namespace, kind, type, command, command_shown, argv, executable, script,"
                        + " interpreter, cwd, service, env_name, env_file, umask, restart_policy, backoff_min_ms,"
                        + " backoff_max_ms, stable_after_ms, min_uptime_ms, max_unstable, stop_signal, kill_timeout_ms,"
                        + " log_max_size, log_keep, log_max_age_ms,"
                        + " wanted, status, generation, attempt, unstable, restarts, health, next_cause,"
                        + " standby_run, rest_status, due_at, unwatched";
        String values =
                ":id, :name, :at, :namespace, :kind, :type, :command, :commandShown, :argv, :executable, :script,"
                        + " :interpreter, :cwd, :service, :envName, :envFile, :umask, :restart, :backoffMin,"
                        + " :backoffMax, :stableAfter, :minUptime, :maxUnstable, :stopSignal, :killTimeout,"
                        + " :logMaxSize, :logKeep, :logMaxAge,"
                        + " :wanted, :status, :generation, :attempt, :unstable, :restarts, :health, :nextCause,"
                        + " :standby, :rest, :due, :unwatched";
        PreparedBatch insert = handle.prepareBatch("INSERT INTO tsm.process (" + columns + ") VALUES (" + values + ")");
        for (Fresh each : processes) {
            bindSpec(insert, each.spec());
            bindLife(insert, each.life());
            insert.bind("id", each.id())
                    .bind("name", each.name())
                    .bind("at", Columns.now(clock))
                    .add();
        }
        List<Long> keys = insert.executePreparedBatch("PK").mapTo(Long.class).list();
        Map<Long, SupervisionPolicy> policies = new LinkedHashMap<>();
        Map<Long, Lifecycle> lives = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            policies.put(keys.get(i), processes.get(i).spec().supervision());
            lives.put(keys.get(i), processes.get(i).life());
        }
        policies().add(policies);
        new Spans(handle, clock).begin(lives);
        return keys;
    }

    /** Writes what a process is to run. */
    public void saveSpec(long key, ProcessSpec spec) {
        var update = handle.createUpdate("UPDATE tsm.process SET " + SPEC_COLUMNS + " WHERE pk = :key");
        bindSpec(update, spec);
        update.bind("key", key).execute();
        policies().save(key, spec.supervision());
    }

    /** Writes what its supervisor decided; notes the time when it came to rest. */
    public void saveLife(long key, Lifecycle life) {
        saveLife(key, null, life, null);
    }

    /**
     * The same.
     *
     * @param before what was decided last, while this daemon has watched it; null when that is not known
     * @param run its present run from now on; null for the one that it is already
     */
    public void saveLife(long key, @Nullable Lifecycle before, Lifecycle life, @Nullable Long run) {
        var update = handle.createUpdate("UPDATE tsm.process SET " + LIFE_COLUMNS
                + ", stopped_at = :stoppedAt, run_key = COALESCE(:run, run_key) WHERE pk = :key");
        bindLife(update, life);
        update.bind("key", key)
                .bind("stoppedAt", life.status().settled() ? Columns.now(clock) : null)
                .bind("run", run)
                .execute();
        if (before == null || !Spans.goesOn(before, life)) {
            new Spans(handle, clock).note(key, life);
        }
    }

    /** Says which run is its present one. */
    public void setRun(long key, long runKey) {
        setRuns(Map.of(key, runKey));
    }

    /** Says of several which run is their present one: by the key of the process that of the run. */
    public void setRuns(Map<Long, Long> runs) {
        PreparedBatch update = handle.prepareBatch("UPDATE tsm.process SET run_key = :run WHERE pk = :key");
        runs.forEach((key, run) -> update.bind("run", run).bind("key", key).add());
        update.execute();
    }

    /** Tracks a process again that was deleted, under this ID and name, with its history. */
    public void revive(long key, int id, String name, Lifecycle life) {
        handle.createUpdate("UPDATE tsm.process SET deleted_at = NULL, tsm_id = :id, name = :name WHERE pk = :key")
                .bind("id", id)
                .bind("name", name)
                .bind("key", key)
                .execute();
        saveLife(key, life);
    }

    /** Forgets a process; its history stays, but for what it used of late. */
    public void delete(long key) {
        handle.createUpdate("DELETE FROM tsm.sample WHERE process_key = :key")
                .bind("key", key)
                .execute();
        handle.createUpdate("UPDATE tsm.process SET deleted_at = :at WHERE pk = :key AND deleted_at IS NULL")
                .bind("at", Columns.now(clock))
                .bind("key", key)
                .execute();
        new Spans(handle, clock).end(key);
    }

    private void bindSpec(SqlStatement<?> statement, ProcessSpec spec) {
        RestartPolicy restart = spec.restart();
        statement
                .bind("namespace", spec.namespace())
                .bind("kind", spec.kind().word())
                .bind("type", spec.type().word())
                .bind("command", spec.command())
                .bind("commandShown", masking.command(spec.command()))
                .bindArray("argv", String.class, spec.argv().toArray())
                .bind("executable", spec.executable())
                .bind("script", spec.script())
                .bind("interpreter", spec.interpreter())
                .bind("cwd", spec.cwd())
                .bind("service", spec.service())
                .bind("envName", spec.envName())
                .bind("envFile", spec.envFile())
                .bind("umask", spec.umask())
                .bind("restart", restart.restart().word())
                .bind("backoffMin", restart.backoffMin().toMillis())
                .bind("backoffMax", restart.backoffMax().toMillis())
                .bind("stableAfter", restart.stableAfter().toMillis())
                .bind("minUptime", restart.minUptime().toMillis())
                .bind("maxUnstable", restart.maxUnstable())
                .bind("stopSignal", spec.stop().signal())
                .bind("killTimeout", spec.stop().killTimeout().toMillis())
                .bind("logMaxSize", spec.logs().maxSize())
                .bind("logKeep", spec.logs().keep())
                .bind("logMaxAge", spec.logs().maxAge().toMillis());
    }

    private static void bindLife(SqlStatement<?> statement, Lifecycle life) {
        statement
                .bind("wanted", life.wanted().word())
                .bind("status", life.status().word())
                .bind("generation", life.generation())
                .bind("attempt", life.attempt())
                .bind("unstable", life.unstable())
                .bind("restarts", life.restarts())
                .bind("health", life.health().word())
                .bind("nextCause", life.next() == null ? null : life.next().word())
                .bind("standby", life.standby())
                .bind("rest", life.rest() == null ? null : life.rest().word())
                .bind("due", Columns.utc(life.triggers().due()))
                .bind("unwatched", life.triggers().unwatched());
    }

    private Policies policies() {
        return new Policies(handle, clock, masking, new Tables(handle, remembered, writes));
    }

    private static ManagedProcess read(ResultSet row, Policies.Of policies) throws SQLException {
        @Nullable String portSource = row.getString("port_source");
        return new ManagedProcess(
                row.getLong("pk"),
                row.getInt("tsm_id"),
                row.getString("name"),
                spec(row, policies.of(row.getLong("pk"))),
                life(row),
                Columns.intOrNull(row, "port"),
                portSource == null ? null : Columns.word(PortSource.class, portSource),
                row.getString("socket"),
                row.getObject("r_pk") == null ? null : Runs.read(row, "r_", row.getLong("pk")),
                row.getObject("s_pk") == null ? null : Runs.read(row, "s_", row.getLong("pk")),
                Columns.instant(row, "created_at"),
                Columns.instantOrNull(row, "stopped_at"));
    }

    private static Lifecycle life(ResultSet row) throws SQLException {
        @Nullable String next = row.getString("next_cause");
        @Nullable String rest = row.getString("rest_status");
        return new Lifecycle(
                Columns.word(Wanted.class, row.getString("wanted")),
                Columns.word(Status.class, row.getString("status")),
                row.getLong("generation"),
                row.getInt("attempt"),
                row.getInt("unstable"),
                row.getInt("restarts"),
                Columns.word(Health.class, row.getString("health")),
                next == null ? null : Columns.word(RunCause.class, next),
                Columns.longOrNull(row, "standby_run"),
                rest == null ? null : Columns.word(Status.class, rest),
                new Lifecycle.Triggers(Columns.instantOrNull(row, "due_at"), row.getString("unwatched")));
    }

    private static ProcessSpec spec(ResultSet row, SupervisionPolicy supervision) throws SQLException {
        Object[] argv = (Object[]) row.getArray("argv").getArray();
        return new ProcessSpec(
                row.getString("namespace"),
                Columns.word(Kind.class, row.getString("kind")),
                Columns.word(ProcessType.class, row.getString("type")),
                row.getString("command"),
                Arrays.stream(argv).map(Object::toString).toList(),
                row.getString("executable"),
                row.getString("script"),
                row.getString("interpreter"),
                row.getString("cwd"),
                row.getString("service"),
                row.getString("env_name"),
                row.getString("env_file"),
                row.getInt("umask"),
                new RestartPolicy(
                        Columns.word(RestartPolicy.Restart.class, row.getString("restart_policy")),
                        Duration.ofMillis(row.getLong("backoff_min_ms")),
                        Duration.ofMillis(row.getLong("backoff_max_ms")),
                        Duration.ofMillis(row.getLong("stable_after_ms")),
                        Duration.ofMillis(row.getLong("min_uptime_ms")),
                        row.getInt("max_unstable")),
                new StopPolicy(row.getString("stop_signal"), Duration.ofMillis(row.getLong("kill_timeout_ms"))),
                new LogPolicy(
                        row.getLong("log_max_size"),
                        row.getInt("log_keep"),
                        Duration.ofMillis(row.getLong("log_max_age_ms"))),
                supervision);
    }
}
