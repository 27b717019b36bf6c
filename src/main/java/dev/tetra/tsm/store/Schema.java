package dev.tetra.tsm.store;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.TsmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings a database to the newest schema. Flyway is loaded only when there is something to migrate: its own check costs
 * more than the rest of the daemon's start.
 */
final class Schema {
    /** The highest version in {@code db/migration}; a test holds the two together. */
    static final int NEWEST = 17;

    private static final String WRITTEN_BY = "written-by";

    private Schema() {}

    /** The version a database is at; 0 when it is empty. */
    static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet table = statement.executeQuery("SELECT COUNT(*) FROM information_schema.tables"
                        + " WHERE table_schema = 'TSM' AND table_name = 'flyway_schema_history'")) {
            table.next();
            if (table.getInt(1) == 0) {
                return 0;
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet max = statement.executeQuery("SELECT COALESCE(MAX(CAST(\"version\" AS INT)), 0)"
                        + " FROM tsm.\"flyway_schema_history\" WHERE \"success\"")) {
            max.next();
            return max.getInt(1);
        }
    }

    /**
     * Refuses a database that a newer tsm has written.
     *
     * @throws TsmException.Unavailable naming both versions
     */
    static void refuseNewer(Connection connection, int version, BuildInfo build) throws SQLException {
        if (version <= NEWEST) {
            return;
        }
        String writer = "a newer tsm";
        try (PreparedStatement statement = connection.prepareStatement("SELECT text FROM tsm.setting WHERE name = ?")) {
            statement.setString(1, WRITTEN_BY);
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    writer = "tsm " + row.getString(1);
                }
            }
        }
        throw new TsmException.Unavailable(
                "the database has schema " + version + ", written by " + writer + "; this is tsm " + build.version()
                        + ", which knows schemas up to " + NEWEST,
                "use the newer tsm, or another home (TSM_DIR); nothing was changed");
    }

    /** Runs what is missing of {@code db/migration} and the grants. */
    static void migrate(String url, Credentials credentials, BuildInfo build) throws SQLException {
        try {
            Flyway.configure()
                    .dataSource(url, Credentials.OWNER, credentials.owner())
                    .locations("classpath:db/migration")
                    .defaultSchema("TSM")
                    .schemas("TSM")
                    .createSchemas(true)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new SQLException("migration failed: " + e.getMessage(), e);
        }
        try (Connection connection = Urls.connect(url, Credentials.OWNER, credentials.owner());
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE USER IF NOT EXISTS " + Credentials.AUDITOR + " PASSWORD '" + credentials.auditor() + "'");
            statement.execute("GRANT SELECT ON SCHEMA public TO " + Credentials.AUDITOR);
            try (PreparedStatement merge =
                    connection.prepareStatement("MERGE INTO tsm.setting (name, text) VALUES (?, ?)")) {
                merge.setString(1, WRITTEN_BY);
                merge.setString(2, build.version());
                merge.execute();
            }
            Fingerprints.makeKey(connection);
        }
    }
}
