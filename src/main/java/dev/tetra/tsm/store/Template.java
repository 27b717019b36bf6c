package dev.tetra.tsm.store;

import dev.tetra.tsm.model.BuildInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An empty database at the newest schema, made when tsm is built. A new home begins with a copy of it: the migrations
 * themselves take longer than all the rest of the daemon's first start.
 */
public final class Template {
    private static final Logger LOG = LoggerFactory.getLogger(Template.class);
    /** Known to all, as it guards nothing: each copy gets passwords of its own before it is used. */
    private static final Credentials KNOWN = new Credentials("template", "template");

    private static final String SUFFIX = ".mv.db";

    private Template() {}

    /**
     * Makes one.
     *
     * @param file where; its name ends in {@code .mv.db}
     */
    public static void write(Path file, BuildInfo build) throws IOException {
        Path draft = file.resolveSibling("draft-" + file.getFileName());
        try {
            Files.deleteIfExists(draft);
            Schema.migrate(url(draft), KNOWN, build);
            Database.shutdown(Urls.connect(url(draft), Credentials.OWNER, KNOWN.owner()));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (SQLException e) {
            throw new IOException(e);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Makes a database from it, with these passwords; whether that was possible. Leaves no file if it was not. */
    static boolean copy(Path template, Path to, Credentials credentials) throws IOException {
        boolean done = false;
        try {
            // Owner-only from its first byte on.
            Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (var out = Files.newOutputStream(to)) {
                Files.copy(template, out);
            }
            Connection connection = Urls.connect(url(to), Credentials.OWNER, KNOWN.owner());
            try (Statement statement = connection.createStatement()) {
                if (Schema.version(connection) == Schema.NEWEST) {
                    change(statement, Credentials.OWNER, credentials.owner());
                    change(statement, Credentials.AUDITOR, credentials.auditor());
                    Fingerprints.renewKey(connection);
                    done = true;
                }
            } finally {
                Database.shutdown(connection);
            }
        } catch (IOException | SQLException e) {
            LOG.info("a new database is made by migrations, as {} is of no use: {}", template, e.getMessage());
            done = false;
        }
        if (!done) {
            Files.deleteIfExists(to);
        }
        return done;
    }

    /** The passwords are hexadecimal. */
    private static void change(Statement statement, String user, String password) throws SQLException {
        statement.execute("ALTER USER " + user + " SET PASSWORD '" + password + "'");
    }

    private static String url(Path file) {
        String path = file.toString();
        return Urls.file(Path.of(path.substring(0, path.length() - SUFFIX.length())));
    }
}
