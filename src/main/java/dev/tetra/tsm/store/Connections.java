package dev.tetra.tsm.store;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.api.ErrorCode;
import org.h2.engine.Engine;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.message.DbException;
import org.h2.mvstore.MVStore;
import org.jdbi.v3.core.ConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner's connections to the database. Those of transactions are kept, and the one that was used last is used next: each
 * has its own statements, and with H2's own pool, which gives the one that rested longest, each would parse each of them.
 * They never commit by themselves: to let JDBC do so again after a transaction commits also what could not be taken back.
 *
 * <p>H2 closes a database that it could not write to, as on a full disk, and the connections to it are dead from then on:
 * whoever sees that says so, and the next who wants one gets a living one.
 */
final class Connections implements ConnectionFactory, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final int CONNECTIONS = 12;
    /** As many more are for those that somebody waits for, so that they need not queue behind a thousand that nobody does. */
    private static final int URGENT = 4;
    /** How long a transaction waits for the end of others. */
    private static final Duration TURN = Duration.ofSeconds(30);
    /** How long H2 may take to do away with a database that it could not write. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration BETWEEN_RECONNECTS = Duration.ofMillis(20);

    private final Database database;
    private final Runnable renewed;
    private final Semaphore turns = new Semaphore(CONNECTIONS, true);
    private final Semaphore urgentTurns = new Semaphore(URGENT, true);
    private final Map<Connection, Semaphore> inUse = new ConcurrentHashMap<>();
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;
    private volatile boolean gone;
    /** Whether the connections may be dead. */
    private final AtomicBoolean suspect = new AtomicBoolean();

    private final ReentrantLock reconnecting = new ReentrantLock();

    /** @param renewed called when the database is opened anew: what H2 does not keep in the file is gone */
    Connections(Database database, Runnable renewed) {
        this.database = database;
        this.renewed = renewed;
    }

    /**
     * A connection for a transaction.
     *
     * @throws SQLException as {@link #connect} does, and when too many others are in use for too long
     */
    @Override
    public Connection openConnection() throws SQLException {
        boolean opened = false;
        Semaphore turn = turn();
        try {
            Connection kept = suspect.get() ? null : kept();
            Connection connection = kept == null ? connect() : kept;
            if (kept == null) {
                connection.setAutoCommit(false);
            }
            inUse.put(connection, turn);
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                turn.release();
            }
        }
    }

    /** Waits for a turn. What comes back is to be released once the connection is no longer used. */
    private Semaphore turn() throws SQLException {
        if (!Urgency.isUrgent()) {
            return taken(turns, CONNECTIONS);
        }
        // Past those that wait: without a time limit this looks at the count alone.
        return turns.tryAcquire() ? turns : taken(urgentTurns, URGENT);
    }

    private static Semaphore taken(Semaphore turn, int count) throws SQLException {
        try {
            if (!turn.tryAcquire(TURN.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SQLException("all " + count + " connections have been in use for " + TURN.toSeconds() + " s");
            }
            return turn;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("the daemon stops", e);
        }
    }

    /** One that is kept and lives; null when there is none. One that has died tells that its database has. */
    private @Nullable Connection kept() {
        Connection next = idle.pollFirst();
        if (next == null) {
            return null;
        }
        try {
            if (!next.isClosed() && !dying(next)) {
                return next;
            }
            next.close();
        } catch (SQLException | DbException dead) {
            LOG.debug("a connection had died: {}", dead.getMessage());
        }
        suspect();
        return null;
    }

    /**
     * Commits what was done on a connection.
     *
     * @throws SQLException when it was not, or, with {@link ErrorCode#DATABASE_IS_CLOSED}, when nobody knows
     */
    void commit(Connection connection) throws SQLException {
        connection.commit();
        // H2 writes nothing, and says nothing, while it closes a file that another transaction could not write.
        if (dying(connection)) {
            throw new SQLException("the database was closed meanwhile", "", ErrorCode.DATABASE_IS_CLOSED);
        }
    }

    /** Takes back what was done on a connection since the last commit. One that is dead, or dies of it, is left alone. */
    void undo(Connection connection) {
        try {
            if (!dying(connection)) {
                connection.rollback();
                return;
            }
        } catch (SQLException | DbException e) {
            LOG.debug("a transaction was not taken back: {}", e.getMessage());
            end(connection);
        }
        suspect();
    }

    /** The transaction is over: committed, or taken back. */
    @Override
    public void closeConnection(Connection connection) throws SQLException {
        boolean kept = false;
        try {
            if (!closed && !suspect.get() && !connection.isClosed()) {
                idle.addFirst(connection);
                kept = true;
            }
        } finally {
            Semaphore turn = inUse.remove(connection);
            if (turn != null) {
                turn.release();
            }
            if (!kept) {
                connection.close();
            }
        }
    }

    /**
     * A living connection of its own.
     *
     * @throws SQLException when the database can't be opened, or H2 has not done away with the dying one in time
     */
    Connection connect() throws SQLException {
        if (closed) {
            return fresh();
        }
        if (!suspect.get()) {
            Connection connection = living();
            if (connection != null) {
                return connection;
            }
            suspect();
        }
        return reconnect();
    }

    private Connection reconnect() throws SQLException {
        reconnecting.lock();
        try {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (suspect.get()) {
                closeIdle();
                renewed.run();
                Connection connection = living();
                if (connection != null) {
                    suspect.set(false);
                    return connection;
                }
                if (System.nanoTime() - deadline >= 0) {
                    throw new SQLException(
                            "H2 goes on with a database it has closed", "", ErrorCode.DATABASE_IS_CLOSED);
                }
                LockSupport.parkNanos(BETWEEN_RECONNECTS.toNanos());
            }
        } finally {
            reconnecting.unlock();
        }
        return fresh();
    }

    /** A connection to a database that lives, null when it is to one that H2 is closing. */
    private @Nullable Connection living() throws SQLException {
        Connection connection;
        try {
            connection = fresh();
        } catch (SQLException e) {
            if (e.getErrorCode() == ErrorCode.DATABASE_IS_CLOSED) {
                return null;
            }
            throw e;
        }
        if (!dying(connection)) {
            return connection;
        }
        connection.close();
        return null;
    }

    private Connection fresh() throws SQLException {
        if (gone) {
            // H2 would open the file again.
            throw new SQLException("the database is closed", "", ErrorCode.DATABASE_IS_CLOSED);
        }
        return Urls.connect(
                database.url(), Credentials.OWNER, database.credentials().owner());
    }

    private void closeIdle() {
        for (Connection next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            try {
                next.close();
            } catch (SQLException dead) {
                // That is why it is closed.
            }
        }
    }

    /**
     * Whether H2 can no longer write the database behind a connection. It gives that database to everybody who connects
     * until somebody has closed it, and what it has in memory can be read all the while; so it is closed here.
     */
    private static boolean dying(Connection connection) throws SQLException {
        if (!(connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session)) {
            return false;
        }
        if (session.isClosed()) {
            return true;
        }
        try {
            org.h2.engine.Database behind = session.getDatabase();
            MVStore file = behind.getStore().getMvStore();
            if (!behind.isClosing() && !file.isClosed() && file.getPanicException() == null) {
                return false;
            }
        } catch (DbException closed) {
            return true;
        }
        end(connection);
        return true;
    }

    /**
     * Ends the database behind a connection, and the connection without another statement: H2 would begin one to take back
     * what is under way, in a file that is closed.
     */
    static void end(Connection connection) {
        try {
            if (connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session
                    && !session.isClosed()) {
                org.h2.engine.Database behind = session.getDatabase();
                MVStore file = behind.getStore().getMvStore();
                StatementCounts.mend(file);
                if (!behind.isClosing()) {
                    behind.shutdownImmediately();
                }
                try {
                    session.close();
                } finally {
                    StatementCounts.mend(file);
                }
            }
        } catch (SQLException | RuntimeException e) {
            // H2 tells again what it died of, also in exceptions of its own.
            LOG.debug("a dead connection: {}", e.getMessage());
        }
    }

    /**
     * Ends a database that H2 keeps open although nobody could log in: behind its name stays that one, whatever becomes of the
     * file. There is no session, so no other way to it than H2's own list.
     *
     * @param name of the file in the home, without {@code .mv.db}
     */
    static void endUnclaimed(Path home, String name) {
        try {
            Field list = Engine.class.getDeclaredField("DATABASES");
            list.setAccessible(true);
            Path real = home.toRealPath().resolve(name);
            Object holder = ((Map<?, ?>) list.get(null)).get(Urls.name(real));
            if (holder != null) {
                Field held = holder.getClass().getDeclaredField("database");
                held.setAccessible(true);
                if (held.get(holder) instanceof org.h2.engine.Database open) {
                    open.shutdownImmediately();
                }
            }
        } catch (ReflectiveOperationException | IOException | RuntimeException e) {
            LOG.warn("a database that nobody may log in to stays open", e);
        }
    }

    /** The connections may be dead. */
    void suspect() {
        suspect.set(true);
    }

    boolean suspected() {
        return suspect.get();
    }

    /** From now on what is dead stays dead. */
    void ending() {
        closed = true;
    }

    @Override
    public void close() {
        gone = true;
        closeIdle();
    }
}
