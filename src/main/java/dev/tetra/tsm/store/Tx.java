package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Event;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** One transaction's view of the tables. Not for use after it has ended. */
public final class Tx {
    private final Handle handle;
    private final Clock clock;
    private final List<Event> events = new ArrayList<>();

    Tx(Handle handle, Clock clock) {
        this.handle = handle;
        this.clock = clock;
    }

    /** The tracked processes. */
    public Processes processes() {
        return new Processes(handle, clock);
    }

    /** Their executions. */
    public Runs runs() {
        return new Runs(handle, clock);
    }

    /** Which port is held by whom. */
    public Ports ports() {
        return new Ports(handle, clock);
    }

    /** The environments of processes. */
    public Environments environments() {
        return new Environments(handle);
    }

    /** The control sockets. */
    public Channels channels() {
        return new Channels(handle, clock);
    }

    /** What happened and who commanded what. */
    public Journal journal() {
        return new Journal(handle, clock, events);
    }

    /** What was written into the journal. */
    List<Event> events() {
        return events;
    }

    /** Settings of the home. */
    public Settings settings() {
        return new Settings(handle);
    }

    /** Definitions of services. */
    public Services services() {
        return new Services(handle, clock);
    }
}
