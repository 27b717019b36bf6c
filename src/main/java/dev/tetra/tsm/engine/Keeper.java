package dev.tetra.tsm.engine;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Outcome;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.Wish;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The use cases on processes that are tracked already: stop, restart, delete, kill, signal, flush, wait. */
public final class Keeper {
    private final Store store;
    private final Supervisor supervisor;
    private final Host host;
    private final LogFiles logs;
    private final EnvFileReader envFiles;
    private final Outcomes outcomes;
    private final PortBook ports;
    private final Definitions definitions;

    Keeper(
            Store store,
            Supervisor supervisor,
            Host host,
            LogFiles logs,
            EnvFileReader envFiles,
            Outcomes outcomes,
            Definitions definitions) {
        this.definitions = definitions;
        this.store = store;
        this.supervisor = supervisor;
        this.host = host;
        this.logs = logs;
        this.envFiles = envFiles;
        this.outcomes = outcomes;
        this.ports = new PortBook(host);
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
    }

    /** What a process of a service becomes by its present definition; empty for one of no service. */
    interface Definitions {
        Optional<Starter.Renewal> renewal(ManagedProcess process, Caller caller, boolean takeEnvironment);
    }

    /**
     * Stops processes, all at the same time.
     *
     * @param policy how, in place of each process's own way
     */
    public List<Result> stop(List<ManagedProcess> processes, Caller caller, @Nullable StopPolicy policy) {
        return each(processes, p -> supervisor.ask(p, new Wish.Stop(caller.user(), false, policy)));
    }

    /**
     * A way to stop.
     *
     * @throws TsmException.Usage for a signal that does not exist
     */
    public StopPolicy stopPolicy(String signal, Duration killTimeout) {
        return new StopPolicy(Signals.name(Signals.number(signal)), killTimeout);
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
        return withNotes(notes, each(processes, p -> {
            Wish.@Nullable Change change = change(p, caller, takeEnvironment, notes);
            refuseForeign(p, change);
            return supervisor.ask(p, new Wish.Restart(caller.user(), proof, change));
        }));
    }

    /** Runs processes at rest again; those that run are left alone. */
    public List<Result> startAgain(List<ManagedProcess> processes, Caller caller, boolean proof) {
        Map<Long, List<String>> notes = new HashMap<>();
        return withNotes(notes, each(processes, p -> {
            Wish.@Nullable Change change = change(p, caller, false, notes);
            refuseForeign(p, change);
            return supervisor.ask(p, new Wish.Start(caller.user(), proof, change));
        }));
    }

    private void refuseForeign(ManagedProcess process, Wish.@Nullable Change change) {
        if (!process.status().alive() && (change == null || change.port() == null)) {
            ports.refuseForeign(process.port());
        }
    }

    private static List<Result> withNotes(Map<Long, List<String>> notes, List<Result> results) {
        return results.stream()
                .map(r -> new Result(
                        r.process(),
                        r.changed(),
                        r.failure(),
                        r.failure() == null && r.changed()
                                ? notes.getOrDefault(r.process().key(), List.of())
                                : List.of()))
                .toList();
    }

    /** Stops and forgets processes. Their history stays. */
    public List<Result> delete(List<ManagedProcess> processes, Caller caller, boolean keepLogs) {
        List<Result> stopped = stop(processes, caller, null);
        List<ManagedProcess> resting = stopped.stream()
                .filter(r -> r.failure() == null)
                .map(Result::process)
                .toList();
        List<Result> all = new ArrayList<>(
                stopped.stream().filter(r -> r.failure() != null).toList());
        all.addAll(each(resting, p -> supervisor.ask(p, new Wish.Delete(caller.user(), keepLogs))));
        return all;
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
            Run run = process.run();
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
        if (takeEnvironment) {
            base.putAll(caller.environment());
            changed.put(
                    EnvSource.CALLER,
                    base.entrySet().stream()
                            .map(e -> new EnvVar(e.getKey(), e.getValue(), EnvSource.CALLER))
                            .toList());
        } else {
            store.call(tx -> tx.environments().of(process.key())).stream()
                    .filter(v -> v.source() == EnvSource.CALLER)
                    .forEach(v -> base.put(v.name(), v.value()));
        }
        if (file != null) {
            SearchPath programs = new SearchPath(
                    process.spec().cwd(), base.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"), new RealFiles());
            if (!programs.files().isFile(file)) {
                throw new TsmException.Failed(
                        "the env file of " + process.label() + " is gone: " + file,
                        "put it back; the process was left as it was");
            }
            changed.put(EnvSource.FILE, envFiles.read(file, base, programs));
        }
        return new Wish.Change(process.spec(), changed);
    }
}
