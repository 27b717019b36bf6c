package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Listener;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.spec.CommandLine;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds processes that this home started and no longer tracks. They are known by TSM_DIR and TSM_RUN in their
 * environment, and the latter must be one that this home gave out, so a stranger who has the variables is none.
 *
 * <p>Apart from these, what only looks like one: the user's own servers in the ranges whose parent is gone.
 */
public final class Orphans {
    private final Supervision with;
    private final Supervisor supervisor;
    private final Host host;
    private final PortBook book;

    Orphans(Supervision with, Supervisor supervisor) {
        this.with = with;
        this.supervisor = supervisor;
        this.host = with.host();
        this.book = new PortBook(host, with.home());
    }

    /**
     * A process that tsm started and does not track.
     *
     * @param leader the process that tsm executed; its descendants belong to it
     * @param token its TSM_RUN
     * @param name the name it was given
     * @param id the TSM ID it was given
     * @param pids of its whole tree, the leader first
     * @param ports that its tree listens on
     * @param command with what looks secret masked
     * @param obstacle why it cannot be taken back; empty when it can
     */
    public record Orphan(
            Identity leader,
            String token,
            String name,
            @Nullable Integer id,
            List<Long> pids,
            List<Integer> ports,
            String command,
            String obstacle) {
        /** Whether it can be taken back. */
        public boolean adoptable() {
            return obstacle.isEmpty();
        }
    }

    /** A server of the user's own that may have lost its parent. */
    public record Stray(long pid, Kind kind, List<Integer> ports, String command) {}

    /** What was found. */
    public record Found(List<Orphan> exact, List<Stray> likely) {}

    /** What the database knows of the runs that are found. */
    private record Known(Map<Long, ManagedProcess> tracked, Map<String, Run> runs, PortBook.Range range) {}

    /** Looks for both. */
    public Found find() {
        ProcessTree tree = ProcessTree.now(host);
        Map<String, List<ProcessTree.Member>> tokens = ours(tree);
        tokens.keySet().removeAll(supervisor.unwritten());
        Known known = known(tokens.keySet());
        Map<Long, List<Integer>> ports = ports(tree);
        List<Orphan> exact = exact(tree, tokens, known, ports);
        return new Found(exact, likely(tree, known, ports, exact));
    }

    /** Only those that can be taken back for sure. */
    List<Orphan> exact() {
        ProcessTree tree = ProcessTree.now(host);
        Map<String, List<ProcessTree.Member>> tokens = ours(tree);
        tokens.keySet().removeAll(supervisor.unwritten());
        return tokens.isEmpty() ? List.of() : exact(tree, tokens, known(tokens.keySet()), Map.of());
    }

    private Map<String, List<ProcessTree.Member>> ours(ProcessTree tree) {
        Map<String, List<ProcessTree.Member>> ours = new HashMap<>();
        String home = with.home().toString();
        tree.tokens().forEach((token, members) -> {
            List<ProcessTree.Member> here = members.stream()
                    .filter(m -> host.environmentVariable(m.info().pid(), "TSM_DIR")
                            .filter(home::equals)
                            .isPresent())
                    .toList();
            if (!here.isEmpty()) {
                ours.put(token, here);
            }
        });
        return ours;
    }

    private Known known(Collection<String> tokens) {
        return with.store()
                .call(tx -> new Known(
                        tx.processes().all().stream()
                                .collect(Collectors.toMap(ManagedProcess::key, Function.identity())),
                        tokens.stream()
                                .flatMap(token -> tx.runs().withToken(token).stream())
                                .collect(Collectors.toMap(Run::token, Function.identity())),
                        book.range(tx)));
    }

    private List<Orphan> exact(
            ProcessTree tree,
            Map<String, List<ProcessTree.Member>> tokens,
            Known known,
            Map<Long, List<Integer>> ports) {
        List<Orphan> found = new ArrayList<>();
        tokens.forEach((token, members) -> {
            Run run = known.runs().get(token);
            boolean ours = run != null || supervisor.gaveOut(token);
            if (ours && !supervised(run, known)) {
                Orphan orphan = orphan(tree, token, members, run, ports);
                // Between the scan and the look at the rows it may have ended or been deleted.
                if (host.alive(orphan.leader())) {
                    found.add(orphan);
                }
            }
        });
        found.sort(Comparator.comparingLong(o -> o.leader().pid()));
        return found;
    }

    /** Whether the supervisor of a tracked process has that run in hand, be it to end what is left of it. */
    private static boolean supervised(@Nullable Run run, Known known) {
        ManagedProcess process = run == null ? null : known.tracked().get(run.processKey());
        if (run == null || process == null) {
            return false;
        }
        Run present = process.run();
        boolean same = present != null && present.key() == run.key();
        return !process.status().settled() || (same && run.exit() == null);
    }

