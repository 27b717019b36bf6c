package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.PortOwner;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTable;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Targets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The use case of {@code tsm kill}: processes that tsm manages, and by port or pid also others of the same user. */
public final class Killer {
    private static final Pattern NUMBER = Pattern.compile("(?:(port|pid):)?([0-9]{1,9})");

    private static final Duration GONE = Duration.ofSeconds(2);
    private static final long LOOK_MILLIS = 5;

    private final Target targets;
    private final Host host;

    Killer(Target targets, Host host) {
        this.targets = targets;
        this.host = host;
    }

    /** Who is to be killed. */
    public record Victims(List<ManagedProcess> managed, List<Stranger> strangers) {}

    /**
     * Finds whom the words mean; a number is a port first. A port that is reserved for a process at rest, but listened to
     * by another, means that other.
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
            try {
                List<ManagedProcess> found = targets.find(List.of(word), namespace, Targets.NumberOrder.PORT_FIRST);
                Optional<Stranger> intruder = namespace == null ? intruder(word, found) : Optional.empty();
                intruder.ifPresentOrElse(
                        s -> add(s, strangers),
                        () -> found.stream()
                                .filter(p -> managed.stream().noneMatch(m -> m.key() == p.key()))
                                .forEach(managed::add));
            } catch (TsmException.NotFound e) {
                add((namespace == null ? stranger(word) : Optional.<Stranger>empty()).orElseThrow(() -> e), strangers);
            }
        }
        return new Victims(managed, strangers);
    }

    private static void add(Stranger stranger, List<Stranger> to) {
        if (!to.contains(stranger)) {
            to.add(stranger);
        }
    }

    private Optional<Stranger> intruder(String word, List<ManagedProcess> found) {
        Matcher number = NUMBER.matcher(word);
        if (!number.matches() || "pid".equals(number.group(1))) {
            return Optional.empty();
        }
        int port = Integer.parseInt(number.group(2));
        boolean resting = found.stream()
                .allMatch(p ->
                        p.status().settled() && p.port() != null && p.port().equals(port));
        return resting ? byPort(port) : Optional.empty();
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
            pause();
        }
        return true;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("the daemon stops", "the process was sent the signal");
        }
    }

    private Optional<Stranger> stranger(String word) {
        Matcher number = NUMBER.matcher(word);
        if (!number.matches()) {
            return Optional.empty();
        }
        int value = Integer.parseInt(number.group(2));
        String prefix = number.group(1);
        Optional<Stranger> byPort = "pid".equals(prefix) ? Optional.empty() : byPort(value);
        return byPort.isPresent() || "port".equals(prefix) ? byPort : byPid(value);
    }

    private Optional<Stranger> byPort(int port) {
        if (port < 1 || port > 65_535) {
            return Optional.empty();
        }
        Optional<PortOwner> owner = host.portOwner(port);
        if (owner.isPresent() && owner.get().pid().isEmpty()) {
            throw new TsmException.Failed(
                    "port " + port + " is taken by a process of " + owner.get().user() + ", which tsm may not kill",
                    "ask that user, or root");
        }
        return owner.flatMap(o -> byPid(o.pid().getAsLong()));
    }

    private Optional<Stranger> byPid(long pid) {
        ProcessTable table = host.processes();
        Optional<ProcessInfo> info = table.get(pid).filter(p -> !p.dead());
        info.ifPresent(process -> refuse(process, table));
        return info.map(process -> new Stranger(
                new Identity(process.pid(), process.startTicks(), host.bootId()),
                host.userName(process.uid()),
                command(process)));
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
