package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.PortOwner;
import dev.tetra.tsm.os.PortState;
import dev.tetra.tsm.store.Tx;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses ports (SPEC 4): the user's word is kept or refused; else the default, else the first free one of the range. */
final class PortBook {
    private static final String RANGE = "port-range";
    /** The range of a home that says nothing else. */
    static final Range DEFAULT_RANGE = new Range(8000, 8999);

    private final Host host;

    PortBook(Host host) {
        this.host = host;
    }

    /** The ports that are given to whoever names none, both ends included. */
    record Range(int from, int to) {
        static Range parse(String text) {
            String[] ends = text.split("-", 2);
            return new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        }
    }

    /** A port and who said it. */
    record Choice(int port, PortSource source) {}

    /** What is asked for: a port that someone named, or with null one of the range. */
    record Wish(@Nullable Integer port, PortSource source) {}

    Range range(Tx tx) {
        return tx.settings().get(RANGE).map(Range::parse).orElse(DEFAULT_RANGE);
    }

    /**
     * The port for a new process.
     *
     * @throws TsmException.Conflict when the user's port is taken, or the range is exhausted
     */
    Choice choose(Tx tx, Wish wish) {
        Set<Integer> held = tx.ports().held();
        Integer named = wish.port();
        if (named != null && !held.contains(named)) {
            PortState state = host.portState(named);
            if (state == PortState.FREE) {
                return new Choice(named, wish.source());
            }
            if (wish.source().binding()) {
                throw state == PortState.NOT_PERMITTED ? notPermitted(named) : foreign(named, wish.source());
            }
        } else if (named != null && wish.source().binding()) {
            throw held(tx, named, wish.source());
        }
        return new Choice(fromRange(tx, held), PortSource.RANGE);
    }

    /**
     * Refuses a port that is reserved for a process at rest when a program that tsm does not manage has taken it since.
     *
     * @throws TsmException.Conflict naming who has it
     */
    void refuseForeign(@Nullable Integer reserved) {
        if (reserved != null && host.portState(reserved) == PortState.TAKEN) {
            throw foreign(reserved, PortSource.RANGE);
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

    private TsmException held(Tx tx, int port, PortSource source) {
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

    private TsmException foreign(int port, PortSource source) {
        Optional<PortOwner> owner = host.portOwner(port);
        String who = owner.map(o -> (o.pid().isPresent() ? "pid " + o.pid().getAsLong() : "a process of " + o.user())
                        + (o.command().isEmpty() ? "" : " (" + o.command() + ")"))
                .orElse("a program that this user may not see");
        return new TsmException.Conflict(
                "port " + port + said(source) + " is taken by " + who + ", which tsm does not manage",
                "end that program (tsm kill " + port + "), or use another port: --port N");
    }

    private static TsmException notPermitted(int port) {
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
