package dev.tetra.tsm.engine;

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

/**
 * What the trees of processes use. CPU is the share since the last look at the same run, if that is long enough ago, else
 * the share since its start.
 */
final class Usage {
    private static final Duration LONG_ENOUGH = Duration.ofMillis(500);

    private final Map<Long, Sample> samples = new ConcurrentHashMap<>();

    private record Sample(long runKey, long cpuNanos, long atNanos) {}

    /**
     * What a tree uses.
     *
     * @param cpuPercent of one core; above 100 on several
     * @param memoryBytes resident set sizes, added up; pages that processes share count in each
     * @param tree its processes, the leader first
     */
    record Used(double cpuPercent, long memoryBytes, List<ProcessInfo> tree) {}

    /** What runs use by a scan that was just made, by process key; those that do not run are missing. */
    Map<Long, Used> now(List<ManagedProcess> processes, ProcessTree trees, Instant wallClock) {
        Map<Long, Used> all = new HashMap<>();
        List<ManagedProcess> running =
                processes.stream().filter(p -> p.pid() != null).toList();
        long at = System.nanoTime();
        for (ManagedProcess process : running) {
            Run run = process.run();
            if (run != null && run.identity() != null) {
                List<ProcessInfo> tree = trees.members(new ProcessTree.Scope(run.identity(), "")).stream()
                        .map(ProcessTree.Member::info)
                        .toList();
                long memory = tree.stream().mapToLong(ProcessInfo::rssBytes).sum();
                all.put(process.key(), new Used(cpu(process.key(), run, tree, at, wallClock), memory, tree));
            }
        }
        samples.keySet().retainAll(all.keySet());
        return all;
    }

    private double cpu(long key, Run run, List<ProcessInfo> tree, long at, Instant wallClock) {
        long cpu = tree.stream().mapToLong(ProcessInfo::cpuNanos).sum();
        Sample last = samples.get(key);
        if (last == null || last.runKey() != run.key() || cpu < last.cpuNanos()) {
            samples.put(key, new Sample(run.key(), cpu, at));
            return sinceStart(cpu, run, wallClock);
        }
        long since = at - last.atNanos();
        if (since < LONG_ENOUGH.toNanos()) {
            // Too short a time to tell; the older sample stays for the next look.
            return sinceStart(cpu, run, wallClock);
        }
        samples.put(key, new Sample(run.key(), cpu, at));
        return 100.0 * (cpu - last.cpuNanos()) / since;
    }

    private static double sinceStart(long cpu, Run run, Instant wallClock) {
        Instant started = run.startedAt();
        long lived = started == null ? 0 : Duration.between(started, wallClock).toNanos();
        return lived <= 0 ? 0 : 100.0 * cpu / lived;
    }
}
