package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.PortOwner;
import dev.tetra.tsm.os.PortState;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.store.Tx;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Chooses ports (SPEC 4): the user's word is kept or refused; else the default, else the first free one of the range. */
final class PortBook {
    static final String RANGE = "port-range";
    private static final String CLAIMED = "claimed-ports";
    private static final Pattern RANGE_TEXT = Pattern.compile("([0-9]{1,5})(?:-|–| )([0-9]{1,5})");
    /** The range of a home that says nothing else. */
    static final Range DEFAULT_RANGE = new Range(8000, 8999);

    private final Host host;
    private final Path home;

    PortBook(Host host, Path home) {
        this.host = host;
        this.home = home;
    }

    /** The ports that are given to whoever names none, both ends included. */
    record Range(int from, int to) {
        /**
         * Reads {@code FROM-TO}.
         *
         * @throws TsmException.Usage when it is no range of ports
         */
        static Range parse(String text) {
            Matcher ends = RANGE_TEXT.matcher(text.strip());
            if (!ends.matches()) {
                throw new TsmException.Usage("'" + text + "' is no range of ports", "write it so: 8000-8999");
            }
            Range range = new Range(Integer.parseInt(ends.group(1)), Integer.parseInt(ends.group(2)));
            if (range.from() < 1 || range.to() > 65_535 || range.from() > range.to()) {
                throw new TsmException.Usage(
                        "'" + text + "' is no range of ports",
                        "a port is a number from 1 to 65535, and the first is not above the last: 8000-8999");
            }
            return range;
        }

        boolean holds(int port) {
            return port >= from && port <= to;
        }

        String text() {
            return from + "-" + to;
        }
    }

    /**
     * A port and who said it.
     *
     * @param shared whether another instance holds it
     */
    record Choice(int port, PortSource source, boolean shared) {
        Choice(int port, PortSource source) {
            this(port, source, false);
        }
    }

    /** What is asked for: a port that someone named, or with null one of the range. */
    record Wish(@Nullable Integer port, PortSource source) {}

    Range range(Tx tx) {
        return tx.settings().get(RANGE).map(Range::parse).orElse(DEFAULT_RANGE);
    }

    void saveRange(Tx tx, Range range) {
        tx.settings().put(RANGE, range.text());
    }

    /** The ports that only who names them gets. */
    Set<Integer> claimed(Tx tx) {
        Set<Integer> claimed = new TreeSet<>();
        for (String port : tx.settings().get(CLAIMED).orElse("").split(" ", -1)) {
            if (!port.isEmpty()) {
                claimed.add(Integer.valueOf(port));
            }
        }
        return claimed;
    }

