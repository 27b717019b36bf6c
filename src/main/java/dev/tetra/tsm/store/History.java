package dev.tetra.tsm.store;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Drops history that is too old or too much, a few rows in each transaction, so that nobody waits for it. The present run
 * of a tracked process, a run that may still be going on, and a port that is held stay however old they are.
 */
public final class History {
    private static final int AT_ONCE = 500;

    /** Runs that are over, of those that nothing needs any more. */
    private static final String SPARE_RUN = """
            NOT EXISTS (SELECT 1 FROM tsm.process p WHERE p.run_key = r.pk AND p.deleted_at IS NULL)
              AND (r.ended_at IS NOT NULL
                OR r.pid IS NULL AND EXISTS (
                  SELECT 1 FROM tsm.process p WHERE p.pk = r.process_key AND p.deleted_at IS NOT NULL))
            """;

    private final Handle handle;

    History(Handle handle) {
        this.handle = handle;
    }

    /**
     * What is kept.
     *
     * @param events those since then
     * @param runs those that ended since then, and what else is history of processes
     * @param commands those since then
     * @param rows at most so many of each, the latest
     */
    public record Keep(Instant events, Instant runs, Instant commands, long rows) {}

    /** Drops some hundred rows. Returns how many; 0 when there are no more to drop. */
    public int prune(Keep keep) {
        int dropped = 0;
        dropped += old("event", "SELECT pk FROM tsm.event WHERE at < :before", keep.events());
        dropped += old("command", "SELECT pk FROM tsm.command WHERE at < :before", keep.commands());
        dropped += old(
                "run",
                "SELECT pk FROM tsm.run r WHERE COALESCE(r.ended_at, r.decided_at) < :before AND " + SPARE_RUN,
                keep.runs());
        dropped += old("wanted_span", "SELECT pk FROM tsm.wanted_span WHERE ended_at < :before", keep.runs());
        dropped +=
                old("port_allocation", "SELECT pk FROM tsm.port_allocation WHERE released_at < :before", keep.runs());
        for (String table : List.of("event", "command")) {
            dropped += surplus(table, "SELECT pk FROM tsm." + table + " WHERE TRUE", keep.rows());
        }
        dropped += surplus("run", "SELECT pk FROM tsm.run r WHERE " + SPARE_RUN, keep.rows());
        dropped += surplus("wanted_span", "SELECT pk FROM tsm.wanted_span WHERE ended_at IS NOT NULL", keep.rows());
        dropped += old("process", """
                SELECT pk FROM tsm.process p WHERE deleted_at < :before
                  AND NOT EXISTS (SELECT 1 FROM tsm.run r WHERE r.process_key = p.pk)
                  AND NOT EXISTS (SELECT 1 FROM tsm.port_allocation a WHERE a.live_process = p.pk)
                """, keep.runs());
        return dropped;
    }

    private int old(String table, String keys, Instant before) {
        return handle.createUpdate("DELETE FROM tsm." + table + " WHERE pk IN (" + keys + " ORDER BY pk LIMIT :most)")
                .bind("before", Columns.utc(before))
                .bind("most", AT_ONCE)
                .execute();
    }

    /** Keys count upwards without large holes, so those further back than so many are the surplus. */
    private int surplus(String table, String keys, long most) {
        long last = handle.createQuery("SELECT COALESCE(MAX(pk), 0) FROM tsm." + table)
                .mapTo(Long.class)
                .one();
        if (last <= most) {
            return 0;
        }
        return handle.createUpdate("DELETE FROM tsm." + table + " WHERE pk IN (" + keys
                        + " AND pk <= :upTo ORDER BY pk LIMIT :most)")
                .bind("upTo", last - most)
                .bind("most", AT_ONCE)
                .execute();
    }
}
