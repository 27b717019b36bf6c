package dev.tetra.tsm.store;

import java.nio.file.Path;
import java.sql.SQLException;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;

/**
 * H2's server on loopback, for tools that read the views while the daemon runs; started when somebody first asks for it.
 * It knows one database by one name and makes none.
 */
final class ForeignTools implements AutoCloseable {
    private static final String NAME = "tsm";

    private final Path home;
    private final String database;
    private final MemoryGuard guard;
    private @Nullable Server server;

    /** @param database as H2 names the open one */
    ForeignTools(Path home, String database, MemoryGuard guard) {
        this.home = home;
        this.database = database;
        this.guard = guard;
    }

    /** The URL to connect with. */
    synchronized String url() throws SQLException {
        if (server == null) {
            server = Server.createTcpServer(
                            "-tcpPort",
                            "0",
                            "-tcpDaemon",
                            "-ifExists",
                            "-baseDir",
                            home.toAbsolutePath().toString(),
                            "-key",
                            NAME,
                            database)
                    .start();
            guard.enter();
        }
        return "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/" + NAME;
    }

    @Override
    public synchronized void close() {
        if (server != null) {
            server.stop();
            server = null;
            guard.leave();
        }
    }
}
