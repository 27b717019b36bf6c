package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** How it is found out whether processes are well, and what was found last. */
public final class Probes {
    private static final String SELECT = """
            SELECT h.process_key, h.start_timeout_ms, h.shutdown_message, b.purpose, b.kind, b.target, b.interval_ms,
                   b.timeout_ms, b.success, b.failure, b.delay_ms
            FROM tsm.health_policy h
            LEFT JOIN tsm.probe b ON b.process_key = h.process_key
            """;

    private final Handle handle;
    private final Clock clock;
    private final Masking masking;

    Probes(Handle handle, Clock clock, Masking masking) {
        this.handle = handle;
        this.clock = clock;
        this.masking = masking;
    }

    /**
     * Where in the logs of a process the output of a run begins.
     *
     * @param generation which run
     * @param out the offset in its stdout
     * @param err the offset in its stderr
     */
    public record Beginning(long generation, long out, long err) {}

    /** One row of the query: the policy, and one of its probes. */
    private record Row(
            long key,
            long startTimeout,
            boolean message,
            @Nullable Probe probe) {}

    Map<Long, HealthPolicy> all() {
        return merged(handle.createQuery(SELECT + """
                JOIN tsm.process p ON p.pk = h.process_key
                WHERE p.live_id IS NOT NULL
                """));
    }

    HealthPolicy of(long processKey) {
        return merged(handle.createQuery(SELECT + "WHERE h.process_key = :key").bind("key", processKey))
                .getOrDefault(processKey, HealthPolicy.NONE);
    }

    private static Map<Long, HealthPolicy> merged(Query query) {
        Map<Long, HealthPolicy> all = new HashMap<>();
        Map<Long, Map<ProbePurpose, Probe>> probes = new HashMap<>();
        for (Row row : query.map((result, context) -> row(result)).list()) {
            Map<ProbePurpose, Probe> of = probes.computeIfAbsent(row.key(), key -> new EnumMap<>(ProbePurpose.class));
            if (row.probe() != null) {
                of.put(row.probe().purpose(), row.probe());
            }
            all.put(
                    row.key(),
                    new HealthPolicy(
                            of.get(ProbePurpose.STARTUP),
                            of.get(ProbePurpose.READY),
                            of.get(ProbePurpose.LIVE),
                            Duration.ofMillis(row.startTimeout()),
                            row.message()));
        }
        return all;
    }

    private static Row row(ResultSet row) throws SQLException {
        @Nullable String purpose = row.getString("purpose");
        Probe probe = purpose == null
                ? null
                : new Probe(
                        Columns.word(ProbePurpose.class, purpose),
                        Check.of(row.getString("kind"), row.getString("target")),
                        Duration.ofMillis(row.getLong("interval_ms")),
                        Duration.ofMillis(row.getLong("timeout_ms")),
                        row.getInt("success"),
                        row.getInt("failure"),
                        Duration.ofMillis(row.getLong("delay_ms")));
        return new Row(
                row.getLong("process_key"), row.getLong("start_timeout_ms"), row.getBoolean("shutdown_message"), probe);
    }

    /** Writes a policy in place of the one there is; an equal one stays, with what was found. */
    void save(long processKey, HealthPolicy policy) {
        if (of(processKey).equals(policy)) {
            return;
        }
        handle.createUpdate("DELETE FROM tsm.health_policy WHERE process_key = :key")
                .bind("key", processKey)
                .execute();
        if (policy.equals(HealthPolicy.NONE)) {
            return;
        }
        handle.createUpdate("INSERT INTO tsm.health_policy (process_key, start_timeout_ms, shutdown_message)"
                        + " VALUES (:key, :timeout, :message)")
                .bind("key", processKey)
                .bind("timeout", policy.startTimeout().toMillis())
                .bind("message", policy.shutdownMessage())
                .execute();
        policy.probes().forEach(probe -> insert(processKey, probe));
    }

    private void insert(long processKey, Probe probe) {
        Check check = probe.check();
        handle.createUpdate("""
                        INSERT INTO tsm.probe
                          (process_key, purpose, kind, target, target_shown, interval_ms, timeout_ms, success, failure, delay_ms)
                        VALUES (:key, :purpose, :kind, :target, :shown, :interval, :timeout, :success, :failure, :delay)
                        """)
                .bind("key", processKey)
                .bind("purpose", probe.purpose().word())
                .bind("kind", check.kind())
                .bind("target", check.target())
                .bind("shown", check instanceof Check.Log ? check.target() : masking.line(check.target()))
                .bind("interval", probe.interval().toMillis())
                .bind("timeout", probe.timeout().toMillis())
                .bind("success", probe.success())
                .bind("failure", probe.failure())
                .bind("delay", probe.delay().toMillis())
                .execute();
    }

    /**
     * Writes how a probe was found, which is another way than before.
     *
     * @param holds null when nothing is known any more
     * @param result what was seen, in words
     */
    public void found(long processKey, ProbePurpose purpose, @Nullable Boolean holds, @Nullable String result) {
        update(processKey, purpose, "holds = :holds, changed_at = :at, result = :result")
                .bind("holds", holds)
                .bind("at", Columns.now(clock))
                .bind("result", result == null ? null : masking.text(result))
                .execute();
    }

    /** Writes where the output of a run begins. */
    public void begins(long processKey, ProbePurpose purpose, Beginning at) {
        update(processKey, purpose, "log_generation = :generation, log_out = :out, log_err = :err")
                .bind("generation", at.generation())
                .bind("out", at.out())
                .bind("err", at.err())
                .execute();
    }

    private Update update(long processKey, ProbePurpose purpose, String what) {
        return handle.createUpdate("UPDATE tsm.probe SET " + what + " WHERE process_key = :key AND purpose = :purpose")
                .bind("key", processKey)
                .bind("purpose", purpose.word());
    }

    /** Where the output of the last run begins; empty when that was never written. */
    public Optional<Beginning> beginning(long processKey, ProbePurpose purpose) {
        return handle.createQuery("""
                        SELECT log_generation, log_out, log_err FROM tsm.probe
                        WHERE process_key = :key AND purpose = :purpose AND log_generation IS NOT NULL
                        """)
                .bind("key", processKey)
                .bind("purpose", purpose.word())
                .map((row, context) ->
                        new Beginning(row.getLong("log_generation"), row.getLong("log_out"), row.getLong("log_err")))
                .findOne();
    }
}
