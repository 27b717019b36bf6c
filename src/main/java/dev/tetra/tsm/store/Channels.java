package dev.tetra.tsm.store;

import java.time.Clock;
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
}
