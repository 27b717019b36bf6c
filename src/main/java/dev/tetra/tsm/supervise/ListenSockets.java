package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ListeningSocket;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets on which tsm listens for processes: one for all that share a port, open as long as one of them is not at
 * rest. So connections wait while an instance is replaced, and are refused when all are stopped.
 *
 * <p>A program has the socket too, so it outlives the daemon. The next daemon takes it back from a program; where it may
 * not, it makes a second one on the same port for programs that start from then on.
 */
final class ListenSockets {
    private static final Logger LOG = LoggerFactory.getLogger(ListenSockets.class);

    private record Place(@Nullable String address, int port) {}

    /** A socket and the keys of the processes that need it. */
    private record Held(ListeningSocket socket, Set<Long> users) {}

    private final Host host;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Place, Held> sockets = new HashMap<>();

    ListenSockets(Host host) {
        this.host = host;
    }

    /** Whether tsm listens for that process. */
    static boolean listensFor(ManagedProcess process) {
        return process.instances().listen() != null && process.port() != null;
    }

    private static @Nullable Place place(ManagedProcess process) {
        String listen = process.instances().listen();
        Integer port = process.port();
        return listen == null || port == null
                ? null
                : new Place(listen.equals(InstancePolicy.EVERYWHERE) ? null : listen, port);
    }

    /**
     * The descriptor that a process is to get; empty when tsm does not listen for it.
     *
     * @throws IOException when the port is taken by another program
     */
    Optional<Integer> descriptor(ManagedProcess process) throws IOException {
        Place place = place(process);
        if (place == null) {
            return Optional.empty();
        }
        lock.lock();
        try {
            Held held = sockets.get(place);
            if (held == null) {
                held = new Held(host.listen(place.address(), place.port()), new HashSet<>());
                sockets.put(place, held);
            }
            held.users().add(process.key());
            return Optional.of(held.socket().descriptor());
        } finally {
            lock.unlock();
        }
    }

    /** Gets back the socket that a program has, as an earlier daemon has handed it on. */
    void takeBack(ManagedProcess process) {
        Place place = place(process);
        Run run = process.serving();
        if (place == null || run == null || run.identity() == null || run.exit() != null) {
            return;
        }
        lock.lock();
        try {
            Held held = sockets.get(place);
            if (held == null) {
                Optional<ListeningSocket> taken = host.listening(run.identity(), place.port());
                if (taken.isEmpty()) {
                    LOG.info("the socket of {} cannot be got back; a new run gets another", process.label());
                    return;
                }
                held = new Held(taken.get(), new HashSet<>());
                sockets.put(place, held);
            }
            held.users().add(process.key());
        } finally {
            lock.unlock();
        }
    }

    /** Looks at a process as it is now: what nobody needs any more is closed. */
    void follow(ManagedProcess process) {
        Place place = place(process);
        boolean rests = process.status().settled();
        lock.lock();
        try {
            sockets.entrySet().removeIf(entry -> {
                boolean needed = !rests && entry.getKey().equals(place);
                if (!needed && entry.getValue().users().remove(process.key())) {
                    if (entry.getValue().users().isEmpty()) {
                        entry.getValue().socket().close();
                        return true;
                    }
                }
                return false;
            });
        } finally {
            lock.unlock();
        }
    }

    /** Whether tsm listens on that port. */
    boolean on(int port) {
        lock.lock();
        try {
            return sockets.keySet().stream().anyMatch(place -> place.port() == port);
        } finally {
            lock.unlock();
        }
    }

    /** Gives all of them up; programs keep theirs. */
    void close() {
        lock.lock();
        try {
            sockets.values().forEach(held -> held.socket().close());
            sockets.clear();
        } finally {
            lock.unlock();
        }
    }
}
