package dev.tetra.tsm.store;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import org.h2.server.TcpServer;
import org.jspecify.annotations.Nullable;

/**
 * H2's server on loopback, for tools that read the views while the daemon runs; started when somebody first asks for it.
 * It knows one database by one name and makes none. Whom it meets has passed {@link LoginGate}.
 */
final class ForeignTools implements AutoCloseable {
    private static final String NAME = "tsm";
    private static final VarHandle PORT_OF_SERVER = portOfServer();

    private final Path home;
    private final String database;
    private final String password;
    private final MemoryGuard guard;
    private @Nullable TcpServer server;
    private int port;

    /**
     * @param database as H2 names the open one
     * @param password of the auditor, the only one who is let in
     */
    ForeignTools(Path home, String database, String password, MemoryGuard guard) {
        this.home = home;
        this.database = database;
        this.password = password;
        this.guard = guard;
    }

    /** H2 lets nobody else accept its connections; a version of it in which this is not so any more fails to load here. */
    private static VarHandle portOfServer() {
        try {
            return MethodHandles.privateLookupIn(TcpServer.class, MethodHandles.lookup())
                    .findVarHandle(TcpServer.class, "serverSocket", ServerSocket.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The URL to connect with. */
    synchronized String url() throws SQLException {
        if (server == null) {
            try {
                server = start();
            } catch (IOException e) {
                throw new SQLException("no port: " + e.getMessage(), e);
            }
            guard.enter();
        }
        return "jdbc:h2:tcp://127.0.0.1:" + port + "/" + NAME;
    }

    private TcpServer start() throws SQLException, IOException {
        TcpServer fresh = new TcpServer();
        fresh.init(
                "-tcpPort",
                "0",
                "-tcpDaemon",
                "-ifExists",
                "-baseDir",
                home.toAbsolutePath().toString(),
                "-key",
                NAME,
                database);
        LoginGate gate = new LoginGate(password);
        try {
            fresh.start();
            // Nobody has accepted anything from H2's own port yet, and nobody will.
            ((ServerSocket) PORT_OF_SERVER.get(fresh)).close();
            PORT_OF_SERVER.set(fresh, (ServerSocket) gate);
        } catch (SQLException | RuntimeException e) {
            gate.close();
            throw e;
        }
        port = gate.getLocalPort();
        gate.open();
        Thread.ofPlatform().name("tools").daemon().start(fresh::listen);
        return fresh;
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
