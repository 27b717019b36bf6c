package dev.tetra.tsm.ipc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the control sockets of all processes. One thread waits for all of them and for all their clients, so that a
 * channel that nobody uses costs a descriptor and no time; each request is answered by a virtual thread of its own.
 */
public final class ChannelServer {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelServer.class);
    private static final int CHUNK = 8 << 10;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ChannelLimits limits;
    private final SocketFolder folder;
    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Map<Long, Channel> channels = new LinkedHashMap<>();
    private final Set<Connection> connections = new HashSet<>();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    private @Nullable Answering answering;
    private volatile boolean closed;
    private volatile boolean over;
    private boolean paused;
    private long pausedUntil;
    private long nextLook;

    /**
     * Serves nothing before {@link #start}.
     *
     * @param folder where the sockets are; made when it is not there
     */
    public ChannelServer(Path folder, ChannelLimits limits) {
        this.folder = new SocketFolder(folder);
        this.limits = limits;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("no selector", e);
        }
        this.thread = Thread.ofPlatform().name("channels").daemon().unstarted(this::loop);
    }

    /**
     * Begins to serve; returns before the sockets are there, but what is asked of this later comes after them.
     *
     * @param known the channels that there are by process key; every other socket in the folder that nobody listens on is
     *     removed
     */
    public void start(Answering with, Map<Long, Path> known) {
        answering = with;
        tasks.add(() -> {
            folder.prepare();
            Set<Path> keep = new HashSet<>();
            known.values().forEach(path -> {
                keep.add(path);
                keep.add(SocketFile.app(path));
            });
            folder.clean(keep);
            known.forEach((key, path) -> add(key, path).look());
        });
        thread.start();
    }

    /** What is in the way of a new channel at a path; empty when nothing is. */
    public Optional<String> obstacle(Path path) {
        return on(
                () -> channels.values().stream().anyMatch(c -> c.path().equals(path))
                        ? Optional.empty()
                        : SocketFile.obstacle(path),
                Optional.empty());
    }

    /** Opens the channel of a process, so that it can be connected to when this returns. */
    public ChannelState open(long processKey, Path path) {
        return on(
                () -> {
                    folder.renew();
                    // The name of a process that was just deleted may be given again before its end was told here.
                    List.copyOf(channels.values()).stream()
                            .filter(other -> other.path().equals(path) && other.processKey() != processKey)
                            .forEach(this::drop);
                    Channel channel = add(processKey, path);
                    channel.look();
                    return channel.state();
                },
                new ChannelState(processKey, path, false, "the daemon stops", 0, false));
    }

    /** Ends the channel of a process, its clients and its file. */
    public void remove(long processKey) {
        on(
                () -> {
                    Channel channel = channels.get(processKey);
                    if (channel != null) {
                        drop(channel);
                    }
                    return true;
                },
                false);
    }

    /** How all channels are, after looking after each of them. */
    public List<ChannelState> states() {
        return on(
                () -> {
                    folder.renew();
                    channels.values().forEach(Channel::look);
                    return channels.values().stream().map(Channel::state).toList();
                },
                List.of());
    }

    /**
     * Removes the sockets in the folder that nobody listens on, other than those of channels.
     *
     * @param keep sockets of programs that run: one that was just bound is not listened on yet
     * @return the files that were removed
     */
    public List<Path> clean(Set<Path> keep) {
        return on(
                () -> {
                    Set<Path> all = new HashSet<>(keep);
                    channels.values().forEach(channel -> all.add(channel.path()));
                    return folder.clean(all);
                },
                List.of());
    }

    /** Ends serving. The files stay for the next daemon, as their processes do. */
    public void close() throws InterruptedException {
        closed = true;
        selector.wakeup();
        if (thread.isAlive()) {
            thread.join();
        }
    }

    /** Runs work on the thread that has all the state. */
    private <T> T on(Supplier<T> work, T whenClosed) {
        CompletableFuture<T> result = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                result.complete(work.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        selector.wakeup();
        if (over || !thread.isAlive()) {
            result.complete(whenClosed);
        }
        return result.join();
    }

    private Channel add(long key, Path path) {
        return channels.computeIfAbsent(key, any -> new Channel(key, path, selector));
    }

    private void drop(Channel channel) {
        channels.remove(channel.processKey());
        channel.remove();
        List.copyOf(connections).stream().filter(c -> c.channel() == channel).forEach(this::forget);
    }

    private void loop() {
        while (!closed) {
            try {
                selector.select(this::ready, waitMillis());
                runTasks();
                expire();
                lookAfter();
            } catch (IOException | RuntimeException e) {
                LOG.error("serving the control sockets failed; going on", e);
            }
        }
        List.copyOf(connections).forEach(this::forget);
        channels.values().forEach(Channel::release);
        over = true;
        runTasks();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("the selector was not closed", e);
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** In milliseconds; 0 for ever. */
    private long waitMillis() {
        if (!tasks.isEmpty() || closed) {
            return 1;
        }
        long now = System.nanoTime();
        long nanos = channels.isEmpty() ? Long.MAX_VALUE : nextLook - now;
        for (Connection connection : connections) {
            nanos = Math.min(nanos, connection.nanosLeft(now));
        }
        if (paused) {
            nanos = Math.min(nanos, pausedUntil - now);
        }
        return nanos == Long.MAX_VALUE ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    }

    private void expire() {
        long now = System.nanoTime();
        List.copyOf(connections).stream()
                .filter(c -> c.nanosLeft(now) < 0)
                .forEach(c -> step(c, () -> {
                    c.expired();
                    return null;
                }));
        if (paused && now - pausedUntil > 0) {
            paused = false;
            channels.values().forEach(channel -> channel.accepting(true));
        }
    }

    /** A socket whose file was removed is bound again; a look at the folder's time tells whether to look at each. */
    private void lookAfter() {
        long now = System.nanoTime();
        if (channels.isEmpty() || now - nextLook < 0) {
            return;
        }
        nextLook = now + limits.look().toNanos();
        if (folder.mayHaveChanged()) {
            channels.values().forEach(Channel::look);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.attachment() instanceof Channel channel) {
                accept(channel);
            } else if (key.attachment() instanceof Connection connection) {
                step(connection, () -> connection.ready(chunk));
            }
        } catch (CancelledKeyException e) {
            LOG.debug("a connection was closed meanwhile", e);
        }
    }

    private void accept(Channel channel) {
        ServerSocketChannel listener = channel.listener();
        long courtesy =
                full(channel) ? slowest(channel).map(Connection::courtesyLeft).orElse(0L) : 0;
        if (courtesy > 0) {
            // The next wait in the backlog, rather than that they take the place of one whose words are under way.
            pause(channel, courtesy);
            return;
        }
        try {
            SocketChannel socket = listener == null ? null : listener.accept();
            if (socket != null) {
                admit(socket, channel);
            }
        } catch (IOException e) {
            // Out of descriptors, most likely; the client stays in the backlog until some are free again.
            LOG.warn("a client of {} cannot be accepted", channel.path(), e);
            pause(channel, PAUSE.toNanos());
        }
    }

    private void pause(Channel channel, long nanos) {
        long until = System.nanoTime() + nanos;
        pausedUntil = paused && pausedUntil - until > 0 ? pausedUntil : until;
        paused = true;
        channel.accepting(false);
    }

    private void admit(SocketChannel socket, Channel channel) throws IOException {
        try {
            socket.configureBlocking(false);
            if (!makeRoom(channel)) {
                socket.write(ByteBuffer.wrap("ERR too many connections\n".getBytes(StandardCharsets.US_ASCII)));
                socket.close();
                return;
            }
            SelectionKey key = socket.register(selector, SelectionKey.OP_READ);
            Connection connection = new Connection(socket, key, channel, limits);
            key.attach(connection);
            connections.add(connection);
            channel.connections++;
        } catch (IOException e) {
            socket.close();
            LOG.debug("a client went away", e);
        }
    }

    /**
     * Whether there is room for one more. Who has kept the daemon waiting for longest has to go: somebody with business
     * says at once what he wants, so a crowd that is silent, or does not read, can't lock him out.
     */
    private boolean makeRoom(Channel channel) {
        if (!full(channel)) {
            return true;
        }
        Optional<Connection> slowest = slowest(channel);
        slowest.ifPresent(this::forget);
        return slowest.isPresent();
    }

    private boolean full(Channel channel) {
        return channel.connections >= limits.connections() || connections.size() >= limits.total();
    }

    private Optional<Connection> slowest(Channel channel) {
        boolean own = channel.connections >= limits.connections();
        return connections.stream()
                .filter(other -> !other.isAnswered() && (!own || other.channel() == channel))
                .min(Comparator.comparingLong(Connection::waitingSince));
    }

    /** What a connection does next; gives a request. */
    private interface Step {
        byte @Nullable [] run() throws IOException;
    }

    private void step(Connection connection, Step step) {
        try {
            byte[] request = step.run();
            if (request != null) {
                answer(connection, request);
            }
        } catch (IOException | CancelledKeyException e) {
            LOG.debug("a client went away", e);
            connection.close();
        }
        if (connection.over()) {
            forget(connection);
        }
    }

    private void answer(Connection connection, byte[] request) {
        Channel channel = connection.channel();
        Answering with = answering;
        Thread.ofVirtual().name("channel request").start(() -> {
            byte[] answer;
            try {
                answer = with == null
                        ? new byte[0]
                        : with.answer(channel.processKey(), channel.path(), request, connection::user);
            } catch (RuntimeException e) {
                LOG.error("a request on {} failed", channel.path(), e);
                answer = "ERR internal error; the daemon's log says more".getBytes(StandardCharsets.US_ASCII);
            }
            byte[] line = answer;
            tasks.add(() -> step(connection, () -> connection.answered(line)));
            selector.wakeup();
        });
    }

    private void forget(Connection connection) {
        connection.close();
        if (connections.remove(connection)) {
            connection.channel().connections--;
        }
    }
}
