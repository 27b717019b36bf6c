package dev.tetra.tsm.store;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.TsmException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the database file of a home: makes it, migrates it, or puts a backup in its place. A new schema is always built on a
 * {@link Draft}.
 */
final class Database {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);
    private static final String SUFFIX = ".mv.db";

    /** What H2 says when a file is no database, is damaged, is of another format, or has other passwords. */
    private static final Set<Integer> UNREADABLE = Set.of(
            ErrorCode.FILE_CORRUPTED_1,
            ErrorCode.FILE_VERSION_ERROR_1,
            ErrorCode.UNSUPPORTED_SETTING_COMBINATION,
            ErrorCode.WRONG_USER_OR_PASSWORD,
            ErrorCode.GENERAL_ERROR_1,
            ErrorCode.SCHEMA_NOT_FOUND_1,
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_1,
            ErrorCode.FILE_ENCRYPTION_ERROR_1);

    private static final Set<Integer> DAMAGED = Set.of(
            DataUtils.ERROR_FILE_CORRUPT,
            DataUtils.ERROR_CHUNK_NOT_FOUND,
            DataUtils.ERROR_UNSUPPORTED_FORMAT,
            DataUtils.ERROR_INTERNAL);

    private final Path home;
    private final BuildInfo build;
    private final Clock clock;
    private final @Nullable Path template;
    /** Whether there has been a database in this home before. */
    private final boolean known;

    private final Credentials credentials;
    private final Draft draft;
    private final Backups backups;
    private final List<String> notices = new ArrayList<>();

    /**
     * @param template an empty database that {@link Template} has made, to spare a new home the migrations; null for none
     */
    Database(Path home, BuildInfo build, Clock clock, @Nullable Path template) {
        this.template = template;
        this.home = home;
        this.build = build;
        this.clock = clock;
        this.known = Files.exists(home.resolve("db.secret"));
        this.credentials = Credentials.of(home.resolve("db.secret"));
        this.draft = new Draft(home, file("tsm"), credentials, build);
        this.backups = new Backups(home.resolve("backups"), clock);
    }

    Backups backups() {
        return backups;
    }

    Credentials credentials() {
        return credentials;
    }

    Path home() {
        return home;
    }

    /** The open file's path, as H2 wants it. */
    Path path() {
        return home.resolve("tsm");
    }

    String url() {
        return Urls.file(home.resolve("tsm"));
    }

    /** What the user must be told about how the database came up. */
    List<String> notices() {
        return List.copyOf(notices);
    }

    /**
     * A first connection to a database at the newest schema.
     *
     * @throws TsmException.Unavailable when the database is from a newer tsm, or cannot be read or written
     */
    Connection open() {
        try {
            requireWritable();
            if (!Files.exists(file("tsm"))) {
                return begin();
            }
            return openCurrent();
        } catch (SQLException e) {
            if (!unreadable(e)) {
                throw cannot(e);
            }
            return recover(e);
        } catch (IOException e) {
            throw cannot(e);
        }
    }

    /** H2 opens what it may not write, to read it, and the first commit would fail. */
    private void requireWritable() {
        Path file = file("tsm");
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new TsmException.Unavailable(
                    "the database " + file + " cannot be written", "make it yours and writable: chmod u+rw " + file);
        }
    }

    /** There is no file: in a new home that is as it should be; in another it was removed. */
    private Connection begin() throws SQLException, IOException {
        String gone = "the database " + file("tsm") + " is not there";
        if (!backups.newestFirst().isEmpty()) {
            Connection connection = restored(gone);
            if (connection != null) {
                return connection;
            }
        }
        Connection connection = create();
        if (known) {
            notices.add(gone + " any more; tsm starts with an empty one and takes back what it finds running");
        }
        return connection;
    }

    /** The newest backup that opens, in the file's place; null when none does. */
    private @Nullable Connection restored(String why) throws IOException {
        for (Path backup : backups.newestFirst()) {
            try {
                backups.restore(backup, file("tsm"));
                Connection connection = openCurrent();
                notices.add(why + "; the backup " + backup.getFileName() + " is used in its place");
                return connection;
            } catch (SQLException | IOException e) {
                LOG.warn("backup {} is of no use", backup, e);
                Files.deleteIfExists(file("tsm"));
            }
        }
        return null;
    }

    private Connection openCurrent() throws SQLException, IOException {
        Connection connection = connect();
        boolean open = true;
        try {
            int version = Schema.version(connection);
            Schema.refuseNewer(connection, version, build);
            List<String> damaged = Indexes.damaged(connection);
            if (!damaged.isEmpty()) {
                open = false;
                rebuild(connection, damaged);
                return openCurrent();
            }
            if (version == Schema.NEWEST) {
                open = false;
                return connection;
            }
            if (version == 0) {
                throw new SQLException("no tsm schema in the file", "", ErrorCode.SCHEMA_NOT_FOUND_1);
            }
            Path backup = backups.write(connection);
            shutdown(connection);
            open = false;
            return migrated(backup);
        } finally {
            if (open) {
                abandon(connection);
            }
        }
    }

    /**
     * Migrates a copy of the file, and puts it in the file's place when it is whole.
     *
     * @param backup of the file as it is; of no use when it stays so, and each that is tried again would push out an older
     */
    private Connection migrated(Path backup) throws SQLException, IOException {
        boolean done = false;
        try {
            Files.copy(file("tsm"), draft.file(), StandardCopyOption.REPLACE_EXISTING);
            draft.migrate();
            done = true;
        } finally {
            if (!done) {
                draft.remove();
                Files.deleteIfExists(backup);
            }
        }
        backups.prune();
        return Urls.connect(url(), Credentials.OWNER, credentials.owner());
    }

    /** Puts a copy with whole indexes in the file's place. The connection is closed. */
    private void rebuild(Connection connection, List<String> damaged) throws SQLException, IOException {
        LOG.error("these indexes lack entries or have too many: {}", damaged);
        draft.remove();
        try (Connection copy = Urls.connect(draft.url(), Credentials.OWNER, credentials.owner())) {
            boolean whole = false;
            try {
                Indexes.rebuild(connection, copy);
                whole = Indexes.damaged(copy).isEmpty();
            } catch (SQLException e) {
                throw new SQLException("its indexes are damaged: " + firstLine(e), "", ErrorCode.FILE_CORRUPTED_1, e);
            } finally {
                shutdown(copy);
                if (!whole) {
                    draft.remove();
                }
            }
            if (!whole) {
                throw new SQLException("its indexes are damaged", "", ErrorCode.FILE_CORRUPTED_1);
            }
        } catch (SQLException e) {
            shutdown(connection);
            throw e;
        }
        shutdown(connection);
        Path aside = home.resolve("tsm.broken-" + STAMP.format(clock.instant()) + SUFFIX);
        Files.copy(file("tsm"), aside, StandardCopyOption.COPY_ATTRIBUTES);
        draft.put();
        notices.add("indexes of the database were damaged (" + String.join(", ", damaged)
                + "), so it was written anew from its tables; as it was, it is in " + aside);
    }

    /** A copy of the template whose daemon died before it was claimed has the template's password still. */
    private Connection connect() throws SQLException {
        try {
            return Urls.connect(url(), Credentials.OWNER, credentials.owner());
        } catch (SQLException refused) {
            if (refused.getErrorCode() != ErrorCode.WRONG_USER_OR_PASSWORD) {
                throw refused;
            }
            try {
                return Template.claim(url(), credentials);
            } catch (SQLException e) {
                refused.addSuppressed(e);
                Connections.endUnclaimed(home, "tsm");
                throw refused;
            }
        }
    }

    /** An empty database at the newest schema, in the file's place. */
    private Connection create() throws SQLException, IOException {
        draft.remove();
        Connection copy = template == null ? null : fromTemplate(template);
        if (copy != null) {
            return copy;
        }
        draft.migrate();
        return openCurrent();
    }

    /** The copy becomes the database before it is claimed, so that it has to be opened only once. Null if it is of no use. */
    private @Nullable Connection fromTemplate(Path template) throws IOException {
        Connection connection = null;
        boolean done = false;
        try {
            Template.copy(template, draft.file());
            draft.put();
            connection = Template.claim(url(), credentials);
            done = Schema.version(connection) == Schema.NEWEST;
        } catch (IOException | SQLException e) {
            LOG.info("a new database is made by migrations, as {} is of no use: {}", template, e.getMessage());
        } finally {
            if (!done) {
                if (connection != null) {
                    abandon(connection);
                }
                Files.deleteIfExists(file("tsm"));
                draft.remove();
            }
        }
        return done ? connection : null;
    }

    /** Moves a file that is no database aside and takes the newest backup that opens, else starts empty. */
    private Connection recover(SQLException broken) {
        LOG.error("the database cannot be opened", broken);
        Path aside = home.resolve("tsm.broken-" + STAMP.format(clock.instant()) + SUFFIX);
        try {
            Files.move(file("tsm"), aside);
            String kept = "the database could not be opened (" + firstLine(broken) + ") and was moved to " + aside;
            Connection connection = restored(kept);
            if (connection != null) {
                return connection;
            }
            connection = create();
            notices.add(kept + "; there is no usable backup, so tsm starts with an empty one and takes back what it"
                    + " finds running");
            return connection;
        } catch (IOException | SQLException e) {
            e.addSuppressed(broken);
            throw cannot(e);
        }
    }

    /** The file that is open. */
    Path file() {
        return file("tsm");
    }

    private Path file(String name) {
        return home.resolve(name + SUFFIX);
    }

    static void shutdown(Connection connection) throws SQLException {
        try (connection;
                var statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        }
    }

    /** Closes a database as it is, so that why it is given up is not hidden by what becomes of closing it properly. */
    static void abandon(Connection connection) {
        Connections.end(connection);
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closed: {}", e.getMessage());
        }
    }

    /** Whether the file is no database; what the system refused is no fault of the file. */
    private static boolean unreadable(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof MVStoreException store && store.getErrorCode() == DataUtils.ERROR_WRITING_FAILED) {
                return false;
            }
        }
        if (UNREADABLE.contains(e.getErrorCode())) {
            return true;
        }
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            // A file that is cut short is no fault of the disk or of its rights.
            if (cause instanceof EOFException
                    || (cause instanceof MVStoreException store && DAMAGED.contains(store.getErrorCode()))) {
                return true;
            }
        }
        return false;
    }

    private TsmException cannot(Exception e) {
        return new TsmException.Unavailable(
                "the database in " + home + " cannot be opened: "
                        + (e instanceof SQLException failed ? Store.reason(failed) : firstLine(e)),
                "look at the rights of the folder and at the free space on its disk",
                e);
    }

    private static String firstLine(Exception e) {
        String text = String.valueOf(e.getMessage());
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
