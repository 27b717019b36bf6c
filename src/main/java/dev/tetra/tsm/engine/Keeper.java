package dev.tetra.tsm.engine;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.spec.Needs;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.store.Deletions;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Outcome;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.Wish;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The use cases on processes that are tracked already: stop, restart, delete, kill, signal, flush, wait. */
public final class Keeper {
    /** How long one who gives no time waits for what a process needs. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Store store;
    private final Supervisor supervisor;
    private final Host host;
    private final LogFiles logs;
    private final EnvFileReader envFiles;
    private final Outcomes outcomes;
    private final PortBook ports;
    private final Definitions definitions;
    private final Chain chain;
    private final NextRun nextRun;

    Keeper(
            Store store,
            Supervisor supervisor,
            Host host,
            LogFiles logs,
            Path home,
            EnvFileReader envFiles,
            Outcomes outcomes,
            Definitions definitions,
            Chain chain) {
        this.chain = chain;
        this.definitions = definitions;
        this.store = store;
        this.supervisor = supervisor;
        this.host = host;
        this.logs = logs;
        this.envFiles = envFiles;
        this.outcomes = outcomes;
        this.ports = new PortBook(host, home);
        this.nextRun = new NextRun(store, host);
    }

    /** What came of one process of several: how it is now, or why it failed; and what the user should be told. */
    public record Result(
            ManagedProcess process,
            boolean changed,
            @Nullable TsmException failure,
            List<String> notes) {
        Result(ManagedProcess process, boolean changed, @Nullable TsmException failure) {
            this(process, changed, failure, List.of());
        }

        private Result with(List<String> more) {
            List<String> all = new ArrayList<>(more);
            all.addAll(notes);
            return new Result(process, changed, failure, all);
        }
    }

    /** What a process of a service becomes by its present definition; empty for one of no service. */
    interface Definitions {
        Optional<Starter.Renewal> renewal(ManagedProcess process, Caller caller, boolean takeEnvironment);
    }

    /**
     * Stops processes: those that need others before those, all else at the same time.
     *
     * @param policy how, in place of each process's own way
     */
    public List<Result> stop(List<ManagedProcess> processes, Caller caller, @Nullable StopPolicy policy) {
        return stop(processes, new Wish.Stop(caller.user(), false, policy));
    }

    private List<Result> stop(List<ManagedProcess> processes, Wish.Stop wish) {
        List<ManagedProcess> all = store.call(tx -> tx.processes().all());
        List<ManagedProcess> last = new ArrayList<>(processes);
        Map<Long, CompletableFuture<Outcome>> replies = new HashMap<>();
        // Each is asked once those that need it have come to rest, or cannot; a circle, by changed rows, is cut
        // anywhere.
        while (!last.isEmpty()) {
            ManagedProcess next = last.stream()
                    .filter(p -> last.stream().noneMatch(other -> other.key() != p.key() && Needs.needs(other, p, all)))
                    .findFirst()
                    .orElse(last.getFirst());
            last.remove(next);
            List<CompletableFuture<Outcome>> before = processes.stream()
                    .filter(other -> replies.containsKey(other.key()) && Needs.needs(other, next, all))
                    .map(other -> replies.get(other.key()))
                    .toList();
            replies.put(next.key(), before.isEmpty() ? asked(next, wish) : after(before, () -> asked(next, wish)));
        }
        List<ManagedProcess> stopped = processes;
        return each(processes, p -> Objects.requireNonNull(replies.get(p.key()))).stream()
                .map(r -> r.failure() != null || !r.changed() ? r : r.with(left(r.process(), stopped, all)))
                .toList();
    }

