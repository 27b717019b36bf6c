package dev.tetra.tsm.engine;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.CommandRecord;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.supervise.PortObserver;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import java.util.List;

/** Everything a user can ask for, by use case. */
public final class Engine {
    private final Supervision with;
    private final PatternBook patterns;
    private final Starter starter;
    private final Keeper keeper;
    private final Overview overview;
    private final Target targets;
    private final Killer killer;
    private final Narrator narrator;
    private final PortObserver observer;

    public Engine(Supervision with, Supervisor supervisor, PortObserver observer) {
        this.with = with;
        this.observer = observer;
        EnvFileReader envFiles = new EnvFileReader(with.host());
        Outcomes outcomes = new Outcomes(with.store(), with.host(), with.logs());
        this.patterns = new PatternBook(with.home());
        this.keeper = new Keeper(with.store(), supervisor, with.host(), with.logs(), envFiles, outcomes);
        this.starter = new Starter(with, supervisor, patterns, envFiles, outcomes, keeper);
        this.overview = new Overview(with.store(), with.host(), with.logs(), observer, with.clock());
        this.targets = new Target(with.store(), with.host());
        this.killer = new Killer(targets, with.host());
        this.narrator = new Narrator(with.store(), outcomes, with.clock());
    }

    /** Starting commands. */
    public Starter starter() {
        return starter;
    }

    /** Stopping, restarting, deleting and more. */
    public Keeper keeper() {
        return keeper;
    }

    /** Looking at processes. */
    public Overview overview() {
        return overview;
    }

    /** Finding processes by a user's words. */
    public Target targets() {
        return targets;
    }

    /** Killing, also what tsm does not manage. */
    public Killer killer() {
        return killer;
    }

    /** Saying why a process is as it is. */
    public Narrator narrator() {
        return narrator;
    }

    /** The patterns that commands are classified by. */
    public PatternBook patterns() {
        return patterns;
    }

    /** The log files. */
    public LogFiles logs() {
        return with.logs();
    }

    /** Rules about a command's words, with a caller's programs. */
    public SearchPath programs(Caller caller) {
        return new SearchPath(caller.cwd(), caller.path(), new RealFiles());
    }

    /**
     * A port that is reserved for a process.
     *
     * @param observed the TCP and UDP ports its tree listens on now
     */
    public record Allocation(int port, PortSource source, ManagedProcess process, List<Observed> observed) {}

    /** The ports that are reserved, in order, and what really listens. */
    public List<Allocation> ports() {
        List<ManagedProcess> all = with.store().call(tx -> tx.processes().all());
        var seen = observer.look(all);
        return all.stream()
                .filter(p -> p.port() != null && p.portSource() != null)
                .map(p -> new Allocation(p.port(), p.portSource(), p, seen.getOrDefault(p.key(), List.of())))
                .sorted((a, b) -> Integer.compare(a.port(), b.port()))
                .toList();
    }

    /** Writes down a command that was to change something. */
    public void record(CommandRecord command) {
        with.store().run(tx -> tx.journal().command(command));
    }
}
