package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Identity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which processes belong to which run, at the time of one scan: its leader, the leader's process group and session, all
 * that have the run's token as TSM_RUN in their environment, those known to belong to it from an earlier scan, and the
 * descendants of all these. Zombies, pid 1, this program, and what is below these two only, never belong. Used by one
 * thread.
 */
public final class ProcessTree {
    private static final String TOKEN = "TSM_RUN";

    private final Host host;
    private final ProcessTable table;
    private final Identity self;
    private @Nullable Map<String, List<ProcessInfo>> byToken;

    /** A member of a run's tree. */
    public record Member(Identity identity, ProcessInfo info) {}

    /**
     * The run to look for.
     *
     * @param leader the process that was spawned, alive or not
     * @param token its TSM_RUN; empty to leave out the search through all environments, which is most of the work
     * @param leaderEndSeen the leader was watched until its end by this daemon, lately: then its group and session still
     *     are its, as the kernel gives a pid to nobody while it names a group or session. Else, with the leader gone,
     *     only the token counts, as the numbers may have been given to strangers since
     * @param known members of an earlier scan
     */
    public record Scope(Identity leader, String token, boolean leaderEndSeen, Collection<Identity> known) {
        /** A run of which no more is known. */
        public Scope(Identity leader, String token) {
            this(leader, token, false, List.of());
        }
    }

    /** The trees in that scan. */
    public ProcessTree(Host host, ProcessTable table) {
        this.host = host;
        this.table = table;
        this.self = host.self();
    }

    /** The trees in a new scan. */
    public static ProcessTree now(Host host) {
        return new ProcessTree(host, host.processes());
    }

    /** The scan. */
    public ProcessTable table() {
        return table;
    }

    /** Everything alive that belongs to the run; the leader first, then by start. */
    public List<Member> members(Scope scope) {
        Map<Long, ProcessInfo> found = new LinkedHashMap<>();
        Deque<ProcessInfo> open = new ArrayDeque<>(seeds(scope));
        while (!open.isEmpty()) {
            ProcessInfo process = open.remove();
            if (mayBelong(process) && found.putIfAbsent(process.pid(), process) == null) {
                open.addAll(table.children(process.pid()));
            }
        }
        return found.values().stream()
                .filter(process -> !process.dead())
                .sorted(Comparator.comparing(
                                (ProcessInfo p) -> p.pid() != scope.leader().pid())
                        .thenComparingLong(ProcessInfo::startTicks)
                        .thenComparingLong(ProcessInfo::pid))
                .map(process -> new Member(process.identity(host.bootId()), process))
                .toList();
    }

    private boolean mayBelong(ProcessInfo process) {
        return process.pid() > 1 && process.pid() != self.pid();
    }

    private List<ProcessInfo> seeds(Scope scope) {
        List<ProcessInfo> seeds = new ArrayList<>();
        if (!scope.token().isEmpty()) {
            seeds.addAll(byToken().getOrDefault(scope.token(), List.of()));
        }
        Identity leader = scope.leader();
        if (leader.bootId().equals(host.bootId())) {
            ProcessInfo there = table.get(leader.pid()).orElse(null);
            boolean same = there != null && there.startTicks() == leader.startTicks();
            if (same || (there == null && scope.leaderEndSeen())) {
                seeds.addAll(table.group(leader.pid()));
                seeds.addAll(table.session(leader.pid()));
            }
            if (same) {
                seeds.add(there);
            }
        }
        for (Identity known : scope.known()) {
            table.get(known.pid())
                    .filter(process -> process.identity(host.bootId()).equals(known))
                    .ifPresent(seeds::add);
        }
        return seeds;
    }

    /** Every process that has a token, by it; looked up once a scan. */
    private Map<String, List<ProcessInfo>> byToken() {
        if (byToken == null) {
            Map<String, List<ProcessInfo>> found = new HashMap<>();
            for (ProcessInfo process : table.all()) {
                if (!process.dead() && mayBelong(process)) {
                    host.environmentVariable(process.pid(), TOKEN)
                            .ifPresent(token -> found.computeIfAbsent(token, key -> new ArrayList<>())
                                    .add(process));
                }
            }
            byToken = found;
        }
        return byToken;
    }

    /** Every living process that tsm started, of any home, by the token in its environment. */
    public Map<String, List<Member>> tokens() {
        Map<String, List<Member>> all = new HashMap<>();
        byToken()
                .forEach((token, processes) -> all.put(
                        token,
                        processes.stream()
                                .map(process -> new Member(process.identity(host.bootId()), process))
                                .toList()));
        return all;
    }
}
