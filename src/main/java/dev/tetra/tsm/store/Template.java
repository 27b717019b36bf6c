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

/**
 * An empty database at the newest schema, made when tsm is built. A new home begins with a copy of it: the migrations
 * themselves take longer than all the rest of the daemon's first start.
 */
public final class Template {
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

    /**
     * Copies one to a file for its owner alone, from its first byte on. It is nobody's until it is {@link #claim claimed}.
     *
     * @param to must not be there; is not left behind after a failure
     */
    static void copy(Path template, Path to) throws IOException {
        boolean done = false;
        Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var out = Files.newOutputStream(to)) {
            Files.copy(template, out);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(to);
            }
        }
    }

    /**
     * Opens a copy, and gives it a key and passwords of its own. The owner's comes last: a copy whose daemon died in the
     * middle still opens with the known one, and is claimed anew.
     *
     * @param url of the copy
     * @throws SQLException also when it is claimed, by whomever
     */
    static Connection claim(String url, Credentials credentials) throws SQLException {
        Connection connection = Urls.connect(url, Credentials.OWNER, KNOWN.owner());
        boolean done = false;
        try (Statement statement = connection.createStatement()) {
            Fingerprints.renewKey(connection);
            change(statement, Credentials.AUDITOR, credentials.auditor());
            change(statement, Credentials.OWNER, credentials.owner());
            done = true;
            return connection;
        } finally {
            if (!done) {
                Database.abandon(connection);
            }
        }
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
