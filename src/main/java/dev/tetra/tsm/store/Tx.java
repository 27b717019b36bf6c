package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.Masking;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** One transaction's view of the tables. Not for use after it has ended. */
public final class Tx {
    private final Handle handle;
    private final Clock clock;
    private final List<Event> events = new ArrayList<>();
    private final Journal journal;
    private final Masking masking;
    private final Fingerprints fingerprints;
    private final Remembered remembered;
    private final Writes writes;

    Tx(Handle handle, Clock clock, Masking masking, Fingerprints fingerprints, Remembered remembered, Writes writes) {
        this.handle = handle;
        this.clock = clock;
        this.masking = masking;
        this.fingerprints = fingerprints;
        this.remembered = remembered;
        this.writes = writes;
        this.journal = new Journal(handle, clock, masking, events);
    }

    /** The tracked processes. */
    public Processes processes() {
        return new Processes(handle, clock, masking, remembered, writes);
    }

    /** Their executions. */
    public Runs runs() {
        return new Runs(handle, clock, masking);
    }

    /** Which port is held by whom. */
    public Ports ports() {
        return new Ports(handle, clock);
    }

    /** The environments of processes. */
    public Environments environments() {
        return new Environments(handle, masking, fingerprints);
    }

    /** The control sockets. */
    public Channels channels() {
        return new Channels(handle, clock);
    }

    /** What is to be deleted once it has come to rest. */
    public Deletions deletions() {
        return new Deletions(handle);
    }

    /** What happened and who commanded what. */
    public Journal journal() {
        return journal;
    }

    /** Writes what is not written yet; what was written into the journal. */
    List<Event> finish() {
        journal.flush();
        return events;
    }

    /** How processes fared while they were wanted. */
    public Spans spans() {
        return new Spans(handle, clock);
    }

    /** What becomes too old to keep. */
    public History history() {
        return new History(handle);
    }

    /** What may be shown of rows that an older tsm has written. */
    public OldRows oldRows() {
        return new OldRows(handle, masking, fingerprints);
    }

    /** What is told of events. */
    public Hooks hooks() {
        return new Hooks(handle, clock, masking, new Tables(handle, remembered, writes));
    }

    /** Settings of the home. */
    public Settings settings() {
        return new Settings(handle);
    }

    /** What processes used in the last hour. */
    public Samples samples() {
        return new Samples(handle, clock);
    }

    /** What was found by the probes of processes. */
    public Probes probes() {
        return new Probes(handle, clock, masking);
    }

    /** Each view with each of its columns, in order. */
    List<Map.Entry<String, String>> views() {
        return handle.createQuery("SELECT view_name, column_name FROM tsm.view_comment ORDER BY view_name, position")
                .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                .list();
    }

    /** Definitions of services. */
    public Services services() {
        return new Services(handle, clock);
    }
}
