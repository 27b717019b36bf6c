package dev.tetra.tsm.store;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The control sockets of processes. */
public final class Channels {
    private final Handle handle;
    private final Clock clock;

    Channels(Handle handle, Clock clock) {
        this.handle = handle;
        this.clock = clock;
    }

    /** Gives a process its control socket's path. */
    public void open(long processKey, String path) {
        handle.createUpdate("INSERT INTO tsm.ipc_channel (process_key, path, created_at) VALUES (:process, :path, :at)")
                .bind("process", processKey)
                .bind("path", path)
                .bind("at", Columns.now(clock))
                .execute();
    }

    /** Takes it back. */
    public void close(long processKey) {
        handle.createUpdate("DELETE FROM tsm.ipc_channel WHERE process_key = :process")
                .bind("process", processKey)
                .execute();
    }

    /** The paths by process key. */
    public Map<Long, String> all() {
        Map<Long, String> paths = new LinkedHashMap<>();
        handle.createQuery("SELECT process_key, path FROM tsm.ipc_channel ORDER BY process_key")
                .map((row, context) -> Map.entry(row.getLong(1), row.getString(2)))
                .forEach(entry -> paths.put(entry.getKey(), entry.getValue()));
        return paths;
    }

    /** Takes back those of processes that are not tracked any more. Returns how many. */
    public int closeForgotten() {
        return handle.createUpdate("""
                        DELETE FROM tsm.ipc_channel
                        WHERE process_key IN (SELECT pk FROM tsm.process WHERE deleted_at IS NOT NULL)
                        """).execute();
    }
}
