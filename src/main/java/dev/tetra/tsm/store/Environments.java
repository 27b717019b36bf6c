package dev.tetra.tsm.store;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Masking;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The environments of processes. Their values are needed to restart and are out of the auditor's reach. */
public final class Environments {
    private final Handle handle;
    private final Masking masking;
    private final Fingerprints fingerprints;

    Environments(Handle handle, Masking masking, Fingerprints fingerprints) {
        this.handle = handle;
        this.masking = masking;
        this.fingerprints = fingerprints;
    }

    /** Writes the variables that came from one source, in place of those that did before. */
    public void save(long processKey, EnvSource source, List<EnvVar> variables) {
        handle.createUpdate("DELETE FROM tsm.process_env WHERE process_key = :key AND source = :source")
                .bind("key", processKey)
                .bind("source", source.word())
                .execute();
        add(List.of(processKey), source, variables);
    }

    /** Writes the variables that processes share, which have none from that source. */
    public void add(List<Long> processKeys, EnvSource source, List<EnvVar> variables) {
        if (variables.isEmpty()) {
            return;
        }
        // One statement, however many there are.
        handle.createUpdate("""
                        INSERT INTO tsm.process_env (process_key, name, source, text, shown, fingerprint, removed)
                        SELECT process_key, name, :source, text, shown, fingerprint, removed
                        FROM UNNEST(CAST(:keys AS BIGINT ARRAY)) AS whose (process_key)
                        CROSS JOIN UNNEST(CAST(:names AS VARCHAR ARRAY), CAST(:texts AS VARCHAR ARRAY),
                          CAST(:shown AS VARCHAR ARRAY), CAST(:prints AS VARCHAR ARRAY),
                          CAST(:removed AS BOOLEAN ARRAY))
                          AS given (name, text, shown, fingerprint, removed)
                        """)
                .bindArray("keys", Long.class, processKeys.toArray())
                .bind("source", source.word())
                .bindArray("names", String.class, each(variables, EnvVar::name))
                .bindArray("texts", String.class, each(variables, EnvVar::value))
                .bindArray("shown", String.class, each(variables, v -> masking.value(v.name(), v.value())))
                .bindArray("prints", String.class, each(variables, v -> fingerprints.of(handle, v.value())))
                .bindArray("removed", Boolean.class, each(variables, EnvVar::unset))
                .execute();
    }

    private static Object[] each(List<EnvVar> variables, Function<EnvVar, @Nullable Object> what) {
        @Nullable Object[] all = new @Nullable Object[variables.size()];
        Arrays.setAll(all, i -> what.apply(variables.get(i)));
        return all;
    }

    /** Every variable that a process has, from every source, in order of name; later sources win. */
    public List<EnvVar> of(long processKey) {
        return all(processKey).stream().filter(variable -> !variable.unset()).toList();
    }

    /** The caller's variables, also those that the env file takes away. */
    public List<EnvVar> callers(long processKey) {
        return all(processKey).stream()
                .filter(variable -> variable.source() == EnvSource.CALLER)
                .toList();
    }

    private List<EnvVar> all(long processKey) {
        return handle.createQuery(
                        "SELECT name, source, text, removed FROM tsm.process_env WHERE process_key = :key ORDER BY name")
                .bind("key", processKey)
                .map((row, context) -> new EnvVar(
                        row.getString("name"),
                        row.getString("text"),
                        Columns.word(EnvSource.class, row.getString("source")),
                        row.getBoolean("removed")))
                .list();
    }
}
