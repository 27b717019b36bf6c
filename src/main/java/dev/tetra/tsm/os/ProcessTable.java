package dev.tetra.tsm.os;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The machine's processes, zombies included, as one scan found them. Used by one thread. */
public final class ProcessTable {
    private final Map<Long, ProcessInfo> byPid;
    private @Nullable Map<Long, List<ProcessInfo>> byParent;
    private @Nullable Map<Long, List<ProcessInfo>> byGroup;
    private @Nullable Map<Long, List<ProcessInfo>> bySession;

    /** A table of these processes. */
    public ProcessTable(Collection<ProcessInfo> processes) {
        byPid = HashMap.newHashMap(processes.size());
        for (ProcessInfo process : processes) {
            byPid.put(process.pid(), process);
        }
    }

    /** The process of that pid. */
    public Optional<ProcessInfo> get(long pid) {
        return Optional.ofNullable(byPid.get(pid));
    }

    /** All of them, in no order. */
    public Collection<ProcessInfo> all() {
        return byPid.values();
    }

    /** The direct children. */
    public List<ProcessInfo> children(long pid) {
        if (byParent == null) {
            byParent = index(ProcessInfo::ppid);
        }
        return byParent.getOrDefault(pid, List.of());
    }

    /** Children, their children and so on; without the process itself. */
    public List<ProcessInfo> descendants(long pid) {
        List<ProcessInfo> found = new ArrayList<>();
        Set<Long> seen = new HashSet<>(Set.of(pid));
        Deque<Long> open = new ArrayDeque<>(List.of(pid));
        while (!open.isEmpty()) {
            for (ProcessInfo child : children(open.remove())) {
                if (seen.add(child.pid())) {
                    found.add(child);
                    open.add(child.pid());
                }
            }
        }
        return found;
    }

    /** The members of a process group. */
    public List<ProcessInfo> group(long pgid) {
        if (byGroup == null) {
            byGroup = index(ProcessInfo::pgid);
        }
        return byGroup.getOrDefault(pgid, List.of());
    }

    /** The members of a session. */
    public List<ProcessInfo> session(long sid) {
        if (bySession == null) {
            bySession = index(ProcessInfo::sid);
        }
        return bySession.getOrDefault(sid, List.of());
    }

    private Map<Long, List<ProcessInfo>> index(ToLongFunction<ProcessInfo> key) {
        Map<Long, List<ProcessInfo>> index = HashMap.newHashMap(byPid.size());
        for (ProcessInfo process : byPid.values()) {
            index.computeIfAbsent(key.applyAsLong(process), one -> new ArrayList<>(2))
                    .add(process);
        }
        return index;
    }
}