    private Orphan orphan(
            ProcessTree tree,
            String token,
            List<ProcessTree.Member> members,
            @Nullable Run run,
            Map<Long, List<Integer>> ports) {
        // Only what tsm executed leads a session since its beginning; of several the eldest.
        Optional<ProcessTree.Member> leads = members.stream()
                .filter(m -> m.info().pid() == m.info().sid())
                .min(Comparator.comparingLong((ProcessTree.Member m) -> m.info().startTicks())
                        .thenComparingLong(m -> m.info().pid()));
        ProcessTree.Member first = leads.orElse(members.getFirst());
        List<ProcessTree.Member> whole = tree.members(new ProcessTree.Scope(first.identity(), token));
        String obstacle = "";
        if (leads.isEmpty()) {
            obstacle = "the process that tsm executed is gone, and this is what it left";
        } else if (run != null && run.exit() != null) {
            obstacle = "it was left by a run that ended";
        }
        long pid = first.info().pid();
        return new Orphan(
                first.identity(),
                token,
                host.environmentVariable(pid, "TSM_NAME").orElse(""),
                number(host.environmentVariable(pid, "TSM_ID").orElse("")),
                whole.stream().map(m -> m.info().pid()).toList(),
                whole.stream()
                        .flatMap(m -> ports.getOrDefault(m.info().pid(), List.of()).stream())
                        .distinct()
                        .sorted()
                        .toList(),
                Stranger.command(pid, host),
                obstacle);
    }

    private static @Nullable Integer number(String text) {
        return text.matches("[0-9]{1,9}") ? Integer.valueOf(text) : null;
    }

    private Map<Long, List<Integer>> ports(ProcessTree tree) {
        List<Long> pids = tree.table().all().stream().map(ProcessInfo::pid).toList();
        Map<Long, List<Integer>> ports = new HashMap<>();
        host.listeners(pids)
                .forEach((pid, listeners) -> ports.put(
                        pid,
                        listeners.stream()
                                .filter(l -> l.protocol() == Listener.Protocol.TCP)
                                .map(Listener::port)
                                .distinct()
                                .sorted()
                                .toList()));
        return ports;
    }

    private List<Stray> likely(ProcessTree tree, Known known, Map<Long, List<Integer>> ports, List<Orphan> exact) {
        Set<Long> named = new HashSet<>();
        exact.forEach(orphan -> named.addAll(orphan.pids()));
        for (ManagedProcess process : known.tracked().values()) {
            for (Run run : process.runs()) {
                if (run.identity() == null) {
                    continue;
                }
                tree.members(new ProcessTree.Scope(run.identity(), run.token()))
                        .forEach(member -> named.add(member.info().pid()));
            }
        }
        long own = tree.table().get(host.self().pid()).map(ProcessInfo::uid).orElse(-1L);
        List<Stray> strays = new ArrayList<>();
        ports.forEach((pid, all) -> {
            ProcessInfo info = tree.table().get(pid).orElse(null);
            List<Integer> inRange = all.stream()
                    .filter(port -> PortDoctor.ofInterest(port, known.range()))
                    .toList();
            if (info != null
                    && info.uid() == own
                    && !inRange.isEmpty()
                    && !named.contains(pid)
                    && pid != host.self().pid()
                    && abandoned(info, tree)
                    && !ofAnotherHome(pid)) {
                kind(pid).ifPresent(kind -> strays.add(new Stray(pid, kind, all, Stranger.command(pid, host))));
            }
        });
        strays.sort(Comparator.comparingLong(Stray::pid));
        return strays;
    }

    /** Its parent is init, or the user's manager, which takes over what lost its own (prctl(2), PR_SET_CHILD_SUBREAPER). */
    private static boolean abandoned(ProcessInfo info, ProcessTree tree) {
        return info.ppid() <= 1
                || tree.table()
                        .get(info.ppid())
                        .filter(parent -> parent.comm().equals("systemd"))
                        .isPresent();
    }

    /** Of a home that is gone nobody takes care, so what it left is a stray. */
    private boolean ofAnotherHome(long pid) {
        return Stranger.otherHome(pid, host, with.home())
                .filter(home -> Files.isDirectory(Path.of(home)))
                .isPresent();
    }

    private Optional<Kind> kind(long pid) {
        List<String> words = host.commandLine(pid);
        try {
            return words.isEmpty()
                    ? Optional.empty()
                    : Optional.of(CommandLine.describe(
                                            words,
                                            new SearchPath(
                                                    host.workingDirectory(pid).orElse("/"), "", new RealFiles()))
                                    .kind())
                            .filter(kind -> kind != Kind.BINARY);
        } catch (TsmException e) {
            return Optional.empty();
        }
    }
}
