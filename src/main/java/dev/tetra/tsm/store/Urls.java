package dev.tetra.tsm.store;

import dev.tetra.tsm.model.TsmException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.h2.Driver;

/** How databases are opened. */
final class Urls {
    private static final String PREFIX = "jdbc:h2:" + SharableFiles.SCHEME + ":";

    static {
        // H2 reads it once, when it is loaded; its server would otherwise listen on every address.
        System.setProperty("h2.bindAddress", "127.0.0.1");
        SharableFiles.register();
    }

    private Urls() {}

    /**
     * The URL of the daemon's own access to a database file.
     *
     * <p>{@code WRITE_DELAY=0} makes an acknowledged commit survive {@code kill -9}. {@code FILE_LOCK=NO}, because the
     * daemon's own lock already keeps it alone, and H2's lock would keep it out while a tool reads the file.
     * {@code OPTIMIZE_REUSE_RESULTS=0}, because H2 2.4 takes an older answer for the one of a subquery in an {@code INSERT}
     * although its table was changed earlier in the transaction.
     *
     * @param file the database's path without {@code .mv.db}
     */
    static String file(Path file) {
        return PREFIX + path(file)
                + ";WRITE_DELAY=0;FILE_LOCK=NO;DB_CLOSE_ON_EXIT=FALSE;DB_CLOSE_DELAY=-1"
                + ";OPTIMIZE_REUSE_RESULTS=0;QUERY_CACHE_SIZE=128;CACHE_SIZE=4096;TRACE_LEVEL_FILE=0;LOCK_TIMEOUT=10000";
    }

    /** The URL of another connection to a database that {@link #file} has opened, for a role that may set nothing. */
    static String again(Path file) {
        return PREFIX + path(file) + ";IFEXISTS=TRUE";
    }

    /** What the server of H2 is to call a database that {@link #file} has opened. */
    static String name(Path file) {
        return SharableFiles.SCHEME + ":" + path(file);
    }

    /** The URL by which a tool reads the file while no daemon has it open. */
    static String offline(Path file) {
        return "jdbc:h2:file:" + path(file) + ";ACCESS_MODE_DATA=r;IFEXISTS=TRUE";
    }

    private static String path(Path file) {
        String path = file.toAbsolutePath().toString();
        if (path.indexOf(';') >= 0) {
            throw new TsmException.Unavailable(
                    "the home's path holds a ';', which a database URL cannot: " + path,
                    "choose another home with TSM_DIR");
        }
        return path;
    }

    static Connection connect(String url, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        // Not through DriverManager: its service look-up reads every jar.
        Connection connection = Driver.load().connect(url, properties);
        if (connection == null) {
            throw new SQLException("not an H2 URL: " + url);
        }
        return connection;
    }
}
