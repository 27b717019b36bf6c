package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The operating system as tsm uses it. Safe for use by many threads. At most one open host a program: it waits for all
 * children of the program, so nothing else may start any (no {@link ProcessBuilder}).
 */
public interface Host extends AutoCloseable {
    /** Which boot of the machine this is. */
    String bootId();

    /** This program's own identity. */
    Identity self();

    /**
     * Starts a program as the leader of a session of its own, with default signals and no descriptor but 0 (/dev/null),
     * 1 and 2. A script without {@code #!} is run by {@code /bin/sh}, as a shell does.
     *
     * @param onExit called exactly once when it has ended, by the reaping thread, possibly before this method returns;
     *     must return fast and not throw
     * @throws SpawnException when it could not be executed; nothing was started then, and {@code onExit} is not called
     */
    Identity spawn(SpawnRequest request, Consumer<Exit> onExit) throws SpawnException;

    /**
     * Looks whether a program can be executed, for a request that reaches it only by way of another program.
     *
     * @throws SpawnException as {@link #spawn} of it would
     */
    void requireExecutable(SpawnRequest request) throws SpawnException;

    /**
     * Watches a process that runs already, our child (after the daemon replaced itself by exec) or not. The end of a
     * child that was not yet asked for is delivered at once.
     *
     * @param onExit called exactly once when it has ended, from another thread or from within this call; must return
     *     fast and not throw
     * @return false when that identity is not alive and its end is not known; {@code onExit} is never called then
     */
    boolean adopt(Identity identity, Consumer<Exit> onExit);

    /**
     * Says that everything worth adopting was adopted: ends of other children, remembered so far for {@link #adopt}, are
     * dropped from now on.
     */
    void forgetUnclaimed();

    /** Whether that very process runs. Zombies do not. */
    boolean alive(Identity identity);

    /**
     * Sends a signal to that very process.
     *
     * @return false when it is gone; nothing was sent then
     * @throws dev.tetra.tsm.model.TsmException.Failed when this user may not signal it
     */
    boolean signal(Identity identity, int signal);

    /**
     * Sends a signal to the process group that this process made. The leader may be a zombie, but must be there still:
     * when it is gone the group's number may mean something else.
     *
     * @return false when the leader is gone or made no group; nothing was sent then
     * @throws dev.tetra.tsm.model.TsmException.Failed when this user may signal none of the group
     */
    boolean signalGroup(Identity leader, int signal);

    /** Whether any process, zombies included, is left in that group. */
    boolean groupExists(long pgid);

    /** One scan of the machine's processes. */
    ProcessTable processes();

    /** The environment a process was started with; empty when it is gone or this user may not look. */
    Optional<Map<String, String>> environment(long pid);

    /** One variable of that environment. */
    default Optional<String> environmentVariable(long pid, String name) {
        return environment(pid).map(all -> all.get(name));
    }

    /** The words of a process; empty when it is gone, a zombie, or a kernel thread. */
    List<String> commandLine(long pid);

    /** Where a process works; empty when it is gone or this user may not look. */
    Optional<String> workingDirectory(long pid);

    /** The absolute path of the program a process executes; empty where that cannot be told, as on macOS. */
    Optional<String> executable(long pid);

    /** The file mode creation mask of a process, 0 to 0777; empty where that cannot be told, as on macOS. */
    OptionalInt umask(long pid);

    /** Every socket of the machine that listens (TCP) or is bound and not connected (UDP). */
    List<Listener> listeners();

    /** Which of these processes have which sockets: inode to pid; of several that share one, the first given. */
    Map<Long, Long> owners(Collection<Long> pids);

    /**
     * Who has the server's end of a connection between two sockets of this machine.
     *
     * @param server the address that was connected to
     * @param client the address that it was connected from
     */
    default Acceptance acceptance(InetSocketAddress server, InetSocketAddress client) {
        return Acceptance.UNTOLD;
    }

    /** Listening sockets by the process, of these, that has them. */
    Map<Long, List<Listener>> listeners(Collection<Long> pids);

    /**
     * Listens on a TCP port, for programs that will get the socket.
     *
     * @param address an IPv4 or IPv6 address; null for all addresses of the machine
     * @throws IOException when the port is taken, or this user may not use it, or the machine has no such address
     */
    ListeningSocket listen(@Nullable String address, int port) throws IOException;

    /**
     * The socket that listens on that port as a process has it, as one of ours too; empty when it has none, or the system
     * does not let us (Linux 5.6 and later do, for processes that this user may trace).
     */
    default Optional<ListeningSocket> listening(Identity process, int port) {
        return Optional.empty();
    }

    /** Whether a server could listen on this port, 1 to 65535. */
    PortState portState(int port);

    /** Whether a server could listen on this port on IPv4 and IPv6, on loopback and on all addresses. */
    default boolean portFree(int port) {
        return portState(port) == PortState.FREE;
    }

    /** Who listens on that TCP port, or has it for UDP when nobody does; empty when nobody does. */
    Optional<PortOwner> portOwner(int port);

    /** The name of a user; the number itself when it has none. */
    String userName(long uid);

    /** What this program may do to the processes that it starts. */
    Rights rights();

    /** The groups in which processes share a limit. */
    ControlGroups controlGroups();

    /**
     * Runs a helper program to its end or its timeout.
     *
     * @throws SpawnException when it could not be executed
     * @throws InterruptedException when the caller was interrupted; the helper was killed then
     */
    HelperResult run(HelperRequest request) throws SpawnException, InterruptedException;

    /** Stops watching. Processes go on. */
    @Override
    void close();
}
