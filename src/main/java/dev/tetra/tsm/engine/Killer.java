package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTable;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Targets;
import dev.tetra.tsm.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The use case of {@code tsm kill}: processes that tsm manages, and by port or pid also others of the same user. */
public final class Killer {
    private static final Pattern NUMBER = Pattern.compile("(?:(port|pid):)?([0-9]{1,9})");
    private static final int LAST_PORT = 65_535;

    private static final Duration GONE = Duration.ofSeconds(2);
    private static final long LOOK_MILLIS = 5;
    /** How long after its start a server may need until it listens. */
    private static final Duration NEW = Duration.ofSeconds(3);

    private final Target targets;
    private final Store store;
    private final Host host;
    private final Path home;

    Killer(Target targets, Store store, Host host, Path home) {
        this.targets = targets;
        this.store = store;
        this.host = host;
        this.home = home;
    }

    /** Who is to be killed. */
    public record Victims(List<ManagedProcess> managed, List<Stranger> strangers) {}

    /**
     * Finds whom the words mean; a number is a port first. A port means all who listen on it now, whomever it is reserved
     * for; only one on which nobody listens means the process that it is reserved for.
     *
     * @param namespace only processes of this one, and so no strangers; null for any
     * @throws TsmException.NotFound when a word means nobody
     * @throws TsmException.Failed for pid 1, tsm itself, or another user's process
     */
    public Victims find(List<String> words, @Nullable String namespace) {
        if (words.isEmpty()) {
            return new Victims(targets.find(words, namespace, Targets.NumberOrder.PORT_FIRST), List.of());
        }
        List<ManagedProcess> managed = new ArrayList<>();
        List<Stranger> strangers = new ArrayList<>();
        for (String word : words) {
            Victims meant = meant(word, namespace);
            meant.managed().stream()
                    .filter(p -> managed.stream().noneMatch(m -> m.key() == p.key()))
                    .forEach(managed::add);
            meant.strangers().stream().filter(s -> !strangers.contains(s)).forEach(strangers::add);
        }
        return new Victims(managed, strangers);
    }

    /**
     * Finds those who listen on a port. One that has it reserved and was started a moment ago is about to listen, so it is
     * waited for.
     *
     * @throws TsmException.NotFound when nobody does
     * @throws TsmException.Failed for pid 1, tsm itself, or another user's process
     */
    public Victims listening(int port) {
        Optional<ManagedProcess> holder = tracked().stream()
                .filter(p -> Integer.valueOf(port).equals(p.port()))
                .findFirst();
        if (holder.filter(Killer::isNew).isPresent()) {
            long deadline = System.nanoTime() + NEW.toNanos();
            while (host.portFree(port) && System.nanoTime() - deadline < 0) {
                pause("nothing was killed");
            }
        }
        List<PortScan.Held> held = held(port);
        if (!held.isEmpty()) {
            return listening(port, held, null);
        }
        throw new TsmException.NotFound(
                "nobody listens on port " + port
                        + holder.map(p -> "; it is reserved for " + p.label() + ", which is "
                                        + p.status().word())
                                .orElse(""),
                holder.map(p -> "tsm kill " + p.name() + " kills that one")
                        .orElse("tsm doctor shows the ports in use"));
    }

    private static boolean isNew(ManagedProcess process) {
        Run run = process.run();
        Instant since = Instant.now().minus(NEW);
        return process.status().alive()
                && run != null
                && run.startedAt() != null
                && run.startedAt().isAfter(since);
    }

    private Victims meant(String word, @Nullable String namespace) {
        Matcher number = NUMBER.matcher(word);
        boolean numeric = number.matches();
        int value = numeric ? Integer.parseInt(number.group(2)) : 0;
        boolean port = numeric && !"pid".equals(number.group(1)) && value >= 1 && value <= LAST_PORT;
        List<PortScan.Held> held = port ? held(value) : List.of();
        if (held.stream().anyMatch(PortScan.Held::tcp)) {
            return listening(value, held, namespace);
        }
        try {
            return new Victims(targets.reserved(word, namespace), List.of());
        } catch (TsmException.NotFound e) {
            if (!held.isEmpty()) {
                return listening(value, held, namespace);
            }
            boolean pid = numeric && namespace == null && !"port".equals(number.group(1));
            Optional<Stranger> stranger = pid ? byPid(value) : Optional.empty();
            return new Victims(List.of(), List.of(stranger.orElseThrow(() -> e)));
        }
    }

    private List<ManagedProcess> tracked() {
        return store.call(tx -> tx.processes().all());
    }

