package dev.tetra.tsm.engine;

import dev.tetra.tsm.logs.From;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogLine;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.logs.LogTail;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.WantOfMemory;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Listener;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Needs;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Waits for what supervisors make of wishes, and says it in words. */
final class Outcomes {
    private static final int LAST_LINES = 10;
    private static final long LOOK_MILLIS = 15;
    /** As programs write errno EADDRINUSE (strerror(3), Node, Go, Python, Java). */
    private static final Pattern IN_USE = Pattern.compile(
            "EADDRINUSE|address already in use|port \\S* ?(?:is )?already in use", Pattern.CASE_INSENSITIVE);
    /** The port where an address is written, as in {@code :::3000} or {@code 127.0.0.1:8000}. */
    private static final Pattern AFTER_COLON = Pattern.compile("(?::|\\bport )([0-9]{2,5})\\b(?!:)");

    private final Store store;
    private final Host host;
    private final LogFiles logs;

    Outcomes(Store store, Host host, LogFiles logs) {
        this.store = store;
        this.host = host;
        this.logs = logs;
    }

    /** The process that was to run, running. */
    Started started(CompletableFuture<Outcome> reply, List<String> notes) {
        return started(reply, notes, null);
    }

    /**
     * The process that was to run, running.
     *
     * @param within how long to wait; null for as long as it takes
     * @throws TsmException.TimedOut when that is over; the process goes on
     */
    Started started(CompletableFuture<Outcome> reply, List<String> notes, @Nullable Duration within) {
        if (within != null) {
            try {
                reply.get(within.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                // From now on nobody waits for it.
                reply.cancel(false);
                throw new TsmException.TimedOut(
                        "it is not ready within " + within.toMillis() / 1000.0 + " s",
                        "it goes on: tsm list shows it; --timeout gives it more time");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                // said below
            }
        }
        return switch (await(reply)) {
            case Outcome.Done(ManagedProcess process, boolean changed) -> new Started(process, changed, notes);
            case Outcome.NotStarted failed -> throw notStarted(failed);
            case Outcome.Kept kept -> throw kept(kept);
            case Outcome.Unstoppable stuck -> throw unstoppable(stuck);
            case Outcome.Refused(ManagedProcess process, String why) -> throw refused(process, why);
        };
    }

    /**
     * The process that was to run, running.
     *
     * @throws TsmException.TimedOut when what it needs is not there in the time the one who asks has; it goes on waiting
     */
    Started started(Pending pending) {
        boolean gated = pending.process().spec().supervision().health().gated();
        boolean limited = gated && pending.limited() && pending.until() == StartRequest.Until.READY;
        Duration limit = limited ? pending.patience() : null;
        if (pending.process().spec().supervision().order().after().isEmpty()) {
            return started(pending.reply(), pending.notes(), limit);
        }
        boolean wait = pending.until() != StartRequest.Until.EXECUTED;
        if (wait && arrives(pending.reply(), pending.patience())) {
            return started(pending.reply(), pending.notes(), limit);
        }
        // Its own row may not say yet that it is to run.
        List<String> awaited =
                unmet(pending.process(), store.call(tx -> tx.processes().all()));
        if (awaited.isEmpty() || pending.reply().isDone()) {
            return started(pending.reply(), pending.notes(), limit);
        }
        pending.reply().cancel(false);
        ManagedProcess now = now(pending.process());
        if (wait) {
            throw new TsmException.TimedOut(
                    now.label() + " waits, as " + String.join("; ", awaited) + ", and not otherwise within "
                            + Durations.format(pending.patience()),
                    "it starts once that is there; tsm stop " + now.name()
                            + " gives it up, --timeout waits longer, --no-wait not at all");
        }
        List<String> notes = new ArrayList<>(pending.notes());
        notes.add(now.name() + " waits, as " + String.join("; ", awaited));
        return new Started(now, true, notes);
    }

    /** What a process waits for that is to run and is held back; empty when it is not. */
    List<String> awaited(ManagedProcess process) {
        return store.call(tx -> awaited(
                tx.processes().find(process.key()).orElse(process),
                tx.processes().all()));
    }

    private static List<String> awaited(ManagedProcess process, List<ManagedProcess> all) {
        Run run = process.run();
        boolean held = process.status() == Status.STARTING && run != null && run.identity() == null;
        return held ? unmet(process, all) : List.of();
    }

    private static List<String> unmet(ManagedProcess process, List<ManagedProcess> all) {
        return Needs.of(process.spec().supervision().order(), all).stream()
                .filter(need -> need.state() != Needs.State.MET)
                .flatMap(need -> need.sentences().stream())
                .toList();
    }

    private ManagedProcess now(ManagedProcess process) {
        return store.call(tx -> tx.processes().find(process.key())).orElse(process);
    }

    private static boolean arrives(Future<?> reply, Duration within) {
        try {
            reply.get(within.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** The process that was to rest, at rest; and whether it was not so before. */
    Started settled(CompletableFuture<Outcome> reply) {
        return started(reply, List.of());
    }

    static <T> T await(Future<T> reply) {
        try {
            return reply.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("the daemon stops", "the next one carries on");
        } catch (ExecutionException e) {
            WantOfMemory.endOn(e);
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        }
    }

    /**
     * Waits until a process's port is open.
     *
     * @throws TsmException.TimedOut when it is not within the time; the process goes on
     */
    void awaitReady(ManagedProcess process, Duration within) {
        Integer port = process.port();
        Run run = process.run();
        if (port == null || run == null || run.identity() == null) {
            return;
        }
        long deadline = System.nanoTime() + within.toNanos();
        while (true) {
            ManagedProcess now =
                    store.call(tx -> tx.processes().find(process.key())).orElse(process);
            if (now.status().settled()) {
                throw notStarted(new Outcome.NotStarted(
                        now, now.run() == null ? null : now.run().exit(), ""));
            }
            if (!listening(List.of(now)).isEmpty()) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TsmException.TimedOut(
                        process.label() + " runs, but did not open port " + port + " within "
                                + within.toMillis() / 1000.0 + " s",
                        "tsm logs " + process.name() + " shows what it does; --timeout gives it more time");
            }
            pause();
        }
    }

    /** Those that have opened their port by now. */
    List<ManagedProcess> listening(List<ManagedProcess> processes) {
        ProcessTree tree = ProcessTree.now(host);
        return processes.stream().filter(process -> listens(process, tree)).toList();
    }

    private boolean listens(ManagedProcess process, ProcessTree tree) {
        Integer port = process.port();
        Run run = process.run();
        if (port == null || run == null || run.identity() == null) {
            return false;
        }
        List<Long> pids = tree.members(new ProcessTree.Scope(run.identity(), "")).stream()
                .map(member -> member.info().pid())
                .toList();
        return host.listeners(pids).values().stream()
                .flatMap(List::stream)
                .anyMatch(l -> l.protocol() == Listener.Protocol.TCP && l.port() == port);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("the daemon stops", "the process goes on");
        }
    }

    private TsmException notStarted(Outcome.NotStarted failed) {
        ManagedProcess process = failed.process();
        Exit exit = failed.exit();
        Run run = process.run();
        if (exit == null || run == null || run.identity() == null) {
            String why = failed.why().isEmpty() ? "it was stopped meanwhile" : failed.why();
            return new TsmException.Failed(
                    process.label() + " did not start: " + why,
                    culprit(process)
                            .map(cause -> "tsm logs " + cause.name() + " and tsm why " + cause.name()
                                    + " say more; then: tsm start " + process.name())
                            .orElse("tsm why " + process.name() + " says more"));
        }
        List<String> lines = lastLines(process);
        boolean gated = process.spec().supervision().health().gated();
        String what = !failed.why().isEmpty()
                ? " did not get ready within "
                        + Durations.format(process.spec().supervision().health().startTimeout()) + ": " + failed.why()
                : (gated ? " ended before it was ready: " : " ended at once: ") + exit.inWords();
        String output = lines.isEmpty()
                ? "It wrote nothing."
                : "Its last lines:\n" + lines.stream().map(l -> "  " + l).collect(Collectors.joining("\n"));
        return new TsmException.Failed(
                process.label() + what + ". " + portTaken(process, lines) + output,
                "it stays listed: tsm logs " + process.name() + ", tsm why " + process.name()
                        + "; tsm delete forgets it");
    }

    /** Of those that a process needs the one because of which it was not executed, and which was not so for another. */
    private Optional<ManagedProcess> culprit(ManagedProcess process) {
        List<ManagedProcess> all = store.call(tx -> tx.processes().all());
        Set<Long> seen = new HashSet<>();
        Optional<ManagedProcess> found = Optional.empty();
        Optional<ManagedProcess> next = Optional.of(process);
        while (next.isPresent() && seen.add(next.get().key())) {
            next = Needs.of(next.get().spec().supervision().order(), all).stream()
                    .filter(need -> need.state() == Needs.State.FAILED)
                    .flatMap(need -> need.processes().stream()
                            .filter(p -> Needs.state(need.dependency(), p) == Needs.State.FAILED))
                    .findFirst();
            found = next.isPresent() ? next : found;
        }
        return found;
    }

    private TsmException kept(Outcome.Kept kept) {
        ManagedProcess process = kept.process();
        List<String> lines = kept.exit() == null ? List.of() : lastLines(process);
        String how = kept.exit() != null ? "it ended: " + kept.exit().inWords() : kept.why();
        String output = lines.isEmpty()
                ? ""
                : ". The last lines:\n" + lines.stream().map(l -> "  " + l).collect(Collectors.joining("\n"));
        return new TsmException.Failed(
                process.label() + " was not reloaded: the new run did not get ready, " + how
                        + "; the old one goes on as pid " + process.pid() + output,
                "tsm logs " + process.name() + " and tsm events " + process.name() + " show more");
    }

    /** When it says that its port is taken: who has it. */
    private String portTaken(ManagedProcess process, List<String> lines) {
        for (String line : lines.reversed()) {
            if (IN_USE.matcher(line).find()) {
                Matcher number = AFTER_COLON.matcher(line);
                Integer port = number.find() ? Integer.valueOf(number.group(1)) : process.port();
                return port == null ? "" : owner(port);
            }
        }
        return "";
    }

    private String owner(int port) {
        List<ManagedProcess> tracked = store.call(tx -> tx.processes().all());
        return new PortScan(host, tracked)
                .on(p -> p == port).stream()
                        .filter(held -> held.port() == port && held.tcp())
                        .findFirst()
                        .map(held -> "Port " + port + " was taken meanwhile by "
                                + (held.process() == null
                                        ? (held.pid() == null
                                                ? "a process of " + held.user()
                                                : "pid " + held.pid() + " (" + CommandWords.brief(held.command()) + ")")
                                        : held.process().label() + ", pid " + held.pid())
                                + ". ")
                        .orElse("Port " + port + " was taken meanwhile, and is free again. ");
    }

    /** The last lines of its errors, or of its output when there are none. */
    List<String> lastLines(ManagedProcess process) {
        List<String> errors = lastLines(process, LogStream.ERR);
        return errors.isEmpty() ? lastLines(process, LogStream.OUT) : errors;
    }

    private List<String> lastLines(ManagedProcess process, LogStream stream) {
        try {
            List<String> lines = new ArrayList<>();
            for (var source : logs.sources(process.name(), List.of(stream))) {
                for (LogLine line : LogTail.list(source, From.lastLines(LAST_LINES))) {
                    lines.add(line.text());
                }
            }
            return lines;
        } catch (IOException e) {
            return List.of("(its log cannot be read: " + e.getMessage() + ")");
        }
    }

    private static TsmException unstoppable(Outcome.Unstoppable stuck) {
        String survivors = stuck.survivors().stream()
                .map(p -> p.pid() + " (" + p.comm() + ", state " + p.state() + ")")
                .collect(Collectors.joining(", "));
        return new TsmException.Failed(
                stuck.process().label() + " cannot be stopped: killed, and yet alive: " + survivors,
                "a process in state D waits for the kernel, often for a disk or a network share; tsm keeps trying");
    }

    private static TsmException refused(ManagedProcess process, String why) {
        return new TsmException.Failed(
                process.label() + ": " + why, "tsm info " + process.name() + " shows how it is now");
    }
}
