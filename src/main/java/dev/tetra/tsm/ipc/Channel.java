package dev.tetra.tsm.ipc;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket of one process: bound, looked after, removed. Used by the server's thread alone. */
final class Channel {
    private static final Logger LOG = LoggerFactory.getLogger(Channel.class);
    /** Shorter than the name of any channel. */
    private static final String DRAFT = ".new";

    private final long processKey;
    private final Path path;
    private final Selector selector;
    private @Nullable ServerSocketChannel listener;
    private @Nullable SelectionKey key;
    private @Nullable Object identity;
    private @Nullable String problem;
    int connections;

    Channel(long processKey, Path path, Selector selector) {
        this.processKey = processKey;
        this.path = path;
        this.selector = selector;
    }

    long processKey() {
        return processKey;
    }

    Path path() {
        return path;
    }

    ChannelState state() {
        return new ChannelState(
                processKey, path, problem == null, problem, connections, SocketFile.isSocket(SocketFile.app(path)));
    }

    /** Binds it if its file is gone or dead; leaves it alone when something else is in its place. */
    void look() {
        try {
            Optional<Object> present = SocketFile.identity(path);
            if (listener != null && present.isPresent() && present.get().equals(identity)) {
                problem = null;
                return;
            }
            Optional<String> obstacle = SocketFile.obstacle(path);
            if (obstacle.isPresent()) {
                trouble(obstacle.get());
                return;
            }
            release();
            listener = SocketFile.bind(path, path.resolveSibling(DRAFT));
            identity = SocketFile.identity(path).orElse(null);
            key = listener.register(selector, SelectionKey.OP_ACCEPT, this);
            problem = null;
        } catch (IOException | RuntimeException e) {
            trouble("it cannot be made: " + e.getMessage());
        }
    }

    private void trouble(String what) {
        if (!what.equals(problem)) {
            LOG.warn("the control socket {} is out of order: {}", path, what);
        }
        problem = what;
    }

    @Nullable
    ServerSocketChannel listener() {
        return listener;
    }

    /** Takes clients, or leaves them in the backlog for a while. */
    void accepting(boolean wanted) {
        if (key != null && key.isValid()) {
            key.interestOps(wanted ? SelectionKey.OP_ACCEPT : 0);
        }
    }

    /** Ends it for good; the file is removed if it is this one's, and so is what the program left beside it. */
    void remove() {
        try {
            Optional<Object> present = SocketFile.identity(path);
            if (present.isPresent() && present.get().equals(identity)) {
                Files.deleteIfExists(path);
            }
            Path app = SocketFile.app(path);
            if (SocketFile.isSocket(app) && !SocketFile.listens(app)) {
                Files.deleteIfExists(app);
            }
        } catch (IOException e) {
            LOG.warn("the control socket {} was not removed", path, e);
        }
        release();
    }

    /** Listens no more; the file stays. */
    void release() {
        if (listener != null) {
            try {
                listener.close();
            } catch (IOException e) {
                LOG.warn("the control socket {} was not closed", path, e);
            }
        }
        listener = null;
        key = null;
        identity = null;
    }
}
