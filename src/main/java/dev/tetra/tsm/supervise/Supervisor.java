package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.TsmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** The supervisors of all tracked processes: one actor each. */
public final class Supervisor {
    private static final String BOOT = "boot-id";

    private final Supervision with;
    private final TreeScanner scanner;
    private final LeftRuns leftRuns;
    private final Tokens tokens;
    private final ListenSockets sockets;
    private final RunGroups groups;
    private final EarlyRuns earlyRuns;
    private final Map<Long, ProcessActor> actors = new ConcurrentHashMap<>();
    private final Gates gates = new Gates(actors::values);
    /** Done once it is known what became of every process that was tracked at the start. */
    private final CompletableFuture<Boolean> found = new CompletableFuture<>();

    public Supervisor(Supervision with) {
        this.with = with;
        this.tokens = new Tokens(with.home());
        this.earlyRuns = new EarlyRuns(with, tokens);
        this.sockets = new ListenSockets(with.host());
        this.groups = new RunGroups(with.host().controlGroups(), with.store(), with.home());
        this.scanner = new TreeScanner(with.host());
        this.leftRuns = new LeftRuns(with.host(), with.store(), scanner);
    }

    /**
     * Writes down what the daemon before this one has executed and had no time to write down. To be called before anything is
     * made of what is found alive.
     */
    public void writeLeft() {
        earlyRuns.writeLeft();
    }

    /**
     * The tokens of runs that are executed and that the database may not know yet. Who looks for what it does not know asks
     * this after it has looked what is alive, and before it looks into the database.
     */
    public Set<String> unwritten() {
        return earlyRuns.unwritten();
    }

    /**
     * Takes up what the daemon before this one left: adopts what runs, carries on what was begun, and runs what is wanted
     * and does not. Returns how many processes are tracked.
     */
    public int recover() {
        String present = with.host().bootId();
        boolean rebooted = with.store().call(tx -> {
            boolean other = tx.settings().get(BOOT).map(b -> !b.equals(present)).orElse(false);
            tx.settings().put(BOOT, present);
            return other;
        });
        List<ManagedProcess> tracked = with.store().call(tx -> tx.processes().all());
        groups.recover(tracked);
        new Marks(with.home())
                .keepOnly(tracked.stream()
                        .map(ManagedProcess::run)
                        .filter(Objects::nonNull)
                        .map(Run::token)
                        .collect(Collectors.toSet()));
        Map<Long, RunTree> left = rebooted ? Map.of() : leftRuns.beforeTheLast(tracked);
        if (!rebooted) {
            // Before anything is run, which would make other sockets.
            tracked.forEach(sockets::takeBack);
        }
        AtomicInteger undecided = new AtomicInteger(tracked.size());
        Runnable decided = () -> {
            // Ends of children that nobody has asked for by now are nobody's.
            if (undecided.decrementAndGet() == 0) {
                with.host().forgetUnclaimed();
                found.complete(true);
            }
        };
        gates.comingUp(true);
        for (ManagedProcess process : tracked) {
            ProcessActor actor = actor(process);
            // Before anybody can ask: a wish must not be taken for one to a process of which nothing runs.
            actor.recover(rebooted, left.get(process.key()), decided);
            actors.put(process.key(), actor);
        }
        // What one needs must be known before it looks for it.
        List.copyOf(actors.values()).forEach(ProcessActor::start);
        if (tracked.isEmpty()) {
            with.host().forgetUnclaimed();
            found.complete(true);
        }
        return tracked.size();
    }

    /**
     * Waits until {@link #recover} has found out of every process what became of it, so that nobody is told that it is still
     * looking.
     *
     * @param atMost as what is to be run again may take long when there is much of it
     */
    public void awaitFound(Duration atMost) {
        found.copy()
                .completeOnTimeout(false, atMost.toNanos(), TimeUnit.NANOSECONDS)
                .join();
    }

    /**
     * All that is to come up after {@link #recover} has been asked to: what is needed and rests now is taken for something
     * that stays away.
     */
    public void cameUp() {
        gates.comingUp(false);
    }

    /** The processes that run at present, without asking the database. */
    public List<ManagedProcess> running() {
        return actors.values().stream()
                .map(ProcessActor::process)
                .filter(process -> process.pid() != null)
                .toList();
    }

    /** A value for TSM_RUN that no other run ever has. */
    public String newToken() {
        return tokens.next();
    }

    /** Whether a value of TSM_RUN was given out by this home, be it known to the database or not. */
    public boolean gaveOut(String token) {
        return tokens.made(token);
    }

    /** Takes up a process that runs already, whose row and run with its identity were just committed. */
    public CompletableFuture<Outcome> adopt(ManagedProcess process, String by) {
        ProcessActor actor = actor(process);
        actor.recover(false, null, () -> {});
        actors.put(process.key(), actor);
        CompletableFuture<Outcome> reply = actor.ask(new Wish.Start(by, false, null));
        actor.start();
        return reply;
    }

    /** Has the supervisor of a process find out anew what became of its run, which is not alive. */
    public void recheck(ManagedProcess process) {
        ProcessActor actor = actors.get(process.key());
        if (actor != null) {
            actor.recover(false, null, () -> {});
        }
    }

    /** Looks after a process whose row was just committed, and which has no run yet. */
    public CompletableFuture<Outcome> track(ManagedProcess process) {
        ProcessActor actor = actor(process);
        actor.recover(false, null, () -> {});
        actors.put(process.key(), actor);
        actor.start();
        return CompletableFuture.completedFuture(new Outcome.Done(process, true));
    }

    /** Runs a process whose row and first run were just committed. */
    public CompletableFuture<Outcome> runNew(ManagedProcess process, Wish.Start wish) {
        ProcessActor actor = actor(process);
        actors.put(process.key(), actor);
        CompletableFuture<Outcome> reply = actor.ask(wish);
        actor.start();
        return reply;
    }

    /**
     * Asks something of a process.
     *
     * @throws TsmException.NotFound when it is not tracked any more
     */
    public CompletableFuture<Outcome> ask(ManagedProcess process, Wish wish) {
        ProcessActor actor = actors.get(process.key());
        if (actor == null) {
            throw new TsmException.NotFound(
                    process.label() + " was deleted meanwhile", "'tsm list all' shows what there is");
        }
        return actor.ask(wish);
    }

    /**
     * Ends supervision. The processes go on. Ends that were seen after an actor had ended are written down, so that the
     * next daemon knows them.
     *
     * @param stopWatching ends the watch for exits; called when no actor can start anything any more
     */
    public void close(Runnable stopWatching) throws InterruptedException {
        actors.values().forEach(ProcessActor::askToClose);
        for (ProcessActor actor : actors.values()) {
            actor.awaitClosed();
        }
        stopWatching.run();
        actors.values().forEach(ProcessActor::recordLateEnd);
        actors.clear();
        sockets.close();
    }

    /**
     * Finds out whether a process can be given such limits for all its processes together.
     *
     * @throws TsmException.Usage when it cannot, with the reason and what to do
     */
    public void requireGroups(Allowance allowance) {
        groups.require(allowance);
    }

    /** Whether tsm listens on that port for processes. */
    public boolean listensOn(int port) {
        return sockets.on(port);
    }

    private ProcessActor actor(ManagedProcess process) {
        return new ProcessActor(
                with,
                scanner,
                sockets,
                groups,
                tokens,
                earlyRuns,
                gates,
                process,
                gone -> actors.remove(gone.key(), gone));
    }
}
