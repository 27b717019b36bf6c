package dev.tetra.tsm.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.h2.engine.SessionLocal;
import org.h2.index.Index;
import org.h2.jdbc.JdbcConnection;
import org.h2.table.Table;
import org.h2.table.TableType;

/**
 * Whether the indexes of a database have what its tables have. After a {@code kill -9} of the daemon H2 2.4.240 was once seen
 * with a row that an index over a computed column lacked. Such a row can no longer be changed: H2 does not find what it has
 * to take out of the index (error 90112), and tries again until the lock times out.
 */
final class Indexes {
    private Indexes() {}

    /**
     * The indexes that have more or fewer entries than their table has rows, as {@code SCHEMA.NAME}; H2 has an entry for each
     * row, also where the columns are null. Costs no look at a row, as the trees know their sizes.
     *
     * @param connection to a database in which no transaction is open
     */
    static List<String> damaged(Connection connection) throws SQLException {
        List<String> damaged = new ArrayList<>();
        if (!(connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session)) {
            return damaged;
        }
        for (Table table : session.getDatabase().getAllTablesAndViews()) {
            if (table.getTableType() != TableType.TABLE) {
                continue;
            }
            // Approximate only while transactions are open; the exact count reads every row after some of them.
            long rows = table.getRowCountApproximation(session);
            for (Index index : table.getIndexes()) {
                if (index.getRowCountApproximation(session) != rows) {
                    damaged.add(index.getSchema().getName() + "." + index.getName());
                }
            }
        }
        return damaged;
    }

    /**
     * Copies a database into an empty one: definitions, users, rights and rows. The rows are read from the tables themselves,
     * so the copy's indexes are whole.
     *
     * @throws SQLException when the rows break a constraint that the damaged index no longer guarded
     */
    static void rebuild(Connection from, Connection to) throws SQLException {
        try (Statement read = from.createStatement();
                ResultSet script = read.executeQuery("SCRIPT");
                Statement write = to.createStatement()) {
            while (script.next()) {
                write.execute(script.getString(1));
            }
        }
    }
}
