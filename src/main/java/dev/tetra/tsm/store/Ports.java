package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.PortSource;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Which port is held by which process, and which ports processes were seen to listen on. */
public final class Ports {
    private final Handle handle;
    private final Clock clock;

    Ports(Handle handle, Clock clock) {
        this.handle = handle;
        this.clock = clock;
    }

    /** All ports that are held. */
    public Set<Integer> held() {
        return handle.createQuery("SELECT live_port FROM tsm.port_allocation WHERE live_port IS NOT NULL")
                .mapTo(Integer.class)
                .collect(Collectors.toSet());
    }

    /** The key of the process that holds a port. */
    public Optional<Long> holder(int port) {
        return handle.createQuery("SELECT process_key FROM tsm.port_allocation WHERE live_port = :port")
                .bind("port", port)
                .mapTo(Long.class)
                .findOne();
    }

    /** Gives a process a port that another one holds, to share it with that. */
    public void share(int port, long processKey, PortSource source) {
        insert(port, processKey, source, true);
    }

    /** Gives a port to a process. The constraint refuses one that is held. */
    public void allocate(int port, long processKey, PortSource source) {
        insert(port, processKey, source, false);
    }

    private void insert(int port, long processKey, PortSource source, boolean shares) {
        handle.createUpdate("""
                        INSERT INTO tsm.port_allocation (port, process_key, source, allocated_at, shares)
                        VALUES (:port, :process, :source, :at, :shares)
                        """)
                .bind("port", port)
                .bind("process", processKey)
                .bind("source", source.word())
                .bind("at", Columns.now(clock))
                .bind("shares", shares)
                .execute();
    }

    /** Takes a process's port back. */
    public void release(long processKey) {
        handle.createUpdate("UPDATE tsm.port_allocation SET released_at = :at WHERE live_process = :process")
                .bind("at", Columns.now(clock))
                .bind("process", processKey)
                .execute();
        passOn();
    }

    /** A port whose holder gave it back is held by the first of those that share it. */
    private void passOn() {
        handle.createUpdate("""
                        UPDATE tsm.port_allocation SET shares = FALSE
                        WHERE pk IN (SELECT MIN(s.pk) FROM tsm.port_allocation s
                                     WHERE s.shares AND s.released_at IS NULL
                                       AND NOT EXISTS (SELECT 1 FROM tsm.port_allocation o WHERE o.live_port = s.port)
                                     GROUP BY s.port)
                        """).execute();
    }

    /** A port that was held for a process that is tracked no more. */
    public record Stale(int port, String processName) {}

    /** Releases what is held for processes that are not tracked any more. Returns what that was. */
    public List<Stale> releaseStale() {
        List<Stale> stale = handle.createQuery("""
                        SELECT a.port, p.name FROM tsm.port_allocation a JOIN tsm.process p ON p.pk = a.process_key
                        WHERE a.released_at IS NULL AND p.live_id IS NULL ORDER BY a.port
                        """)
                .map((row, context) -> new Stale(row.getInt("port"), row.getString("name")))
                .list();
        handle.createUpdate("""
                        UPDATE tsm.port_allocation SET released_at = :at
                        WHERE released_at IS NULL
                          AND process_key IN (SELECT pk FROM tsm.process WHERE live_id IS NULL)
                        """).bind("at", Columns.now(clock)).execute();
        passOn();
        return stale;
    }

    /** Forgets what runs that have ended were seen to listen on. Returns how many rows that were. */
    public int forgetEnded() {
        return handle.createUpdate("""
                        DELETE FROM tsm.observed_port
                        WHERE run_key IN (SELECT pk FROM tsm.run WHERE ended_at IS NOT NULL)
                        """).execute();
    }

    /** Writes what a run was seen to listen on, in place of what was written before. */
    public void observe(long runKey, List<Observed> ports) {
        handle.createUpdate("DELETE FROM tsm.observed_port WHERE run_key = :run")
                .bind("run", runKey)
                .execute();
        for (Observed port : ports) {
            handle.createUpdate("""
                            INSERT INTO tsm.observed_port (run_key, protocol, address, port, pid, seen_at)
                            VALUES (:run, :protocol, :address, :port, :pid, :at)
                            """)
                    .bind("run", runKey)
                    .bind("protocol", port.protocol())
                    .bind("address", port.address())
                    .bind("port", port.port())
                    .bind("pid", port.pid())
                    .bind("at", Columns.now(clock))
                    .execute();
        }
    }

    /** What the present runs of the tracked processes listen on, by process key. */
    public Map<Long, List<Observed>> observed() {
        return handle.createQuery("""
                        SELECT p.pk, o.protocol, o.address, o.port, o.pid
                        FROM tsm.observed_port o
                        JOIN tsm.process p ON p.run_key = o.run_key
                        JOIN tsm.run r ON r.pk = o.run_key
                        WHERE p.live_id IS NOT NULL AND r.ended_at IS NULL
                        ORDER BY o.port, o.protocol, o.address
                        """)
                .map((row, context) -> Map.entry(
                        row.getLong("pk"),
                        new Observed(
                                row.getString("protocol"),
                                row.getString("address"),
                                row.getInt("port"),
                                row.getLong("pid"))))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }
}
