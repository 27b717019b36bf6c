package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Wanted;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * How each process fared while it was wanted to run, as stretches of time without a gap. A process that ended with success
 * and is not to run again is not wanted any more, and a job is not while it awaits its time.
 */
public final class Spans {
    private static final String SEEN = "seen-at";

    private final Handle handle;
    private final Clock clock;

    Spans(Handle handle, Clock clock) {
        this.handle = handle;
        this.clock = clock;
    }

    /** Begins the first stretches of processes that were just made, by their keys. */
    void begin(Map<Long, Lifecycle> lives) {
        PreparedBatch insert = handle.prepareBatch(
                "INSERT INTO tsm.wanted_span (process_key, state, began_at) VALUES (:key, :state, :now)");
        lives.forEach((key, life) -> {
            if (counts(life)) {
                insert.bind("key", key)
                        .bind("state", state(life))
                        .bind("now", Columns.now(clock))
                        .add();
            }
        });
        if (insert.size() > 0) {
            insert.execute();
        }
    }

    /** Whether the present stretch goes on with what was decided, for a process that this daemon has watched. */
    static boolean goesOn(Lifecycle before, Lifecycle now) {
        return before.status() != Status.LOST
                && (now.status() == Status.LOST
                        || (counts(before) == counts(now) && state(before).equals(state(now))));
    }

    private static boolean counts(Lifecycle life) {
        return life.status() != Status.LOST
                && life.wanted() != Wanted.STOP
                && life.status() != Status.EXITED
                && !life.awaitsTime();
    }

    private static String state(Lifecycle life) {
        return life.status() == Status.ONLINE || life.standby() != null ? "online" : "down";
    }

    /** Ends the present stretch if what was decided ends it, and begins another. */
    void note(long processKey, Lifecycle life) {
        if (life.status() == Status.LOST) {
            return;
        }
        if (!counts(life)) {
            end(processKey);
            return;
        }
        String state = state(life);
        OffsetDateTime now = Columns.now(clock);
        handle.createUpdate("""
                        UPDATE tsm.wanted_span SET ended_at = GREATEST(began_at, :now)
                        WHERE process_key = :key AND ended_at IS NULL AND state <> :state
                        """)
                .bind("now", now)
                .bind("key", processKey)
                .bind("state", state)
                .execute();
        handle.createUpdate("""
                        INSERT INTO tsm.wanted_span (process_key, state, began_at)
                        SELECT :key, :state, :now
                        WHERE NOT EXISTS (SELECT 1 FROM tsm.wanted_span WHERE process_key = :key AND ended_at IS NULL)
                        """)
                .bind("key", processKey)
                .bind("state", state)
                .bind("now", now)
                .execute();
    }

    /** Ends the present stretch. */
    void end(long processKey) {
        handle.createUpdate(
                        "UPDATE tsm.wanted_span SET ended_at = GREATEST(began_at, :now) WHERE process_key = :key AND ended_at IS NULL")
                .bind("now", Columns.now(clock))
                .bind("key", processKey)
                .execute();
    }

    /** Notes that a daemon looks; what it last noted is the time up to which is known how processes fared. */
    public void seen() {
        new Settings(handle).put(SEEN, clock.instant().toString());
    }

    /** At the start of a daemon: nobody knows whether what was online still is, or since when not. */
    public void unseen() {
        Optional<Instant> seen = new Settings(handle).get(SEEN).flatMap(Spans::instant);
        if (seen.isEmpty() || seen.get().isAfter(clock.instant())) {
            return;
        }
        OffsetDateTime until = Columns.utc(seen.get());
        handle.createUpdate("""
                        INSERT INTO tsm.wanted_span (process_key, state, began_at, ended_at)
                        SELECT process_key, 'online', began_at, :until FROM tsm.wanted_span
                        WHERE ended_at IS NULL AND state = 'online' AND began_at < :until
                        """).bind("until", until).execute();
        handle.createUpdate("""
                        UPDATE tsm.wanted_span SET state = 'unseen', began_at = GREATEST(began_at, :until)
                        WHERE ended_at IS NULL AND state = 'online'
                        """).bind("until", until).execute();
    }

    /** A process was found running: it was online all the time that nobody looked. */
    public void seenAgain(long processKey) {
        handle.createUpdate(
                        "UPDATE tsm.wanted_span SET state = 'online' WHERE process_key = :key AND ended_at IS NULL AND state = 'unseen'")
                .bind("key", processKey)
                .execute();
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