    /** Who has a port now: those who listen on it, or when nobody does, those who have it for UDP. */
    private List<PortScan.Held> held(int port) {
        List<PortScan.Held> held = new PortScan(host, tracked())
                .on(p -> p == port).stream().filter(h -> h.port() == port).toList();
        boolean tcp = held.stream().anyMatch(PortScan.Held::tcp);
        return held.stream().filter(h -> h.tcp() == tcp).toList();
    }

    private Victims listening(int port, List<PortScan.Held> held, @Nullable String namespace) {
        List<ManagedProcess> managed = new ArrayList<>();
        Set<Stranger> strangers = new LinkedHashSet<>();
        for (PortScan.Held one : held) {
            if (one.process() != null && !leftOver(one)) {
                sharing(port, one.process()).stream()
                        .filter(p -> namespace == null || p.spec().namespace().equals(namespace))
                        .filter(p -> managed.stream().noneMatch(m -> m.key() == p.key()))
                        .forEach(managed::add);
            } else if (namespace == null) {
                strangers.add(stranger(port, one));
            }
        }
        if (managed.isEmpty() && strangers.isEmpty()) {
            throw new TsmException.NotFound(
                    "no process in namespace '" + namespace + "' listens on port " + port + ", on which another does",
                    "tsm doctor port " + port + " says who does; name one of the namespace: id:N or name:NAME");
        }
        return new Victims(managed, List.copyOf(strangers));
    }

    /** Whether it was left by a run that ended, so that its process has nothing to be stopped. */
    private boolean leftOver(PortScan.Held held) {
        boolean rests = held.process() != null && held.process().status().settled();
        return rests && !Long.valueOf(host.self().pid()).equals(held.pid());
    }

    /** A process that listens on a port, and the other instances of it that have the same socket. */
    private List<ManagedProcess> sharing(int port, ManagedProcess process) {
        String group = process.instances().group();
        return tracked().stream()
                .filter(p -> p.key() == process.key()
                        || (group != null
                                && group.equals(p.instances().group())
                                && Integer.valueOf(port).equals(p.port())))
                .toList();
    }

    private Stranger stranger(int port, PortScan.Held held) {
        Long pid = held.pid();
        if (pid == null) {
            throw new TsmException.Failed(
                    "port " + port + " is taken by a process of " + held.user() + ", which tsm may not kill",
                    "ask that user, or root");
        }
        return byPid(pid)
                .orElseThrow(() -> new TsmException.NotFound(
                        "pid " + pid + ", which listened on port " + port + ", has just ended",
                        "tsm doctor port " + port + " says who listens now"));
    }

    /**
     * Kills a process that tsm does not manage and waits until it is gone. Returns whether it was there still.
     *
     * @throws TsmException.Failed when it is there even so
     */
    public boolean kill(Stranger stranger) {
        if (!host.signal(stranger.identity(), Signals.KILL)) {
            return false;
        }
        long deadline = System.nanoTime() + GONE.toNanos();
        while (host.alive(stranger.identity())) {
            if (System.nanoTime() - deadline > 0) {
                throw new TsmException.Failed(
                        "pid " + stranger.identity().pid() + " (" + CommandWords.brief(stranger.command())
                                + ") was killed, and yet lives",
                        "a process in state D waits for the kernel, often for a disk or a network share; look again later");
            }
            pause("the process was sent the signal");
        }
        return true;
    }

    private static void pause(String done) {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("the daemon stops", done);
        }
    }

    private Optional<Stranger> byPid(long pid) {
        ProcessTable table = host.processes();
        Optional<ProcessInfo> info = table.get(pid).filter(p -> !p.dead());
        info.ifPresent(process -> refuse(process, table));
        return info.map(process -> new Stranger(
                new Identity(process.pid(), process.startTicks(), host.bootId()),
                host.userName(process.uid()),
                command(process),
                Stranger.otherHome(process.pid(), host, home).orElse(null)));
    }

    private String command(ProcessInfo process) {
        String command = Stranger.command(process.pid(), host);
        return command.isEmpty() ? process.comm() : command;
    }

    private void refuse(ProcessInfo process, ProcessTable table) {
        long own = host.self().pid();
        if (process.pid() == 1) {
            throw new TsmException.Failed("pid 1 is the machine's init, which tsm never kills", "name another process");
        }
        if (process.pid() == own) {
            throw new TsmException.Failed(
                    "pid " + own + " is tsm's own daemon", "tsm daemon stop ends it and leaves the processes running");
        }
        long user = table.get(own).map(ProcessInfo::uid).orElse(-1L);
        if (process.uid() != user) {
            throw new TsmException.Failed(
                    "pid " + process.pid() + " (" + CommandWords.brief(command(process)) + ") belongs to "
                            + host.userName(process.uid()) + ", and tsm kills only processes of its own user",
                    "ask that user, or root");
        }
    }
}
