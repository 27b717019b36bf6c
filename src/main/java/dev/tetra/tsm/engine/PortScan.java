package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Listener;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One look at who listens where on the machine, and which of that is ours. Ours is what is in the tree of a tracked
 * process, by identity and by the token in its environment; nothing else.
 */
final class PortScan {
    private final Host host;
    private final ProcessTree tree;
    private final Map<Long, ManagedProcess> ours = new HashMap<>();
    /** Those for which tsm listens itself, by port: what has no program just then has its socket from the daemon all the same. */
    private final Map<Integer, ManagedProcess> listenedFor = new HashMap<>();

    PortScan(Host host, List<ManagedProcess> tracked) {
        this.host = host;
        this.tree = ProcessTree.now(host);
        for (ManagedProcess process : tracked) {
            if (process.instances().listen() != null && process.port() != null) {
                listenedFor.putIfAbsent(process.port(), process);
            }
            for (Run run : process.runs()) {
                if (run.identity() == null) {
                    continue;
                }
                tree.members(new ProcessTree.Scope(run.identity(), run.token()))
                        .forEach(member -> ours.putIfAbsent(member.info().pid(), process));
            }
        }
    }

    /**
     * A process that listens on a port.
     *
     * @param addresses all that it listens on there
     * @param pid null when this user may not see whose the socket is
     * @param process the tracked process in whose tree it is
     * @param command with what looks secret masked; empty when unknown
     */
    record Held(
            int port,
            Listener.Protocol protocol,
            List<String> addresses,
            @Nullable Long pid,
            String user,
            String command,
            @Nullable ManagedProcess process) {
        boolean tcp() {
            return protocol == Listener.Protocol.TCP;
        }

        boolean of(ManagedProcess other) {
            return process != null && process.key() == other.key();
        }
    }

    ProcessTree tree() {
        return tree;
    }

    /** The tracked process in whose tree a pid is. */
    Optional<ManagedProcess> owner(long pid) {
        return Optional.ofNullable(ours.get(pid));
    }

    /** Who listens on such ports, in their order; also whatever of ours listens anywhere. */
    List<Held> on(IntPredicate ports) {
        long self = host.self().pid();
        List<Long> pids = tree.table().all().stream()
                .filter(info -> !info.dead())
                // The daemon has the sockets of programs, too: it counts only for those that no program has.
                .sorted(Comparator.comparing((ProcessInfo info) -> info.pid() == self)
                        .thenComparingLong(ProcessInfo::startTicks)
                        .thenComparingLong(ProcessInfo::pid))
                .map(ProcessInfo::pid)
                .toList();
        Map<Long, Long> owners = host.owners(pids);
        record Place(
                int port,
                Listener.Protocol protocol,
                @Nullable Long pid,
                long uid) {}
        Map<Place, List<String>> places = new HashMap<>();
        for (Listener listener : host.listeners()) {
            Long pid = owners.get(listener.inode());
            if (ports.test(listener.port()) || (pid != null && ours.containsKey(pid))) {
                List<String> addresses = places.computeIfAbsent(
                        new Place(listener.port(), listener.protocol(), pid, listener.uid()), p -> new ArrayList<>(2));
                if (!addresses.contains(listener.address())) {
                    addresses.add(listener.address());
                }
            }
        }
        return places.entrySet().stream()
                .map(entry -> {
                    Place place = entry.getKey();
                    Long pid = place.pid();
                    return new Held(
                            place.port(),
                            place.protocol(),
                            List.copyOf(entry.getValue()),
                            pid,
                            host.userName(place.uid()),
                            pid == null ? "" : command(pid),
                            pid == null ? null : pid == self ? listenedFor.get(place.port()) : ours.get(pid));
                })
                .sorted(Comparator.comparingInt(Held::port)
                        .thenComparing(Held::protocol)
                        .thenComparingLong(held -> held.pid() == null ? Long.MAX_VALUE : held.pid()))
                .toList();
    }

    private String command(long pid) {
        String command = Stranger.command(pid, host);
        return command.isEmpty() ? tree.table().get(pid).map(ProcessInfo::comm).orElse("") : command;
    }
}
