package dev.tetra.tsm.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Processes that are to be deleted once they have come to rest. */
public final class Deletions {
    private final Handle handle;

    Deletions(Handle handle) {
        this.handle = handle;
    }

    /**
     * One that is under way.
     *
     * @param by the user who asked for it
     * @param keepLogs whether the process's logs stay
     */
    public record Asked(long processKey, String by, boolean keepLogs) {}

    /** Notes that a process is to be deleted. */
    public void ask(Asked asked) {
        handle.createUpdate("MERGE INTO tsm.deletion (process_key, asked_by, keep_logs) VALUES (:process, :by, :keep)")
                .bind("process", asked.processKey())
                .bind("by", asked.by())
                .bind("keep", asked.keepLogs())
                .execute();
    }

    /** Forgets that, as it is done, or is not to be done any more. */
    public void over(long processKey) {
        handle.createUpdate("DELETE FROM tsm.deletion WHERE process_key = :process")
                .bind("process", processKey)
                .execute();
    }

    /** All of them. */
    public List<Asked> all() {
        return handle.createQuery("SELECT process_key, asked_by, keep_logs FROM tsm.deletion ORDER BY process_key")
                .map((row, context) -> new Asked(row.getLong(1), row.getString(2), row.getBoolean(3)))
                .list();
    }
}
