package dev.tetra.tsm.engine;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.HealthReport;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Sample;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.spec.Needs;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.store.Tx;
import dev.tetra.tsm.supervise.Launch;
import dev.tetra.tsm.supervise.PortObserver;
import dev.tetra.tsm.supervise.Usage;
import dev.tetra.tsm.supervise.health.Probing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The use cases that only look: list and info. They never wait for a start or a stop that is going on. */
public final class Overview {
    private static final int RECENT = 10;

    private final Store store;
    private final Host host;
    private final Usage usage;
    private final LogFiles logs;
    private final Path home;
    private final PortObserver observer;
    private final Probing probing;
    private final Clock clock;

    Overview(Store store, Host host, LogFiles logs, Path home, PortObserver observer, Probing probing, Clock clock) {
        this.probing = probing;
        this.store = store;
        this.host = host;
        this.usage = new Usage(Usage.Reach.LINKED);
        this.logs = logs;
        this.home = home;
        this.observer = observer;
        this.clock = clock;
    }

    /**
     * Everything about one process.
     *
     * @param tree its processes, each below its parent
     * @param runs the latest, newest first
     * @param events the latest, newest first
     * @param variables of its environment, by name, and where each came from
     * @param health what its probes say
     * @param samples what it used in the last hour, oldest first
     * @param needs what it needs before it is run, and how that is
     * @param neededBy the names of those that run and need it
     * @param serviceRemoved whether its service is no longer there
     */
    public record Details(
            View view,
            List<Branch> tree,
            List<Run> runs,
            List<Event> events,
            List<EnvVar> variables,
            LogFiles.Size out,
            LogFiles.Size err,
            HealthReport health,
            List<Sample> samples,
            List<Needs.Need> needs,
            List<String> neededBy,
            boolean serviceRemoved) {}

    /** Every tracked process, by ID. */
    public List<View> all() {
        return of(store.call(tx -> tx.processes().all()));
    }

    /** Every tracked process, by ID, without a look at the machine: neither what they use nor what they listen on. */
    public List<View> known() {
        Instant now = clock.instant();
        return store.call(tx -> tx.processes().all()).stream()
                .map(p -> view(p, List.of(), null, now))
                .toList();
    }

    /** Every tracked process, by ID, with what they use by a measurement of the caller's own. */
    List<View> all(Usage measured) {
        return of(store.call(tx -> tx.processes().all()), measured);
    }

    /** Those processes, with what they use and listen on now. One scan of the machine serves all. */
    public List<View> of(List<ManagedProcess> processes) {
        return of(processes, usage);
    }

    private List<View> of(List<ManagedProcess> processes, Usage measured) {
        Instant now = clock.instant();
        boolean running = processes.stream().anyMatch(p -> p.pid() != null);
        ProcessTree tree = running ? ProcessTree.now(host) : null;
        Map<Long, Usage.Used> used = tree == null ? Map.of() : measured.now(processes, tree, now);
        Map<Long, List<Observed>> observed = tree == null ? Map.of() : observer.look(processes, tree);
        return processes.stream()
                .map(p -> view(p, observed.getOrDefault(p.key(), List.of()), used.get(p.key()), now))
                .toList();
    }

    /** Everything about a process. */
    public Details details(ManagedProcess process) {
        View view = of(List.of(process)).getFirst();
        List<Branch> branches = Branch.of(view.tree(), host);
        List<ManagedProcess> all = store.call(tx -> tx.processes().all());
        return store.call(tx -> new Details(
                view,
                branches,
                tx.runs().latest(process.key(), RECENT),
                tx.journal().latest(process.key(), RECENT),
                variables(process, tx.environments().of(process.key())),
                size(process, LogStream.OUT),
                size(process, LogStream.ERR),
                probing.report(process),
                tx.samples().of(process.key()),
                Needs.of(process.spec().supervision().order(), all),
                Needs.dependents(process, all).stream()
                        .map(ManagedProcess::name)
                        .toList(),
                removed(process.spec().service(), tx)));
    }

    private static boolean removed(@Nullable String service, Tx tx) {
        return service != null && tx.services().named(service).isEmpty();
    }

    private View view(ManagedProcess process, List<Observed> observed, Usage.@Nullable Used used, Instant now) {
        Run run = process.serving();
        Instant started = run == null || run.exit() != null ? null : run.startedAt();
        Duration uptime = started == null ? null : Duration.between(started, now);
        return new View(
                process,
                observed,
                uptime == null || uptime.isNegative() ? (uptime == null ? null : Duration.ZERO) : uptime,
                used == null ? null : used.cpuPercent(),
                used == null ? null : used.memoryBytes(),
                used == null ? List.of() : used.tree(),
                logs.file(process.name(), LogStream.OUT).toString(),
                logs.file(process.name(), LogStream.ERR).toString());
    }

    /** Of several of one name the one that wins, as when the process is executed. */
    private List<EnvVar> variables(ManagedProcess process, List<EnvVar> stored) {
        String token = process.run() == null ? "" : process.run().token();
        return List.copyOf(
                Launch.variables(process, stored, token, home, host.rights()).values());
    }

    private LogFiles.Size size(ManagedProcess process, LogStream stream) {
        try {
            return logs.size(process.name(), stream);
        } catch (IOException e) {
            return new LogFiles.Size(0, 0, 0);
        }
    }
}
