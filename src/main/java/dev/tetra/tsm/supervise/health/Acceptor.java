package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.os.Acceptance;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether it was a certain run that has accepted a connection. A listening socket that several runs have gives each
 * connection to one of them, and what that one answers says nothing about the others.
 */
final class Acceptor {
    private static final long FIRST_PAUSE_NANOS = 500_000;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;

    private final Host host;
    private final String token;
    private final Supplier<@Nullable Identity> leader;

    /** Who has accepted. */
    enum Whose {
        /** The run. */
        OURS,
        /** Another one, or one that has closed the connection again. */
        OTHERS,
        /** Nobody so far. */
        NOBODY,
        /** That cannot be told. */
        UNTOLD
    }

    /** @param leader of the run; null as long as it was not executed */
    Acceptor(Host host, String token, Supplier<@Nullable Identity> leader) {
        this.host = host;
        this.token = token;
        this.leader = leader;
    }

    /** Waits for that long at most until somebody has accepted a connection of ours, and says who. */
    Whose of(Socket connection, long nanos) throws InterruptedException {
        InetSocketAddress server = (InetSocketAddress) connection.getRemoteSocketAddress();
        InetSocketAddress client = (InetSocketAddress) connection.getLocalSocketAddress();
        long end = System.nanoTime() + nanos;
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            Acceptance now = host.acceptance(server, client);
            Whose whose = switch (now.state()) {
                case UNKNOWN -> Whose.UNTOLD;
                case GONE -> Whose.OTHERS;
                case ACCEPTED -> whose(now.socket());
                case WAITING -> Whose.NOBODY;
            };
            long left = end - System.nanoTime();
            if (whose != Whose.NOBODY || left <= 0) {
                return whose;
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(pause, left));
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
    }

    private Whose whose(long socket) {
        Identity first = leader.get();
        if (first == null) {
            return Whose.OTHERS;
        }
        if (host.owners(List.of(first.pid())).containsKey(socket) && host.alive(first)) {
            return Whose.OURS;
        }
        List<Long> all = ProcessTree.now(host).members(new ProcessTree.Scope(first, token)).stream()
                .map(member -> member.identity().pid())
                .toList();
        if (host.owners(all).containsKey(socket)) {
            return Whose.OURS;
        }
        // Whose descriptors may not be read is known by another link of proc(5) with the same rule.
        boolean closed = all.stream().anyMatch(pid -> host.workingDirectory(pid).isEmpty());
        return closed ? Whose.UNTOLD : Whose.OTHERS;
    }
}
