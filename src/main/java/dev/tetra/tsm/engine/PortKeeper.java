package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.PortState;
import dev.tetra.tsm.spec.Classified;
import dev.tetra.tsm.spec.CommandLine;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Patterns;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.spec.Template;
import dev.tetra.tsm.store.Tx;
import dev.tetra.tsm.supervise.PortObserver;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.Wish;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The use cases of {@code tsm ports range}, {@code ports claim} and {@code ports cleanup}. */
public final class PortKeeper {
    private final Supervision with;
    private final Supervisor supervisor;
    private final PortObserver observer;
    private final PatternBook patterns;
    private final Outcomes outcomes;
    private final PortBook book;

    PortKeeper(
            Supervision with, Supervisor supervisor, PortObserver observer, PatternBook patterns, Outcomes outcomes) {
        this.with = with;
        this.supervisor = supervisor;
        this.observer = observer;
        this.patterns = patterns;
        this.outcomes = outcomes;
        this.book = new PortBook(with.host(), with.home());
    }

    /**
     * The range of ports.
     *
     * @param from the first, 1 to 65535
     * @param to the last
     * @param outside processes that hold a port outside of it
     */
    public record Range(int from, int to, List<ManagedProcess> outside) {}

    /** The range that ports are given from. */
    public Range range() {
        return with.store().call(tx -> described(tx, book.range(tx)));
    }

    /**
     * Sets the range. Ports that are held stay held.
     *
     * @throws TsmException.Usage when that is no range of ports
     */
    public Range setRange(String text) {
        PortBook.Range range = PortBook.Range.parse(text);
        return with.store().decide(tx -> {
            book.saveRange(tx, range);
            return described(tx, range);
        });
    }

    private static Range described(Tx tx, PortBook.Range range) {
        return new Range(
                range.from(),
                range.to(),
                tx.processes().all().stream()
                        .filter(p -> p.portSource() == PortSource.RANGE && p.port() != null && !range.holds(p.port()))
                        .toList());
    }

    /** The ports that are claimed for nobody yet. */
    public Set<Integer> claimed() {
        return with.store().call(book::claimed);
    }

    /**
     * Claims a port: from now on only who names it gets it. Returns whether it was not claimed before.
     *
     * @throws TsmException.Conflict when it is held or taken
     */
    public boolean claim(int port) {
        return with.store().decide(tx -> {
            Set<Integer> claimed = book.claimed(tx);
            if (claimed.contains(port)) {
                return false;
            }
            if (tx.ports().holder(port).isPresent()) {
                throw book.held(tx, port, PortSource.RANGE);
            }
            refuseTaken(port, () -> tx.processes().all());
            claimed.add(port);
            book.saveClaimed(tx, claimed);
            return true;
        });
    }

    /** Gives a claimed port back to the range. Returns whether it was claimed. */
    public boolean release(int port) {
        return with.store().decide(tx -> {
            Set<Integer> claimed = book.claimed(tx);
            boolean was = claimed.remove(port);
            book.saveClaimed(tx, claimed);
            return was;
        });
    }

    /**
     * Reserves a port for a process in place of the one it has. A process that runs gets it with its next run.
     *
     * @return the process, and whether that changed anything
     * @throws TsmException.Conflict when it is held by another, or another listens on it
     * @throws TsmException.Usage when its command is a shell line that says the port, or the process has a control socket
     */
    public Started claim(int port, ManagedProcess process, Caller caller) {
        if (process.port() != null && process.port() == port) {
            return new Started(process, false, List.of());
        }
        if (process.spec().type() == ProcessType.SOCKET) {
            throw new TsmException.Usage(
                    process.label() + " has a control socket and no port",
                    "start it anew with a port: tsm start --port " + port + " …");
        }
        if (process.portSource() == PortSource.COMMAND
                && CommandWords.usesShellSyntax(process.spec().command())) {
            throw new TsmException.Usage(
                    "the command of " + process.label() + " is a line for a shell that says port " + process.port()
                            + " itself",
                    "delete it and start it with the other port in its command");
        }
        boolean own = observer.look(List.of(process)).getOrDefault(process.key(), List.of()).stream()
                .map(Observed::port)
                .anyMatch(p -> p == port);
        with.store().run(tx -> {
            if (tx.ports().holder(port).isPresent()) {
                throw book.held(tx, port, PortSource.RANGE);
            }
        });
        if (!own) {
            refuseTaken(port, () -> with.store().call(tx -> tx.processes().all()));
        }
        Started done =
                outcomes.settled(supervisor.ask(process, new Wish.Claim(caller.user(), port, change(process, port))));
        release(port);
        return done;
    }

    private void refuseTaken(int port, Supplier<List<ManagedProcess>> tracked) {
        PortState state = with.host().portState(port);
        if (state == PortState.TAKEN) {
            throw book.taken(tracked.get(), port, PortSource.RANGE);
        }
        if (state == PortState.NOT_PERMITTED) {
            throw PortBook.notPermitted(port);
        }
    }

    /** The words that the process's pattern makes of its command with that port. */
    private Wish.Change change(ManagedProcess process, int port) {
        ProcessSpec spec = process.spec();
        Template.Applied applied;
        try {
            String path = with.store().call(tx -> tx.environments().of(process.key())).stream()
                    .filter(v -> v.name().equals("PATH"))
                    .map(EnvVar::value)
                    .reduce("/usr/local/bin:/usr/bin:/bin", (first, last) -> last);
            List<String> typed = CommandWords.usesShellSyntax(spec.command())
                    ? List.of(spec.command())
                    : CommandWords.split(spec.command());
            Classified command = CommandLine.understand(typed, new SearchPath(spec.cwd(), path, new RealFiles()));
            applied = Patterns.apply(command, patterns.now().patterns().classify(command), port);
        } catch (TsmException e) {
            // Its program is not there any more; PORT tells it all the same, should it come back.
            applied = new Template.Applied(spec.argv(), Map.of());
        }
        List<EnvVar> variables = applied.environment().entrySet().stream()
                .map(e -> new EnvVar(e.getKey(), e.getValue(), EnvSource.TSM))
                .toList();
        return new Wish.Change(spec.with(ProcessType.PORT, applied.argv()), Map.of(EnvSource.TSM, variables));
    }

    /** A port that was held for a process which is not tracked any more. */
    public record Released(int port, String processName) {}

    /**
     * What a cleanup did.
     *
     * @param forgotten how many notes of ports that ended runs listened on
     */
    public record Cleaned(List<Released> released, int forgotten) {}

    /** Releases ports of processes that are not tracked any more, and forgets what ended runs listened on. */
    public Cleaned cleanup() {
        return with.store()
                .decide(tx -> new Cleaned(
                        tx.ports().releaseStale().stream()
                                .map(stale -> new Released(stale.port(), stale.processName()))
                                .toList(),
                        tx.ports().forgetEnded()));
    }
}
