package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.store.Store;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds, for a daemon that has just started, what is alive of runs, by the tokens in the environments of processes. */
final class LeftRuns {
    private final Host host;
    private final Store store;
    private final TreeScanner scanner;

    LeftRuns(Host host, Store store, TreeScanner scanner) {
        this.host = host;
        this.store = store;
        this.scanner = scanner;
    }

    /**
     * What is alive of the runs before the last one, by the key of the process: the daemon died after it had decided on the
     * next run, and before it had seen the end of all that the one before had left.
     */
    Map<Long, RunTree> beforeTheLast(List<ManagedProcess> tracked) {
        Map<Long, RunTree> left = new HashMap<>();
        if (tracked.isEmpty()) {
            return left;
        }
        Map<Long, ManagedProcess> byKey =
                tracked.stream().collect(Collectors.toMap(ManagedProcess::key, Function.identity()));
        Map<String, List<ProcessTree.Member>> living = new HashMap<>(scanner.with(ProcessTree::tokens));
        tracked.stream().map(ManagedProcess::run).forEach(last -> {
            if (last != null) {
                living.remove(last.token());
            }
        });
        // What goes on until the last one is ready is no leftover of the past.
        tracked.stream().map(process -> process.life().standby()).forEach(standby -> {
            if (standby != null) {
                store.call(tx -> tx.runs().find(standby)).ifPresent(run -> living.remove(run.token()));
            }
        });
        living.forEach((token, members) -> run(token)
                .filter(run -> byKey.containsKey(run.processKey()))
                .ifPresent(run -> left.merge(
                        run.processKey(), tree(run, members, null), (one, other) -> tree(run, members, one))));
        return left;
    }

    private Optional<Run> run(String token) {
        return store.call(tx -> tx.runs().withToken(token));
    }

    private RunTree tree(Run run, List<ProcessTree.Member> members, @Nullable RunTree before) {
        Identity leader = run.identity() == null ? leader(host, members) : run.identity();
        return new RunTree(host, scanner, leader, run.token(), before);
    }

    /**
     * The leader of a run of which only the token is known, as a daemon may have died between the spawn and its commit;
     * empty when nothing of it is alive. One that is dead has the right pid, and no start time that any process has.
     */
    static Optional<Identity> leader(Host host, TreeScanner scanner, Run run) {
        List<ProcessTree.Member> members =
                scanner.with(found -> found.tokens().getOrDefault(run.token(), List.of())).stream()
                        .filter(member -> host.environmentVariable(member.info().pid(), AroundRun.VARIABLE)
                                .isEmpty())
                        .toList();
        return members.isEmpty() ? Optional.empty() : Optional.of(leader(host, members));
    }

    /** The session of the first of them was made for the leader; descendants can make others, but later. */
    private static Identity leader(Host host, List<ProcessTree.Member> members) {
        long session = members.stream()
                .min(Comparator.comparingLong((ProcessTree.Member m) -> m.info().startTicks())
                        .thenComparingLong(m -> m.info().pid()))
                .orElseThrow()
                .info()
                .sid();
        return members.stream()
                .filter(m -> m.info().pid() == session)
                .map(ProcessTree.Member::identity)
                .findFirst()
                .orElse(new Identity(session, 0, host.bootId()));
    }
}
