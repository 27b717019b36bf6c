package dev.tetra.tsm.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** A home with a history that is the same each time. */
public final class AuditFixture {
    /** What the recipes are asked with, besides themselves. */
    static final Map<String, String> ASKED =
            Map.of("now", "2026-03-10T08:00:00Z", "one", "api-8000", "other", "worker", "name", "worker");

    private AuditFixture() {}

    /** Fills the database of a home that is open in this program. */
    public static void fill(Path home) throws IOException, SQLException {
        try (Connection owner = owner(home);
                Statement statement = owner.createStatement()) {
            for (String sql : Auditor.statements(Files.readString(Path.of("src/test/resources/audit-fixture.sql")))) {
                statement.execute(sql);
            }
        }
    }

    /** A connection that may do everything. */
    public static Connection owner(Path home) throws SQLException {
        return Urls.connect(
                Urls.file(home.resolve("tsm")),
                Credentials.OWNER,
                Credentials.of(home.resolve("db.secret")).owner());
    }
}
