package dev.tetra.tsm.store;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Masking;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

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
        if (variables.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                        INSERT INTO tsm.process_env (process_key, name, source, text, shown, fingerprint)
                        VALUES (:key, :name, :source, :text, :shown, :fingerprint)
                        """);
        for (EnvVar variable : variables) {
            batch.bind("key", processKey)
                    .bind("name", variable.name())
                    .bind("source", source.word())
                    .bind("text", variable.value())
                    .bind("shown", masking.value(variable.name(), variable.value()))
                    .bind("fingerprint", fingerprints.of(handle, variable.value()))
                    .add();
        }
        batch.execute();
    }

    /** Every variable of a process from every source, in order of name; later sources win. */
    public List<EnvVar> of(long processKey) {
        return handle.createQuery(
                        "SELECT name, source, text FROM tsm.process_env WHERE process_key = :key ORDER BY name")
                .bind("key", processKey)
                .map((row, context) -> new EnvVar(
                        row.getString("name"),
                        row.getString("text"),
                        Columns.word(EnvSource.class, row.getString("source"))))
                .list();
    }
}
