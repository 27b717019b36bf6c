package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTree;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the trees of processes use. CPU is the share since the last look at the same run, if that is long enough ago, else
 * what that look told; at the first look at a run the share since its start.
 */
public final class Usage {
    private static final Duration LONG_ENOUGH = Duration.ofMillis(500);
    private static final Duration SEARCH = Duration.ofSeconds(10);

    private final Reach reach;
    private final int cores = Runtime.getRuntime().availableProcessors();
    private final Map<Long, Last> looks = new ConcurrentHashMap<>();
    private volatile boolean searched;
    private volatile long searchedNanos;

    /** How far to look for what belongs to a run. */
    public enum Reach {
        /** Its group, its session, and what is below it. */
        LINKED,
        /**
         * Also what has left all these, by its environment. As that is most of the work of a look, it is done every ten
         * seconds at most; what was found so is remembered.
         */
        ALL
    }

    /** The last look at a run; members are those besides the leader, and only kept where they could not be found anew. */
    private record Last(long runKey, long cpuNanos, long atNanos, double percent, List<Identity> members) {}

    /**
     * What a tree uses.
     *
     * @param cpuPercent of one core; above 100 on several
     * @param memoryBytes resident set sizes, added up; pages that processes share count in each
     * @param tree its processes, the leader first
     */
    public record Used(double cpuPercent, long memoryBytes, List<ProcessInfo> tree) {}

    public Usage(Reach reach) {
        this.reach = reach;
    }

    /** What runs use by a scan that was just made, by process key; those that do not run are missing. */
    public Map<Long, Used> now(List<ManagedProcess> processes, ProcessTree trees, Instant wallClock) {
        Map<Long, Used> all = new HashMap<>();
        long at = System.nanoTime();
        boolean byEnvironment = reach == Reach.ALL && (!searched || at - searchedNanos >= SEARCH.toNanos());
        if (byEnvironment) {
            searched = true;
            searchedNanos = at;
        }
        for (ManagedProcess process : processes) {
            Run run = process.serving();
            if (process.pid() != null && run != null && run.identity() != null) {
                Last last = looks.get(process.key());
                last = last != null && last.runKey() == run.key() ? last : null;
                List<Identity> known = last == null ? List.of() : last.members();
                List<ProcessTree.Member> members = trees.members(
                        new ProcessTree.Scope(run.identity(), byEnvironment ? run.token() : "", false, known));
                List<ProcessInfo> tree =
                        members.stream().map(ProcessTree.Member::info).toList();
                Last next = next(run, last, cpu(tree, trees), at, wallClock, others(members));
                looks.put(process.key(), next);
                long memory = tree.stream().mapToLong(ProcessInfo::rssBytes).sum();
                all.put(process.key(), new Used(next.percent(), memory, tree));
            }
        }
        looks.keySet().retainAll(all.keySet());
        return all;
    }

    private List<Identity> others(List<ProcessTree.Member> members) {
        return reach == Reach.LINKED || members.size() < 2
                ? List.of()
                : members.stream().skip(1).map(ProcessTree.Member::identity).toList();
    }

    /**
     * The time that a tree has used, that of its members which have ended included: once waited for they count with
     * their parent, and until then they are zombies below a member.
     */
    private static long cpu(List<ProcessInfo> tree, ProcessTree trees) {
        long cpu = 0;
        for (ProcessInfo member : tree) {
            cpu += member.cpuNanos() + member.childrenCpuNanos();
            for (ProcessInfo child : trees.table().children(member.pid())) {
                cpu += child.dead() ? child.cpuNanos() + child.childrenCpuNanos() : 0;
            }
        }
        return cpu;
    }

    private Last next(Run run, @Nullable Last last, long cpu, long at, Instant now, List<Identity> members) {
        if (last == null) {
            return new Last(run.key(), cpu, at, sinceStart(cpu, run, now), members);
        }
        long since = at - last.atNanos();
        if (since < LONG_ENOUGH.toNanos()) {
            // Too short a time to tell anew; the older look stays the one to compare with.
            return new Last(run.key(), last.cpuNanos(), last.atNanos(), last.percent(), members);
        }
        // A member that left without being waited for takes its time with it; one that comes back brings it.
        double share = 100.0 * Math.max(0, cpu - last.cpuNanos()) / since;
        return new Last(run.key(), cpu, at, Math.min(share, 100.0 * cores), members);
    }

    private static double sinceStart(long cpu, Run run, Instant wallClock) {
        Instant started = run.startedAt();
        long lived = started == null ? 0 : Duration.between(started, wallClock).toNanos();
        return lived <= 0 ? 0 : 100.0 * cpu / lived;
    }
}
