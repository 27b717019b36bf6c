package dev.tetra.tsm.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;

/**
 * Keeps the file bounded. With {@code WRITE_DELAY=0} H2 runs no background thread, and it is that thread which otherwise
 * rewrites sparse chunks so that their space can be used again.
 */
final class Housekeeping {
    private Housekeeping() {}

    static void compact(Connection connection, Duration atMost) throws SQLException {
        JdbcConnection jdbc = connection.unwrap(JdbcConnection.class);
        if (jdbc.getSession() instanceof SessionLocal session) {
            MVStore store = session.getDatabase().getStore().getMvStore();
            store.compactFile((int) Math.min(atMost.toMillis(), Integer.MAX_VALUE));
        }
    }
}