    private CompletableFuture<Outcome> asked(ManagedProcess process, Wish wish) {
        try {
            return supervisor.ask(process, wish);
        } catch (TsmException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletableFuture<Outcome> after(
            List<CompletableFuture<Outcome>> before, Supplier<CompletableFuture<Outcome>> then) {
        return CompletableFuture.allOf(before.toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null)
                .thenCompose(any -> then.get());
    }

    /** Who goes on without what was stopped, and who waited for it. */
    private static List<String> left(ManagedProcess process, List<ManagedProcess> stopped, List<ManagedProcess> all) {
        Set<Long> keys = stopped.stream().map(ManagedProcess::key).collect(Collectors.toSet());
        Map<Boolean, List<String>> names = Needs.dependents(process, all).stream()
                .filter(other -> !keys.contains(other.key()))
                .collect(Collectors.partitioningBy(
                        Keeper::waits, Collectors.mapping(ManagedProcess::name, Collectors.toList())));
        List<String> waiting = names.getOrDefault(true, List.of());
        List<String> running = names.getOrDefault(false, List.of());
        List<String> notes = new ArrayList<>();
        if (!waiting.isEmpty()) {
            notes.add(String.join(", ", waiting)
                    + (waiting.size() == 1 ? " waited for it, and does" : " waited for it, and do") + " not start");
        }
        if (!running.isEmpty()) {
            notes.add(String.join(", ", running)
                    + (running.size() == 1 ? " needs it, and goes on" : " need it, and go on")
                    + " without it; tsm stop "
                    + process.name() + " --with-dependents stops " + (running.size() == 1 ? "that" : "those")
                    + " first");
        }
        return notes;
    }

    /** Whether it is to run, and not executed yet. */
    private static boolean waits(ManagedProcess process) {
        Run run = process.run();
        return process.status() == Status.STARTING && run != null && run.identity() == null;
    }

    /** Processes, and all that run and need one of them, or need one that does. */
    public List<ManagedProcess> withDependents(List<ManagedProcess> processes) {
        List<ManagedProcess> all = store.call(tx -> tx.processes().all());
        Map<Long, ManagedProcess> found = new LinkedHashMap<>();
        List<ManagedProcess> next = new ArrayList<>(processes);
        while (!next.isEmpty()) {
            ManagedProcess process = next.removeFirst();
            if (found.putIfAbsent(process.key(), process) == null) {
                next.addAll(Needs.dependents(process, all));
            }
        }
        return List.copyOf(found.values());
    }

    /**
     * A way to stop.
     *
     * @throws TsmException.Usage for a signal that does not exist
     */
    public StopPolicy stopPolicy(String signal, Duration killTimeout) {
        return new StopPolicy(Signals.name(Signals.number(signal)), killTimeout);
    }

    /**
     * The number of a signal.
     *
     * @param what what names it, for the error
     * @throws TsmException.Usage for a signal that does not exist
     */
    public int signalNumber(String signal, String what) {
        try {
            return Signals.number(signal);
        } catch (TsmException.Usage e) {
            throw new TsmException.Usage(what + ": " + e.getMessage(), e.hint());
        }
    }

    /** Kills processes at once. */
    public List<Result> kill(List<ManagedProcess> processes, Caller caller) {
        return each(processes, p -> supervisor.ask(p, new Wish.Stop(caller.user(), true, null)));
    }

    /**
     * Restarts processes, all at the same time, each with its ID, name and port. Env files are read again.
     *
     * @param takeEnvironment take the caller's environment in place of the one they were started with
     */
    public List<Result> restart(List<ManagedProcess> processes, Caller caller, boolean proof, boolean takeEnvironment) {
        Map<Long, List<String>> notes = new HashMap<>();
        return withNotes(notes, eachToRun(processes, p -> {
            logs.requireWritable(p.name());
            Wish.@Nullable Change change = change(p, caller, takeEnvironment, notes);
            refuseForeign(p, change);
            List<String> started = chain.bringUp(p, caller);
            if (started.isEmpty()) {
                // What is brought up for it may make its program.
                nextRun.require(p, change);
            }
            return pending(p, change, proof, started, new Wish.Restart(caller.user(), proof, change));
        }));
    }

    /**
     * Has new runs take the place of the present ones, one process after another. Where tsm listens for a process the new
     * run is ready before the old one is stopped; else it is stopped first, while the others are still up, and the next is
     * not touched before it listens again, where it or another instance of it did so before. When one does not get ready,
     * the rest is left as it is.
     *
     * @param parallel how many at the same time
     * @param within how long a process of several may take to open its port
     */
    public List<Result> reload(List<ManagedProcess> processes, Caller caller, int parallel, Duration within) {
        List<Result> results = new ArrayList<>();
        Set<String> serving = processes.size() > 1 ? serving(processes) : Set.of();
        for (int from = 0; from < processes.size(); from += parallel) {
            List<ManagedProcess> some = processes.subList(from, Math.min(processes.size(), from + parallel));
            List<Result> done = reload(some, caller).stream()
                    .map(r -> serving.contains(shared(r.process())) ? servingAgain(r, within) : r)
                    .toList();
            results.addAll(done);
            if (done.stream().anyMatch(r -> r.failure() != null)) {
                processes.stream()
                        .skip(from + some.size())
                        .forEach(p ->
                                results.add(new Result(p, false, null, List.of("left as it was, as the roll ended"))));
                return results;
            }
        }
        return results;
    }

    private List<Result> reload(List<ManagedProcess> some, Caller caller) {
        Map<Long, List<String>> notes = new HashMap<>();
        return withNotes(notes, each(some, p -> {
                    logs.requireWritable(p.name());
                    Wish.@Nullable Change change = change(p, caller, false, notes);
                    refuseForeign(p, change);
                    nextRun.require(p, change);
                    if (p.instances().listen() == null && p.instances().count() < 2) {
                        notes.merge(
                                p.key(),
                                List.of(
                                        "restarted, as it is the only one and tsm does not listen for it: see --listen"),
                                (some_, more) -> Stream.concat(some_.stream(), more.stream())
                                        .toList());
                    }
                    return supervisor.ask(
                            p, new Wish.Reload(caller.user(), p.life().wanted() == Wanted.RUN, change));
                }))
                .stream()
                .map(r -> r.failure() == null && !r.changed()
                        ? new Result(r.process(), false, null, List.of("left at rest, as it was stopped meanwhile"))
                        : r)
                .toList();
    }

    /** The name that instances share, or that of a process alone. */
    private static String shared(ManagedProcess process) {
        String group = process.instances().group();
        return group == null ? process.name() : group;
    }

    /** The names of those that open their port themselves, as one of each does now: a worker may have a port it never opens. */
    private Set<String> serving(List<ManagedProcess> processes) {
        List<ManagedProcess> own = processes.stream()
                .filter(p -> p.instances().listen() == null
                        && !p.spec().supervision().health().gated())
                .toList();
        return outcomes.listening(own).stream().map(Keeper::shared).collect(Collectors.toSet());
    }

    private Result servingAgain(Result result, Duration within) {
        if (result.failure() != null) {
            return result;
        }
        try {
            outcomes.awaitReady(result.process(), within);
            return result;
        } catch (TsmException e) {
            return new Result(result.process(), result.changed(), e, result.notes());
        }
    }

    /** Runs processes at rest again; those that run are left alone. */
    public List<Result> startAgain(List<ManagedProcess> processes, Caller caller, boolean proof) {
        return beginAgain(processes, caller, proof).get();
    }

    /** Asks processes at rest to run again; what is returned waits for what came of it. */
    Supplier<List<Result>> beginAgain(List<ManagedProcess> processes, Caller caller, boolean proof) {
        Map<Long, List<String>> notes = new HashMap<>();
        Supplier<List<Result>> end = begunToRun(processes, p -> beginAgain(p, caller, proof, notes));
        return () -> withNotes(notes, end.get());
    }

    /** Asks a process to run again, and what it needs before it. */
    Pending beginAgain(ManagedProcess process, Caller caller, boolean proof) {
        Map<Long, List<String>> notes = new HashMap<>();
        Pending pending = beginAgain(process, caller, proof, notes);
        List<String> all = new ArrayList<>(notes.getOrDefault(process.key(), List.of()));
        all.addAll(pending.notes());
        return new Pending(
                pending.process(), pending.reply(), all, pending.until(), pending.patience(), pending.limited());
    }

    private Pending beginAgain(ManagedProcess process, Caller caller, boolean proof, Map<Long, List<String>> notes) {
        Wish.@Nullable Change change = change(process, caller, false, notes);
        refuseForeign(process, change);
        boolean runs = process.status() == Status.ONLINE || process.status() == Status.STARTING;
        List<String> started = runs ? List.of() : chain.bringUp(process, caller);
        return pending(process, change, proof, started, new Wish.Start(caller.user(), proof, change));
    }

    private Pending pending(
            ManagedProcess process, Wish.@Nullable Change change, boolean proof, List<String> notes, Wish wish) {
        ManagedProcess next = change == null ? process : process.with(change.spec());
        return new Pending(
                next,
                supervisor.ask(process, wish),
                notes,
                proof ? StartRequest.Until.PROVEN : StartRequest.Until.EXECUTED,
                PATIENCE);
    }

    private List<Result> eachToRun(List<ManagedProcess> processes, Function<ManagedProcess, Pending> begin) {
        return begunToRun(processes, begin).get();
    }

    private Supplier<List<Result>> begunToRun(List<ManagedProcess> processes, Function<ManagedProcess, Pending> begin) {
        Map<ManagedProcess, Supplier<Started>> all = new LinkedHashMap<>();
        for (ManagedProcess process : processes) {
            try {
                Pending pending = begin.apply(process);
                all.put(process, () -> outcomes.started(pending));
            } catch (TsmException e) {
                all.put(process, () -> {
                    throw e;
                });
            }
        }
        return () -> {
            List<Result> results = new ArrayList<>();
            all.forEach((process, end) -> {
                try {
                    Started started = end.get();
                    results.add(new Result(started.process(), started.changed(), null, started.notes()));
                } catch (TsmException e) {
                    results.add(new Result(process, false, e));
                }
            });
            return results;
        };
    }

    private void refuseForeign(ManagedProcess process, Wish.@Nullable Change change) {
        Integer port = process.port();
        // Where tsm listens for other instances, it is tsm that has the port.
        boolean shared = port != null && process.instances().listen() != null && supervisor.listensOn(port);
        if (!shared && !process.status().alive() && (change == null || change.port() == null)) {
            ports.refuseForeign(
                    process.port(), () -> store.call(tx -> tx.processes().all()));
        }
    }

    private static List<Result> withNotes(Map<Long, List<String>> notes, List<Result> results) {
        return results.stream()
                .map(r -> r.failure() == null && r.changed()
                        ? r.with(notes.getOrDefault(r.process().key(), List.of()))
                        : r)
                .toList();
    }

    /**
     * Stops and forgets processes. Their history stays. What is stopped for it is deleted by the next daemon when this one
     * dies in between.
     */
    public List<Result> delete(List<ManagedProcess> processes, Caller caller, boolean keepLogs) {
        Wish.Delete delete = new Wish.Delete(caller.user(), keepLogs);
        List<Result> stopped = stop(processes, new Wish.Stop(caller.user(), false, null, delete));
        List<ManagedProcess> resting = stopped.stream()
                .filter(r -> r.failure() == null)
                .map(Result::process)
                .toList();
        List<Result> all = new ArrayList<>(
                stopped.stream().filter(r -> r.failure() != null).toList());
        all.addAll(each(resting, p -> supervisor.ask(p, delete)));
        List<Long> failed = all.stream()
                .filter(r -> r.failure() != null)
                // The next daemon does it.
                .filter(r -> !(r.failure() instanceof TsmException.Unavailable))
                .map(r -> r.process().key())
                .toList();
        if (!failed.isEmpty()) {
            // Its user was told that it is not done, so nothing does it later.
            store.run(tx -> failed.forEach(tx.deletions()::over));
        }
        return all;
    }

    /**
     * Carries out the deletions that a daemon before this one was at, as soon as each process has come to rest. One that was
     * asked to run again since stays.
     */
    void finishDeletions() {
        for (Deletions.Asked asked : store.call(tx -> tx.deletions().all())) {
            Optional<ManagedProcess> stopped = store.call(tx -> tx.processes().find(asked.processKey()))
                    .filter(p -> p.life().wanted() == Wanted.STOP);
            if (stopped.isEmpty()) {
                store.run(tx -> tx.deletions().over(asked.processKey()));
                continue;
            }
            CompletableFuture<Void> _ = asked(stopped.get(), new Wish.Await(asked.by()))
                    .thenCompose(rests -> asked(stopped.get(), new Wish.Delete(asked.by(), asked.keepLogs())))
                    .thenAccept(outcome -> {
                        if (!(outcome instanceof Outcome.Done)) {
                            store.run(tx -> tx.deletions().over(asked.processKey()));
                        }
                    });
        }
    }

    /** Forgets the processes that are at rest: stopped, exited, errored. */
    public List<Result> cleanup(@Nullable String namespace, Caller caller, boolean keepLogs) {
        List<ManagedProcess> resting = store.call(tx -> tx.processes().all()).stream()
                .filter(p -> p.status().settled())
                .filter(p -> namespace == null || p.spec().namespace().equals(namespace))
                .toList();
        return each(resting, p -> supervisor.ask(p, new Wish.Delete(caller.user(), keepLogs)));
    }

    /**
     * Sends a signal to the leaders of processes, or to their whole groups.
     *
     * @throws TsmException.Usage for a signal that does not exist
     */
    public List<Result> signal(List<ManagedProcess> processes, String signal, boolean group, Caller caller) {
        int number = Signals.number(signal);
        String name = Signals.name(number);
        List<Result> results = new ArrayList<>();
        for (ManagedProcess process : processes) {
            Run run = process.serving();
            boolean sent = run != null
                    && run.identity() != null
                    && run.exit() == null
                    && (group ? host.signalGroup(run.identity(), number) : host.signal(run.identity(), number));
            if (sent && run != null) {
                store.run(tx -> tx.journal()
                        .event(
                                EventKind.CONFIG,
                                process.key(),
                                process.name(),
                                run.key(),
                                Origin.USER,
                                "signal " + name + " sent by " + caller.user()));
            }
            results.add(new Result(
                    process,
                    sent,
                    sent
                            ? null
                            : new TsmException.Failed(
                                    process.label() + " does not run: it is "
                                            + process.status().word(),
                                    "tsm restart " + process.name() + " runs it")));
        }
        return results;
    }

    /** Empties the logs of processes. Returns how many bytes they had. */
    public long flush(List<ManagedProcess> processes, Caller caller) {
        long bytes = 0;
        for (ManagedProcess process : processes) {
            try {
                bytes += logs.flush(process.name());
            } catch (IOException e) {
                throw new TsmException.Failed(
                        "the logs of " + process.label() + " cannot be emptied: " + e.getMessage(),
                        "look at the rights of " + logs.folder(process.name()));
            }
            store.run(tx -> tx.journal()
                    .event(
                            EventKind.CONFIG,
                            process.key(),
                            process.name(),
                            null,
                            Origin.USER,
                            "logs emptied by " + caller.user()));
        }
        return bytes;
    }

    /**
     * Waits until a process has come to rest.
     *
     * @param onGone takes what is to be done when nobody waits any more
     * @return how its last run ended; empty when nobody waited any more
     */
    public Optional<Exit> await(ManagedProcess process, Caller caller, Consumer<Runnable> onGone) {
        CompletableFuture<Outcome> reply = supervisor.ask(process, new Wish.Await(caller.user()));
        onGone.accept(() -> reply.cancel(false));
        try {
            Run run = Outcomes.await(reply).process().run();
            Exit exit = run == null ? null : run.exit();
            return Optional.of(exit == null ? new Exit.Unknown("it never ran") : exit);
        } catch (CancellationException e) {
            return Optional.empty();
        }
    }

    private List<Result> each(
            List<ManagedProcess> processes, Function<ManagedProcess, CompletableFuture<Outcome>> ask) {
        Map<ManagedProcess, CompletableFuture<Outcome>> replies = new LinkedHashMap<>();
        for (ManagedProcess process : processes) {
            CompletableFuture<Outcome> reply;
            try {
                reply = ask.apply(process);
            } catch (TsmException e) {
                reply = CompletableFuture.failedFuture(e);
            }
            replies.put(process, reply);
        }
        List<Result> results = new ArrayList<>();
        replies.forEach((process, reply) -> {
            try {
                Started settled = outcomes.settled(reply);
                results.add(new Result(settled.process(), settled.changed(), null));
            } catch (TsmException e) {
                results.add(new Result(process, false, e));
            }
        });
        return results;
    }

    private Wish.@Nullable Change change(
            ManagedProcess process, Caller caller, boolean takeEnvironment, Map<Long, List<String>> notes) {
        Optional<Starter.Renewal> renewal = definitions.renewal(process, caller, takeEnvironment);
        if (renewal.isPresent()) {
            List<String> told = new ArrayList<>(renewal.get().notes());
            told.addAll(renewal.get().differences());
            notes.put(process.key(), told);
            return renewal.get().change();
        }
        String file = process.spec().envFile();
        if (file == null && !takeEnvironment) {
            return null;
        }
        Map<EnvSource, List<EnvVar>> changed = new EnumMap<>(EnvSource.class);
        Map<String, String> base = new TreeMap<>();
        List<EnvVar> before = store.call(tx -> tx.environments().callers(process.key()));
        if (takeEnvironment) {
            base.putAll(caller.environment());
        } else {
            before.forEach(v -> base.put(v.name(), v.value()));
        }
        EnvFileReader.Sourced sourced = EnvFileReader.Sourced.NOTHING;
        if (file != null) {
            SearchPath programs = new SearchPath(
                    process.spec().cwd(), base.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"), new RealFiles());
            if (!programs.files().isFile(file)) {
                throw new TsmException.Failed(
                        "the env file of " + process.label() + " is gone: " + file,
                        "put it back; the process was left as it was");
            }
            sourced = envFiles.read(file, base, programs);
            changed.put(EnvSource.FILE, sourced.set());
        }
        List<EnvVar> callers = sourced.callers(base);
        if (!callers.equals(before)) {
            changed.put(EnvSource.CALLER, callers);
        }
        return new Wish.Change(process.spec(), changed);
    }
}
