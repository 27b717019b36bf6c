package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Listener;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which process has which listening socket, remembered between looks: finding that out means to read every descriptor of
 * every process, and between two looks hardly ever anything changes.
 *
 * <p>A look reads the descriptors again only when there is a socket it has not met, when the process that had one is
 * gone, or when there are new processes, which may have inherited one that was nobody's of interest.
 */
final class SocketOwners {
    private final Host host;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<Long, Identity> owners = Map.of();
    private Set<Long> others = Set.of();
    private Set<Identity> asked = Set.of();

    SocketOwners(Host host) {
        this.host = host;
    }

    /** The pid, of these processes, that has each socket, by the socket's number. */
    Map<Long, Long> of(List<Listener> listeners, Map<Long, Identity> processes) {
        lock.lock();
        try {
            boolean grown = !asked.containsAll(processes.values());
            boolean known = listeners.stream().allMatch(listener -> {
                Identity owner = owners.get(listener.inode());
                return owner == null ? others.contains(listener.inode()) : owner.equals(processes.get(owner.pid()));
            });
            if (!known || grown) {
                read(listeners, processes);
            }
            Map<Long, Long> found = new HashMap<>();
            owners.forEach((inode, owner) -> {
                if (owner.equals(processes.get(owner.pid()))) {
                    found.put(inode, owner.pid());
                }
            });
            return found;
        } finally {
            lock.unlock();
        }
    }

    private void read(List<Listener> listeners, Map<Long, Identity> processes) {
        Map<Long, Identity> mine = new HashMap<>();
        Set<Long> rest = new HashSet<>();
        Map<Long, Long> found = host.owners(processes.keySet());
        for (Listener listener : listeners) {
            Long pid = found.get(listener.inode());
            if (pid == null) {
                rest.add(listener.inode());
            } else {
                mine.put(listener.inode(), processes.get(pid));
            }
        }
        owners = mine;
        others = rest;
        asked = Set.copyOf(processes.values());
    }
}
