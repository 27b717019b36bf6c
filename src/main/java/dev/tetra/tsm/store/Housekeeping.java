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
 *
 * <p>Chunks are rewritten, not moved towards the file's beginning as {@code MVStore.compactFile} does: that goes against
 * an assertion of H2 2.4.240 ({@code FreeSpaceBitSet.allocate}) about space that must not be used before it is synced.
 */
final class Housekeeping {
    /** Percent of all chunks that is alive, up to which chunks are rewritten. */
    private static final int FILL_RATE = 75;

    private static final int BYTES_AT_ONCE = 4 << 20;

    private Housekeeping() {}

    /** How often the file has been written: once for each commit, since it was made. */
    static long commits(Connection connection) throws SQLException {
        JdbcConnection jdbc = connection.unwrap(JdbcConnection.class);
        return jdbc.getSession() instanceof SessionLocal session
                ? session.getDatabase().getStore().getMvStore().getCurrentVersion()
                : 0;
    }

    static void compact(Connection connection, Duration atMost) throws SQLException {
        JdbcConnection jdbc = connection.unwrap(JdbcConnection.class);
        if (jdbc.getSession() instanceof SessionLocal session) {
            MVStore store = session.getDatabase().getStore().getMvStore();
            store.setRetentionTime(0);
            long until = System.nanoTime() + atMost.toNanos();
            boolean more = true;
            while (more && System.nanoTime() - until < 0) {
                more = store.compact(FILL_RATE, BYTES_AT_ONCE);
                // Only then is it free where it was: the next pass finds the room, and the file's end is cut.
                store.commit();
            }
        }
    }
}
