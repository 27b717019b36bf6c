package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.PortOwner;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.os.ProcessTable;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.spec.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The use case of {@code tsm kill}: processes that tsm manages, and by port or pid also others of the same user. */
public final class Killer {
    private static final Pattern NUMBER = Pattern.compile("(?:(port|pid):)?([0-9]{1,9})");

    private final Target targets;
    private final Host host;

    Killer(Target targets, Host host) {
        this.targets = targets;
        this.host = host;
    }

    /** Who is to be killed. */
    public record Victims(List<ManagedProcess> managed, List<Stranger> strangers) {}

    /**
     * Finds whom the words mean; a number is a port first.
     *
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
                targets.find(List.of(word), namespace, Targets.NumberOrder.PORT_FIRST).stream()
                        .filter(p -> managed.stream().noneMatch(m -> m.key() == p.key()))
                        .forEach(managed::add);
            } catch (TsmException.NotFound e) {
                strangers.add(stranger(word).orElseThrow(() -> e));
            }
        }
        return new Victims(managed, strangers);
    }

    /** Kills a process that tsm does not manage. Returns whether it was there still. */
    public boolean kill(Stranger stranger) {
        return host.signal(stranger.identity(), Signals.number("KILL"));
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
        List<String> words = host.commandLine(process.pid());
        return words.isEmpty() ? process.comm() : String.join(" ", words);
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
                    "pid " + process.pid() + " (" + command(process) + ") belongs to " + host.userName(process.uid())
                            + ", and tsm kills only processes of its own user",
                    "ask that user, or root");
        }
    }
}