    void saveClaimed(Tx tx, Set<Integer> ports) {
        tx.settings()
                .put(CLAIMED, new TreeSet<>(ports).stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }

    /**
     * The port for a new process.
     *
     * @throws TsmException.Conflict when the user's port is taken, or the range is exhausted
     */
    Choice choose(Tx tx, Wish wish) {
        Set<Integer> held = tx.ports().held();
        Set<Integer> claimed = claimed(tx);
        Integer named = wish.port();
        boolean kept =
                named != null && claimed.contains(named) && !wish.source().binding();
        if (named != null && !held.contains(named) && !kept) {
            PortState state = host.portState(named);
            if (state == PortState.FREE) {
                return new Choice(named, wish.source());
            }
            if (wish.source().binding()) {
                throw state == PortState.NOT_PERMITTED
                        ? notPermitted(named)
                        : taken(tx.processes().all(), named, wish.source());
            }
        } else if (named != null && wish.source().binding()) {
            throw held(tx, named, wish.source());
        }
        Set<Integer> barred = new HashSet<>(held);
        barred.addAll(claimed);
        return new Choice(fromRange(tx, barred), PortSource.RANGE);
    }

    /**
     * The first free port from this one on, for one more instance.
     *
     * @throws TsmException.Conflict when there is none
     */
    Choice next(Tx tx, int from, PortSource source) {
        Set<Integer> barred = new HashSet<>(tx.ports().held());
        barred.addAll(claimed(tx));
        for (int port = from; port <= 65_535; port++) {
            if (!barred.contains(port) && host.portState(port) == PortState.FREE) {
                return new Choice(port, source);
            }
        }
        throw new TsmException.Conflict(
                "no port from " + from + " on is free for another instance",
                "delete what you no longer need, or start with a lower port: --port N");
    }

    /**
     * Refuses a port that is reserved for a process at rest when another has taken it since.
     *
     * @param tracked asked only then
     * @throws TsmException.Conflict naming who has it
     */
    void refuseForeign(@Nullable Integer reserved, Supplier<List<ManagedProcess>> tracked) {
        if (reserved != null && host.portState(reserved) == PortState.TAKEN) {
            throw taken(tracked.get(), reserved, PortSource.RANGE);
        }
    }

    private int fromRange(Tx tx, Set<Integer> held) {
        Range range = range(tx);
        for (int port = range.from(); port <= range.to(); port++) {
            if (!held.contains(port) && host.portState(port) == PortState.FREE) {
                return port;
            }
        }
        List<String> holders = tx.processes().all().stream()
                .filter(p -> p.port() != null && p.port() >= range.from() && p.port() <= range.to())
                .map(p -> p.port() + " " + p.name() + " (" + p.status().word() + ")")
                .toList();
        String shown = holders.stream().limit(20).collect(Collectors.joining(", "));
        String more = holders.size() > 20 ? " and " + (holders.size() - 20) + " more" : "";
        throw new TsmException.Conflict(
                "no port of the range " + range.from() + "–" + range.to() + " is free"
                        + (holders.isEmpty() ? ": other programs have them all" : "; held by " + shown + more),
                "delete what you no longer need, or name a port: --port N");
    }

    TsmException held(Tx tx, int port, PortSource source) {
        Optional<ManagedProcess> holder =
                tx.ports().holder(port).flatMap(key -> tx.processes().find(key));
        String who =
                holder.map(p -> p.label() + ", which is " + p.status().word()).orElse("another process");
        String next = holder.map(p -> p.status().alive()
                        ? "stop and delete it (tsm delete " + p.name() + "), or use another port: --port N"
                        : "start it (tsm restart " + p.name() + "), delete it (tsm delete " + p.name()
                                + "), or use another port: --port N")
                .orElse("use another port: --port N");
        return new TsmException.Conflict("port " + port + said(source) + " is held by " + who, next);
    }

    /** Why nobody gets a port: a tracked process listens on it that has another one or none, or a stranger does. */
    TsmException taken(List<ManagedProcess> tracked, int port, PortSource source) {
        return new PortScan(host, tracked)
                .on(p -> p == port).stream()
                        .filter(held -> held.port() == port && held.tcp())
                        .flatMap(held -> Stream.ofNullable(held.process()).map(p -> observed(port, source, p, held)))
                        .findFirst()
                        .orElseGet(() -> foreign(port, source));
    }

    private static TsmException observed(int port, PortSource source, ManagedProcess process, PortScan.Held held) {
        boolean left = process.status().settled() || Integer.valueOf(port).equals(process.port());
        String own = process.port() == null ? "it was given none" : "it was given " + process.port();
        return new TsmException.Conflict(
                "port " + port + said(source) + " is taken by " + process.label() + ": pid " + held.pid() + " ("
                        + CommandWords.brief(held.command()) + ") listens on it, "
                        + (left ? "left by a run that ended" : "though " + own),
                left
                        ? "end what was left (tsm kill " + port + "), or use another port: --port N"
                        : "stop it (tsm stop " + process.name() + "), make the port its own (tsm ports claim " + port
                                + " " + process.name() + "), or use another port: --port N");
    }

    private TsmException foreign(int port, PortSource source) {
        Optional<PortOwner> owner = host.portOwner(port);
        String who = owner.map(o -> who(o, host)).orElse("a program that this user may not see");
        OptionalLong pid = owner.map(PortOwner::pid).orElse(OptionalLong.empty());
        Optional<String> other = pid.isPresent() ? Stranger.otherHome(pid.getAsLong(), host, home) : Optional.empty();
        if (other.isPresent()) {
            return new TsmException.Conflict(
                    "port " + port + said(source) + " is taken by " + who + ", which the tsm of another home manages",
                    "stop it there (" + Stranger.stop(pid.getAsLong(), other.get())
                            + "), or use another port: --port N");
        }
        return new TsmException.Conflict(
                "port " + port + said(source) + " is taken by " + who + ", which tsm does not manage",
                "end that program (tsm kill " + port + "), or use another port: --port N");
    }

    /** Who has a port, by pid and command as far as they can be seen. */
    static String who(PortOwner owner, Host host) {
        if (owner.pid().isEmpty()) {
            return "a process of " + owner.user();
        }
        String command = Stranger.command(owner.pid().getAsLong(), host);
        return "pid " + owner.pid().getAsLong() + (command.isEmpty() ? "" : " (" + CommandWords.brief(command) + ")");
    }

    static TsmException notPermitted(int port) {
        return new TsmException.Failed(
                "port " + port + " may not be used by this user",
                "use a port from 1024 on, such as --port " + (port + 8000));
    }

    private static String said(PortSource source) {
        return switch (source) {
            case OPTION -> " (from --port)";
            case ENV -> " (PORT in the env file)";
            case COMMAND -> " (in the command)";
            case PATTERN, RANGE -> "";
        };
    }
}
