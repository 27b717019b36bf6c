package dev.tetra.tsm.store;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.WantOfMemory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.api.ErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How others get at the views: as the role that can do nothing but read them. */
final class AuditAccess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditAccess.class);

    private final Database database;
    private final Auditor.Login owner;
    private final MemoryGuard guard = new MemoryGuard(this::cancelAuditors);
    private final ForeignTools tools;
    private final AtomicBoolean commented = new AtomicBoolean();
    private volatile boolean closed;

    /** @param owner gives the owner's connections */
    AuditAccess(Database database, Auditor.Login owner) {
        this.database = database;
        this.owner = owner;
        this.tools = new ForeignTools(
                database.home(),
                Urls.name(database.path()),
                database.credentials().auditor(),
                guard);
    }

    /** The database was opened anew, without the comments of the views' columns. */
    void renewed() {
        commented.set(false);
    }

    Auditor auditor() {
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
        try (Connection connection = owner.connect();
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
            WantOfMemory.endOn(e);
            LOG.error("queries that need too much memory could not be cancelled", e);
        }
    }

    /** Gives the views' columns their comments, which H2 does not keep in the file. */
    private void comment() throws SQLException {
        if (!commented.compareAndSet(false, true)) {
            return;
        }
        try (Connection connection = owner.connect();
                Statement read = connection.createStatement();
                Statement write = connection.createStatement();
                ResultSet rows = read.executeQuery("SELECT view_name, column_name, text FROM tsm.view_comment")) {
            while (rows.next()) {
                write.execute("COMMENT ON COLUMN public." + rows.getString(1) + "." + rows.getString(2) + " IS '"
                        + rows.getString(3).replace("'", "''") + "'");
            }
        }
    }

    /** Lets other programs in, on loopback, until the daemon ends. */
    Store.Access letIn() {
        try {
            comment();
            resetPassword();
            return new Store.Access(
                    tools.url(), Credentials.AUDITOR, database.credentials().auditor(), Urls.offline(database.path()));
        } catch (SQLException e) {
            throw new TsmException.Failed(
                    "no server for other programs can be started: " + e.getMessage(), "'tsm daemon logs' says more", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        tools.close();
    }
}
