package dev.tetra.tsm.engine;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.PortObserver;
import java.io.IOException;
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
    private final Usage usage;
    private final LogFiles logs;
    private final PortObserver observer;
    private final Clock clock;

    Overview(Store store, Host host, LogFiles logs, PortObserver observer, Clock clock) {
        this.store = store;
        this.usage = new Usage(host);
        this.logs = logs;
        this.observer = observer;
        this.clock = clock;
    }

    /** Everything about one process. */
    public record Details(
            View view, List<Run> runs, List<Event> events, List<EnvVar> variables, long outBytes, long errBytes) {}

    /** Every tracked process, by ID. */
    public List<View> all() {
        record Rows(List<ManagedProcess> processes, Map<Long, List<Observed>> observed) {}
        Rows rows = store.call(tx -> new Rows(tx.processes().all(), tx.ports().observed()));
        return views(rows.processes(), rows.observed());
    }

    /** Those processes, with their ports looked at now. */
    public List<View> of(List<ManagedProcess> processes) {
        return views(processes, observer.look(processes));
    }

    /** Everything about a process. */
    public Details details(ManagedProcess process) {
        View view = of(List.of(process)).getFirst();
        return store.call(tx -> new Details(
                view,
                tx.runs().latest(process.key(), RECENT),
                tx.journal().latest(process.key(), RECENT),
                tx.environments().of(process.key()),
                size(process, LogStream.OUT),
                size(process, LogStream.ERR)));
    }

    private List<View> views(List<ManagedProcess> processes, Map<Long, List<Observed>> observed) {
        Instant now = clock.instant();
        Map<Long, Usage.Used> used = usage.now(processes, now);
        return processes.stream()
                .map(p -> view(p, observed.getOrDefault(p.key(), List.of()), used.get(p.key()), now))
                .toList();
    }

    private View view(ManagedProcess process, List<Observed> observed, Usage.@Nullable Used used, Instant now) {
        Run run = process.run();
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

    private long size(ManagedProcess process, LogStream stream) {
        try {
            return logs.size(process.name(), stream);
        } catch (IOException e) {
            return 0;
        }
    }
}
