package dev.tetra.tsm.store;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.WantOfMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.h2.api.ErrorCode;
import org.h2.mvstore.MVStoreException;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.transaction.TransactionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole state and history of a home. Everything goes through short transactions; a commit that was acknowledged
 * survives the daemon's death.
 *
 * <p>Decisions (who gets which ID, name and port) are made one at a time; the constraints would refuse a double, and this
 * spares the loser a retry.
 */
public final class Store implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    /** Classes of SQLSTATE (ISO 9075-2) that say nothing about the database itself. */
    private static final String CONSTRAINT = "23";

    private static final String VALUE = "22";
    private static final Pattern CODE_OF_STORE = Pattern.compile(" \\[[0-9.]+/[0-9]+]$");
    private static final Duration BETWEEN_BACKUPS = Duration.ofHours(24);

    private final Database database;
    private final Clock clock;
    private final Connections connections;
    private final AuditAccess audit;
    private final Jdbi jdbi;
    private final EventFeed feed = new EventFeed();
    private final ReentrantLock decisions = new ReentrantLock();
    private final Masking masking;
    private final Fingerprints fingerprints = new Fingerprints();
    private final Remembered remembered = new Remembered();
    private volatile boolean closed;

    private Store(Database database, Clock clock, Masking masking) {
        this.masking = masking;
        this.database = database;
        this.clock = clock;
        this.connections = new Connections(database, this::renewed);
        this.audit = new AuditAccess(database, connections::connect);
        this.jdbi = Jdbi.create(connections);
        // By JDBI's own means what cannot be taken back may be committed, see Connections.
        jdbi.getConfig(Handles.class).setForceEndTransactions(false);
    }

    private void renewed() {
        remembered.written(Set.of(Writes.ANY));
        audit.renewed();
    }

    /** Loads what an open database is used through, for a thread that has time while one is opened. */
    public static void prepare() {
        Jdbi.create(() -> {
            throw new SQLException("not for use");
        });
    }

    /**
     * Opens the database of a home, and makes, migrates or restores it where that is needed.
     *
     * @throws TsmException.Unavailable when it is from a newer tsm, or cannot be read or written
     */
    public static Store open(Path home, BuildInfo build, Clock clock) {
        return open(home, build, clock, null);
    }

    /**
     * The same.
     *
     * @param template what a new database is copied from, see {@link Template}; null for none
     */
    public static Store open(Path home, BuildInfo build, Clock clock, @Nullable Path template) {
        return open(home, build, clock, template, Masking.EVERYTHING);
    }

    /**
     * The same, for a database whose views show of commands and variables what may be shown of them.
     *
     * @param template what a new database is copied from, see {@link Template}; null for none
     */
    public static Store open(Path home, BuildInfo build, Clock clock, @Nullable Path template, Masking masking) {
        Database database = new Database(home, build, clock, template);
        Connection first = database.open();
        Store store = new Store(database, clock, masking);
        try {
            first.close();
        } catch (SQLException e) {
            throw new TsmException.Unavailable(
                    "the database cannot be used: " + reason(e), "is its disk full? 'tsm daemon logs' says more", e);
        }
        return store;
    }

    /** What the user must be told about how the database came up, such as that a backup was used. */
    public List<String> notices() {
        return database.notices();
    }

    /** Runs one transaction that decides something: validates, allocates, records. One at a time. */
    public <T> T decide(Function<Tx, T> work) {
        decisions.lock();
        try {
            return call(work);
        } finally {
            decisions.unlock();
        }
    }

    /**
     * Runs one transaction and returns what it gives.
     *
     * @throws TsmException.Conflict when an ID, a name or a port is held already
     * @throws TsmException.Failed when the database cannot be read or written; nothing of the transaction happened then
     */
    public <T> T call(Function<Tx, T> work) {
        AtomicBoolean worked = new AtomicBoolean();
        try {
            return transaction(work, worked);
        } catch (JdbiException e) {
            TsmException told = inWords(e);
            if (worked.get() || !connections.suspected() || closed) {
                throw told;
            }
        }
        // The connection was dead before anything could be committed on it.
        try {
            return transaction(work, worked);
        } catch (JdbiException e) {
            throw inWords(e);
        }
    }

    /**
     * One transaction.
     *
     * @param worked set once all of the work was done, so that a failure is one of the commit
     */
    private <T> T transaction(Function<Tx, T> work, AtomicBoolean worked) {
        List<Event> events = new ArrayList<>();
        Writes writes = new Writes(remembered);
        T result;
        try {
            result = jdbi.withHandle(handle -> {
                boolean committed = false;
                try {
                    handle.getConfig(SqlStatements.class).setSqlLogger(writes);
                    Tx tx = new Tx(handle, clock, masking, fingerprints, remembered, writes);
                    T value = work.apply(tx);
                    events.addAll(tx.finish());
                    worked.set(true);
                    connections.commit(handle.getConnection());
                    committed = true;
                    return value;
                } catch (SQLException e) {
                    throw new TransactionException("not committed", e);
                } finally {
                    if (!committed) {
                        connections.undo(handle.getConnection());
                    }
                }
            });
        } finally {
            // Also after a failure: of a commit that failed nobody knows how far it came.
            remembered.written(writes.tables());
        }
        feed.publish(events);
        return result;
    }

    /** Runs one transaction; throws as {@link #call} does. */
    public void run(Consumer<Tx> work) {
        call(tx -> {
            work.accept(tx);
            return true;
        });
    }

    /** Who reads the views for others. */
    public Auditor auditor() {
        return audit.auditor();
    }

    /** The views and their columns, in order. */
    public Map<String, List<String>> views() {
        return call(tx -> tx.views().stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey,
                        LinkedHashMap::new,
                        Collectors.mapping(Map.Entry::getValue, Collectors.toList()))));
    }

    /**
     * How other programs read the views.
     *
     * @param url while the daemon runs
     * @param offlineUrl while it does not
     */
    public record Access(String url, String user, String password, String offlineUrl) {}

    /**
     * Lets other programs in, on loopback, until the daemon ends.
     *
     * @throws TsmException.Failed when no server can be started
     */
    public Access letIn() {
        return audit.letIn();
    }

    private TsmException inWords(JdbiException e) {
        // H2 catches it, closes the database and says so.
        WantOfMemory.endOn(e);
        LOG.error("a transaction failed", e);
        SQLException cause = e.getCause() instanceof SQLException sql ? sql : new SQLException(e.getMessage(), e);
        if (cause.getErrorCode() == ErrorCode.DUPLICATE_KEY_1) {
            return new TsmException.Conflict("an ID, a name or a port was taken meanwhile", "try again");
        }
        String state = String.valueOf(cause.getSQLState());
        if (!state.startsWith(CONSTRAINT) && !state.startsWith(VALUE)) {
            connections.suspect();
        }
        return new TsmException.Failed(
                "the database cannot be used: " + reason(cause),
                "is its disk full? 'tsm daemon logs' says more; nothing was changed",
                e);
    }

    /** The system's own words where it has refused something; what H2 makes of those names classes. */
    static String reason(SQLException failed) {
        for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException refused && refused.getMessage() != null) {
                return refused.getMessage();
            }
        }
        for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
            // After a write that was refused it is closed, which is all that its store says then.
            if (cause instanceof MVStoreException store && store.getMessage() != null) {
                return CODE_OF_STORE.matcher(store.getMessage()).replaceFirst("");
            }
        }
        String message = String.valueOf(failed.getMessage());
        int end = message.indexOf("; SQL statement");
        return (end < 0 ? message : message.substring(0, end))
                .strip()
                .lines()
                .findFirst()
                .orElse("");
    }

    /** Tells of events once they are committed. */
    public EventFeed feed() {
        return feed;
    }

    /** Writes a backup if the newest is older than a day. Returns whether it did. */
    public boolean backUpDaily() throws IOException {
        Instant due =
                database.backups().newest().map(t -> t.plus(BETWEEN_BACKUPS)).orElse(Instant.MIN);
        if (clock.instant().isBefore(due)) {
            return false;
        }
        try (Connection connection = connections.connect()) {
            database.backups().write(connection);
            database.backups().prune();
        } catch (SQLException e) {
            throw new IOException("no backup was written", e);
        }
        return true;
    }

    /**
     * The database itself.
     *
     * @param schema the version it is at
     * @param newest the version that this tsm knows
     * @param backup when the newest backup was written
     */
    public record State(
            Path file,
            long bytes,
            int schema,
            int newest,
            @Nullable Instant backup) {}

    /**
     * How the database is.
     *
     * @throws TsmException.Failed when it cannot be read
     */
    public State state() {
        try (Connection connection = connections.connect()) {
            return new State(
                    database.file(),
                    Files.size(database.file()),
                    Schema.version(connection),
                    Schema.NEWEST,
                    database.backups().newest().orElse(null));
        } catch (SQLException | IOException e) {
            throw new TsmException.Failed(
                    "the database cannot be read: " + e.getMessage(), "'tsm daemon logs' says more", e);
        }
    }

    /** How often the file has been written since it was made, each time with what was written before as dead space. */
    public long commits() throws IOException {
        try (Connection connection = connections.connect()) {
            return Housekeeping.commits(connection);
        } catch (SQLException e) {
            throw new IOException("the database's commits cannot be counted", e);
        }
    }

    /** Gives the file's dead space back for use; cheap when there is little. */
    public void compact(Duration atMost) throws IOException {
        try (Connection connection = connections.connect()) {
            Housekeeping.compact(connection, atMost);
        } catch (SQLException e) {
            throw new IOException("the database was not compacted", e);
        }
    }

    /** Closes the file properly. The next opening is quicker for it. */
    @Override
    public void close() {
        closed = true;
        connections.ending();
        audit.close();
        try (Connection connection = connections.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        } catch (SQLException e) {
            // Closing the connection of a database that has just been shut down complains that it is shut down.
            if (e.getErrorCode() != ErrorCode.DATABASE_IS_CLOSED) {
                LOG.warn("the database was not closed properly", e);
            }
        } finally {
            connections.close();
        }
    }
}
