package dev.tetra.tsm.store;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
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
    private static final int CONNECTIONS = 12;
    private static final int RECONNECTS = 10;
    private static final Duration BETWEEN_RECONNECTS = Duration.ofMillis(20);
    /** Classes of SQLSTATE (ISO 9075-2) that say nothing about the database itself. */
    private static final String CONSTRAINT = "23";

    private static final String VALUE = "22";
    private static final Duration BETWEEN_BACKUPS = Duration.ofHours(24);

    private final Database database;
    private final Clock clock;
    private volatile JdbcConnectionPool pool;
    /** Whether the connections may be dead. */
    private final AtomicBoolean suspect = new AtomicBoolean();

    private final ReentrantLock reconnecting = new ReentrantLock();

    private final Jdbi jdbi;
    private final EventFeed feed = new EventFeed();
    private final ReentrantLock decisions = new ReentrantLock();
    private final Masking masking;
    private final Fingerprints fingerprints = new Fingerprints();
    private final MemoryGuard guard = new MemoryGuard(this::cancelAuditors);
    private final ForeignTools tools;
    private final AtomicBoolean commented = new AtomicBoolean();
    private volatile boolean closed;

    private Store(Database database, Clock clock, Masking masking) {
        this.masking = masking;
        this.tools = new ForeignTools(database.home(), Urls.name(database.path()), guard);
        this.database = database;
        this.clock = clock;
        this.pool = pool();
        this.jdbi = Jdbi.create(this::connect);
    }

    private JdbcConnectionPool pool() {
        JdbcConnectionPool fresh = JdbcConnectionPool.create(
                database.url(), Credentials.OWNER, database.credentials().owner());
        fresh.setMaxConnections(CONNECTIONS);
        return fresh;
    }

    /** H2 closes a database that it could not write to, as on a full disk; the connections to it are dead from then on. */
    private Connection connect() throws SQLException {
        if (suspect.get() && !closed) {
            return reconnect();
        }
        JdbcConnectionPool present = pool;
        try {
            return present.getConnection();
        } catch (IllegalStateException disposed) {
            // Another thread has put a new pool in its place in this very moment.
            if (present == pool) {
                throw disposed;
            }
            return pool.getConnection();
        }
    }

    private Connection reconnect() throws SQLException {
        reconnecting.lock();
        try {
            for (int tries = 1; suspect.get(); tries++) {
                JdbcConnectionPool dead = pool;
                pool = pool();
                dead.dispose();
                commented.set(false);
                Connection connection = pool.getConnection();
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT COUNT(*) FROM tsm.setting");
                    suspect.set(false);
                    return connection;
                } catch (SQLException e) {
                    connection.close();
                    // It may have been the dying database, which is told from a new one by this alone.
                    if (tries == RECONNECTS) {
                        throw e;
                    }
                    LockSupport.parkNanos(BETWEEN_RECONNECTS.toNanos());
                }
            }
        } finally {
            reconnecting.unlock();
        }
        return pool.getConnection();
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
            throw new TsmException.Unavailable("the database cannot be used: " + e.getMessage(), "", e);
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
        try {
            List<Event> events = new ArrayList<>();
            T result = jdbi.inTransaction(handle -> {
                Tx tx = tx(handle);
                T value = work.apply(tx);
                events.addAll(tx.events());
                return value;
            });
            feed.publish(events);
            return result;
        } catch (JdbiException e) {
            throw inWords(e);
        }
    }

    /** Runs one transaction; throws as {@link #call} does. */
    public void run(Consumer<Tx> work) {
        call(tx -> {
            work.accept(tx);
            return true;
        });
    }

    private Tx tx(Handle handle) {
        return new Tx(handle, clock, masking, fingerprints);
    }

    /** Who reads the views for others. */
    public Auditor auditor() {
        return new Auditor(this::connectAuditor, guard);
    }

    private Connection connectAuditor() throws SQLException {
        if (closed) {
            throw new SQLException("the database is closed", "", ErrorCode.DATABASE_IS_CLOSED);
        }
        comment();
        String url = Urls.again(database.path());
        String password = database.credentials().auditor();
        try {
            return Urls.connect(url, Credentials.AUDITOR, password);
        } catch (SQLException e) {
            if (e.getErrorCode() != ErrorCode.WRONG_USER_OR_PASSWORD) {
                throw e;
            }
            resetPassword();
            return Urls.connect(url, Credentials.AUDITOR, password);
        }
    }

    /** Every role of H2 may change its own password; so a tool may have done that. */
    private void resetPassword() throws SQLException {
        owner("ALTER USER " + Credentials.AUDITOR + " SET PASSWORD '"
                + database.credentials().auditor() + "'");
    }

    private void owner(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void cancelAuditors() {
        try {
            owner("SELECT CANCEL_SESSION(session_id) FROM information_schema.sessions WHERE user_name = '"
                    + Credentials.AUDITOR + "'");
            LOG.warn("queries were cancelled: they needed too much memory");
        } catch (SQLException e) {
            LOG.error("queries that need too much memory could not be cancelled", e);
        }
    }

    /** The views and their columns, in order. */
    public Map<String, List<String>> views() {
        return jdbi.withHandle(handle -> handle
                .createQuery("SELECT view_name, column_name FROM tsm.view_comment ORDER BY view_name, position")
                .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey,
                        LinkedHashMap::new,
                        Collectors.mapping(Map.Entry::getValue, Collectors.toList()))));
    }

    /** Gives the views' columns their comments, which H2 does not keep in the file. */
    private void comment() throws SQLException {
        if (!commented.compareAndSet(false, true)) {
            return;
        }
        try (Connection connection = connect();
                Statement read = connection.createStatement();
                Statement write = connection.createStatement();
                ResultSet rows = read.executeQuery("SELECT view_name, column_name, text FROM tsm.view_comment")) {
            while (rows.next()) {
                write.execute("COMMENT ON COLUMN public." + rows.getString(1) + "." + rows.getString(2) + " IS '"
                        + rows.getString(3).replace("'", "''") + "'");
            }
        }
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
        try {
            comment();
            resetPassword();
            return new Access(
                    tools.url(), Credentials.AUDITOR, database.credentials().auditor(), Urls.offline(database.path()));
        } catch (SQLException e) {
            throw new TsmException.Failed(
                    "no server for other programs can be started: " + e.getMessage(), "'tsm daemon logs' says more", e);
        }
    }

    private TsmException inWords(JdbiException e) {
        LOG.error("a transaction failed", e);
        SQLException cause = e.getCause() instanceof SQLException sql ? sql : new SQLException(e.getMessage(), e);
        if (cause.getErrorCode() == ErrorCode.DUPLICATE_KEY_1) {
            return new TsmException.Conflict("an ID, a name or a port was taken meanwhile", "try again");
        }
        String state = String.valueOf(cause.getSQLState());
        if (!state.startsWith(CONSTRAINT) && !state.startsWith(VALUE)) {
            suspect.set(true);
        }
        String message = String.valueOf(cause.getMessage());
        int end = message.indexOf("; SQL statement");
        return new TsmException.Failed(
                "the database cannot be used: " + (end < 0 ? message : message.substring(0, end)).strip(),
                "is its disk full? 'tsm daemon logs' says more; nothing was changed",
                e);
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
        try (Connection connection = connect()) {
            database.backups().write(connection);
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
        try (Connection connection = connect()) {
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

    /** Gives the file's dead space back for use; cheap when there is little. */
    public void compact(Duration atMost) throws IOException {
        try (Connection connection = connect()) {
            Housekeeping.compact(connection, atMost);
        } catch (SQLException e) {
            throw new IOException("the database was not compacted", e);
        }
    }

    /** Closes the file properly. The next opening is quicker for it. */
    @Override
    public void close() {
        closed = true;
        tools.close();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        } catch (SQLException e) {
            // Closing the connection of a database that has just been shut down complains that it is shut down.
            if (e.getErrorCode() != ErrorCode.DATABASE_IS_CLOSED) {
                LOG.warn("the database was not closed properly", e);
            }
        } finally {
            pool.dispose();
        }
    }
}
