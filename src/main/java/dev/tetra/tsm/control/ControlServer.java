package dev.tetra.tsm.control;

import dev.tetra.tsm.model.WantOfMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's side of the control protocol, on an ephemeral port of 127.0.0.1. Nobody gets past the first line
 * without the client secret, and nothing is sent before it has come.
 *
 * <p>Clients are served by threads of the kernel, which shares the processors fairly. A virtual thread would wait behind
 * all others that are ready: a thousand processes that end at once are seconds of work, and a client would take the daemon
 * for dead meanwhile.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);
    /** As many as the kernel lets wait (net.core.somaxconn): who finds it full is only taken a second later. */
    private static final int BACKLOG = 4096;

    private static final int SECRET_BYTES = 32;
    /** A stream without anything new for so long waits for something to happen, and not for a disk. */
    private static final Duration STILL = Duration.ofMillis(100);
    /** How long a thread waits for another client. */
    private static final Duration SPARE = Duration.ofSeconds(5);

    private final Path home;
    private final RequestHandler handler;
    private final ControlLimits limits;
    private final ServerSocket listener;
    private final ControlFile file;
    private final Object filing = new Object();
    /** What the file looked like when it was written; guarded by {@link #filing}. */
    private String written = "";

    private final ScheduledExecutorService deadlines;
    private final ExecutorService servants = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            SPARE.toMillis(),
            TimeUnit.MILLISECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("control").daemon().factory());
    private final Deque<Socket> strangers = new ArrayDeque<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    private ControlServer(
            Path home, RequestHandler handler, ControlLimits limits, ServerSocket listener, String build) {
        this.home = home;
        this.handler = handler;
        this.limits = limits;
        this.listener = listener;
        SecureRandom random = new SecureRandom();
        this.file = new ControlFile(
                build,
                listener.getLocalPort(),
                secret(random),
                secret(random),
                ProcessHandle.current().pid());
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofVirtual().name("control-deadlines").factory()) {
                    @Override
                    protected void afterExecute(Runnable task, @Nullable Throwable failed) {
                        if (task instanceof Future<?> done && done.state() == Future.State.FAILED) {
                            WantOfMemory.endOn(done.exceptionNow());
                        }
                    }
                };
        executor.setRemoveOnCancelPolicy(true);
        this.deadlines = Executors.unconfigurableScheduledExecutorService(executor);
    }

    /**
     * Binds the port. Clients can't find it before {@link #start}.
     *
     * @param build the daemon's build id, written into the control file
     */
    public static ControlServer bind(Path home, String build, RequestHandler handler) throws IOException {
        return bind(home, build, handler, ControlLimits.STANDARD);
    }

    /** As {@link #bind(Path, String, RequestHandler)} with other limits. */
    public static ControlServer bind(Path home, String build, RequestHandler handler, ControlLimits limits)
            throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            listener.bind(new InetSocketAddress(loopback, 0), BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        return new ControlServer(home, handler, limits, listener, build);
    }

    private static String secret(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Begins to serve and then tells clients so by the control file. */
    public void start() throws IOException {
        Thread.ofPlatform().name("control-accept").daemon().start(this::accept);
        synchronized (filing) {
            file.write(home);
            written = ControlFile.stamp(home);
        }
    }

    /** Writes the control file anew when it was removed or changed, unless the server no longer accepts. */
    public void keepFound() {
        synchronized (filing) {
            try {
                if (listener.isClosed() || ControlFile.stamp(home).equals(written)) {
                    return;
                }
                log.warn("the control file was removed or changed; it is written anew");
                file.write(home);
                written = ControlFile.stamp(home);
            } catch (IOException e) {
                log.warn("the control file cannot be written", e);
            }
        }
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return listener.getLocalPort();
    }

    /** How many requests are being answered. */
    public int active() {
        return connections.size();
    }

    /** Removes the control file if it is still this server's, and takes no new connection. */
    public void stopAccepting() {
        synchronized (filing) {
            try {
                file.removeOwn(home);
            } catch (IOException e) {
                log.warn("can't remove {}", ControlFile.path(home), e);
            }
            try {
                listener.close();
            } catch (IOException e) {
                log.warn("can't close the control port", e);
            }
        }
    }

    /**
     * Stops accepting, waits a bounded time for requests in progress, and cuts off what is left. Streams that only wait for
     * more, such as of a log that is followed, are ended at once.
     */
    @Override
    public void close() {
        stopAccepting();
        long deadline = System.nanoTime() + limits.close().toNanos();
        while (!connections.isEmpty() && System.nanoTime() - deadline < 0) {
            connections.stream()
                    .filter(connection -> connection.isIdleStream(STILL))
                    .forEach(Connection::cut);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        connections.forEach(Connection::cut);
        synchronized (strangers) {
            strangers.forEach(ControlServer::closeQuietly);
        }
        deadlines.shutdownNow();
        servants.shutdown();
    }

    private void accept() {
        boolean failing = false;
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                failing = false;
                // Here, so that there are never more of them than allowed, however fast they come.
                admit(socket);
                begin(() -> serve(socket));
            } catch (IOException e) {
                if (listener.isClosed()) {
                    return;
                }
                // Out of descriptors, most likely; the connection stays in the backlog until some are free again.
                if (!failing) {
                    log.warn("no connection can be accepted; it is tried again: {}", e.getMessage());
                }
                failing = true;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    private void begin(Runnable serving) {
        try {
            servants.execute(serving);
        } catch (OutOfMemoryError e) {
            WantOfMemory.endOn(e);
            // No more threads for this user or this control group (pthread_create(3)). These need none of the kernel's.
            Thread.ofVirtual().name("control").start(serving);
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            ConnectionInput in = new ConnectionInput(socket);
            boolean known = false;
            try {
                socket.setTcpNoDelay(true);
                known = Handshake.passes(in, file, limits);
            } finally {
                // Before the answer: a client that has it takes the connection for its own, and does not try another.
                known &= dismiss(socket);
            }
            if (known) {
                Handshake.answer(socket, file);
                serveKnown(socket, in);
            }
        } catch (IOException e) {
            log.debug("a control connection failed", e);
        } catch (RuntimeException e) {
            WantOfMemory.endOn(e);
            log.error("a control connection failed", e);
        }
    }

    private void serveKnown(Socket socket, ConnectionInput in) throws IOException {
        Connection connection = new Connection(socket, in, handler, limits, deadlines, this::begin);
        connections.add(connection);
        try {
            connection.serve();
        } finally {
            connections.remove(connection);
        }
    }

    /**
     * Makes room for a stranger. It is the oldest that has to go: a real client proves itself within a millisecond, so
     * one that has waited longest is the least likely to be one, and a crowd of idle strangers can't lock clients out.
     */
    private void admit(Socket socket) {
        synchronized (strangers) {
            if (strangers.size() >= limits.strangers()) {
                closeQuietly(strangers.removeFirst());
            }
            strangers.addLast(socket);
        }
    }

    /** Whether the socket was still among the strangers, and had not made room for another. */
    private boolean dismiss(Socket socket) {
        synchronized (strangers) {
            return strangers.remove(socket);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("can't close a connection", e);
        }
    }
}
