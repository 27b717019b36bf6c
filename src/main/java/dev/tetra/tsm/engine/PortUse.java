package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.PortSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A port of a process.
 *
 * @param source who said that the process gets it; null for one that is not reserved, but listened on
 * @param listeners what of the process's tree has the port now
 * @param elsewhere the TCP ports that it listens on in place of this one, which is reserved for it
 */
public record PortUse(
        int port,
        @Nullable PortSource source,
        ManagedProcess process,
        List<Observed> listeners,
        List<Integer> elsewhere) {
    public PortUse {
        listeners = List.copyOf(listeners);
        elsewhere = List.copyOf(elsewhere);
    }

    /** The reserved ports of processes, and the others that they listen on, in order. */
    static List<PortUse> of(List<ManagedProcess> processes, Map<Long, List<Observed>> observed) {
        List<PortUse> uses = new ArrayList<>();
        for (ManagedProcess process : processes) {
            List<Observed> seen = observed.getOrDefault(process.key(), List.of());
            TreeSet<Integer> ports = new TreeSet<>();
            seen.forEach(o -> ports.add(o.port()));
            if (process.port() != null) {
                ports.add(process.port());
            }
            ports.forEach(port -> uses.add(use(port, process, seen)));
        }
        uses.sort(Comparator.comparingInt(PortUse::port)
                .thenComparingInt(use -> use.process().id()));
        return uses;
    }

    private static PortUse use(int port, ManagedProcess process, List<Observed> seen) {
        boolean reserved = process.port() != null && process.port() == port;
        List<Observed> here = seen.stream().filter(o -> o.port() == port).toList();
        boolean tcp = here.stream().anyMatch(o -> o.protocol().equals("tcp"));
        List<Integer> elsewhere = reserved && !tcp
                ? seen.stream()
                        .filter(o -> o.protocol().equals("tcp"))
                        .map(Observed::port)
                        .distinct()
                        .toList()
                : List.of();
        return new PortUse(port, reserved ? process.portSource() : null, process, here, elsewhere);
    }
}
