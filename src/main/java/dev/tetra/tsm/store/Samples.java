package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Sample;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * What processes used in the last hour: a ring of as many places as an hour has minutes, so that the table is bounded by
 * its key.
 */
public final class Samples {
    private static final int PLACES = 60;
    private static final Duration KEPT = Duration.ofHours(1);

    private final Handle handle;
    private final Clock clock;

    Samples(Handle handle, Clock clock) {
        this.handle = handle;
        this.clock = clock;
    }

    /**
     * Writes what was seen in one minute, in the places of what was seen an hour before.
     *
     * @param minute since the epoch
     */
    public void write(long minute, Collection<Sample> samples) {
        PreparedBatch batch = handle.prepareBatch("""
                MERGE INTO tsm.sample
                  (place, process_key, run_key, at, cpu_percent, memory_bytes, processes, restarts)
                KEY (place, process_key)
                VALUES (:place, :process, :run, :at, :cpu, :memory, :processes, :restarts)
                """);
        int place = (int) Math.floorMod(minute, (long) PLACES);
        for (Sample sample : samples) {
            batch.bind("place", place)
                    .bind("process", sample.processKey())
                    .bind("run", sample.runKey())
                    .bind("at", Columns.utc(sample.at()))
                    .bind("cpu", sample.cpuPercent())
                    .bind("memory", sample.memoryBytes())
                    .bind("processes", sample.processes())
                    .bind("restarts", sample.restarts())
                    .add();
        }
        batch.execute();
    }

    /** The last hour of a process, oldest first. */
    public List<Sample> of(long processKey) {
        Instant since = clock.instant().minus(KEPT);
        return handle.createQuery("""
                        SELECT process_key, run_key, at, cpu_percent, memory_bytes, processes, restarts FROM tsm.sample
                        WHERE process_key = :key AND at > :since ORDER BY at
                        """)
                .bind("key", processKey)
                .bind("since", Columns.utc(since))
                .map((row, context) -> new Sample(
                        row.getLong("process_key"),
                        row.getLong("run_key"),
                        Columns.instant(row, "at"),
                        row.getDouble("cpu_percent"),
                        row.getLong("memory_bytes"),
                        row.getInt("processes"),
                        row.getInt("restarts")))
                .list();
    }

    /** Removes those of the processes, of these, that are not tracked any more. */
    public void dropDeleted(Collection<Long> processKeys) {
        for (long key : processKeys) {
            handle.createUpdate("""
                            DELETE FROM tsm.sample WHERE process_key = :key
                              AND EXISTS (SELECT 1 FROM tsm.process WHERE pk = :key AND deleted_at IS NOT NULL)
                            """).bind("key", key).execute();
        }
    }

    /** Removes what is too old, and what is of processes that are not tracked any more. */
    public void sweep() {
        handle.createUpdate("""
                        DELETE FROM tsm.sample WHERE at <= :since
                          OR process_key IN (SELECT pk FROM tsm.process WHERE deleted_at IS NOT NULL)
                        """)
                .bind("since", Columns.utc(clock.instant().minus(KEPT)))
                .execute();
    }
}
