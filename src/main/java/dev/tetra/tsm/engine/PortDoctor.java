package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.PortState;
import dev.tetra.tsm.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The use cases of {@code tsm doctor} and {@code tsm doctor port}: who has which port, whatever the rows say. */
public final class PortDoctor {
    /** Where people develop (SPEC 12). */
    private static final List<PortBook.Range> DEVELOPMENT = List.of(
            new PortBook.Range(3000, 3999),
            new PortBook.Range(4000, 4999),
            new PortBook.Range(5000, 5999),
            new PortBook.Range(8000, 8999));

    private final Store store;
    private final Host host;
    private final Path home;
    private final PortBook book;

    PortDoctor(Store store, Host host, Path home) {
        this.store = store;
        this.host = host;
        this.home = home;
        this.book = new PortBook(host, home);
    }

    /**
     * Everything about one port.
     *
     * @param rows who listens, and what it is reserved for; empty when it is free
     * @param free whether a server could listen on it now
     * @param permitted whether this user may listen on it at all
     */
    public record Story(int port, List<PortRow> rows, boolean free, boolean permitted) {}

    private record Rows(List<ManagedProcess> tracked, Set<Integer> claimed, PortBook.Range range) {}

    private Rows rows() {
        return store.call(tx -> new Rows(tx.processes().all(), book.claimed(tx), book.range(tx)));
    }

    /** Whether a port is in the development ranges or in the range of this home. */
    static boolean ofInterest(int port, PortBook.Range range) {
        return range.holds(port) || DEVELOPMENT.stream().anyMatch(r -> r.holds(port));
    }

    /** The ports in use in the development ranges, every one that is reserved, and every one a tracked process has. */
    public List<PortRow> survey() {
        Rows rows = rows();
        PortScan scan = new PortScan(host, rows.tracked());
        Set<Integer> reserved = reserved(rows);
        List<PortScan.Held> held = scan.on(port -> reserved.contains(port) || ofInterest(port, rows.range()));
        return table(rows, held, reserved);
    }

    /** Who has a port, 1 to 65535. */
    public Story port(int port) {
        Rows rows = rows();
        PortScan scan = new PortScan(host, rows.tracked());
        List<PortScan.Held> held = scan.on(p -> p == port);
        Set<Integer> reserved = reserved(rows);
        List<PortRow> about = table(rows, held, reserved).stream()
                .filter(row -> row.port() == port)
                .toList();
        PortState state = host.portState(port);
        return new Story(port, about, state == PortState.FREE, state != PortState.NOT_PERMITTED);
    }

    private static Set<Integer> reserved(Rows rows) {
        Set<Integer> reserved = new TreeSet<>(rows.claimed());
        rows.tracked().stream().filter(p -> p.port() != null).forEach(p -> reserved.add(p.port()));
        return reserved;
    }

    private List<PortRow> table(Rows rows, List<PortScan.Held> held, Set<Integer> reserved) {
        List<PortRow> table = new ArrayList<>();
        for (PortScan.Held one : held) {
            table.add(used(one, own(one, one.port()) ? one.process() : holder(rows, one.port())));
        }
        for (int port : reserved) {
            boolean listened = held.stream().anyMatch(h -> h.port() == port && h.tcp());
            ManagedProcess holder = holder(rows, port);
            if (holder == null && !listened) {
                table.add(unused(port, PortRow.Status.CLAIMED, null, List.of()));
            } else if (holder != null && held.stream().noneMatch(h -> h.port() == port && h.tcp() && own(h, port))) {
                quiet(port, holder, held, listened, table);
            }
        }
        table.sort(Comparator.comparingInt(PortRow::port).thenComparing(PortRow::protocol));
        return table;
    }

    /** Whether it listens by one of those that the port is reserved for: instances may share it. */
    private static boolean own(PortScan.Held held, int port) {
        return held.process() != null
                && Integer.valueOf(port).equals(held.process().port());
    }

    private static void quiet(
            int port, ManagedProcess holder, List<PortScan.Held> held, boolean listened, List<PortRow> to) {
        boolean runs = holder.status() == Status.ONLINE || holder.status() == Status.STARTING;
        List<Integer> elsewhere = held.stream()
                .filter(h -> h.tcp() && h.of(holder))
                .map(PortScan.Held::port)
                .distinct()
                .toList();
        if (!listened || !elsewhere.isEmpty()) {
            to.add(unused(port, runs ? PortRow.Status.SILENT : PortRow.Status.RESERVED, holder, elsewhere));
        }
    }

    private static @Nullable ManagedProcess holder(Rows rows, int port) {
        return rows.tracked().stream()
                .filter(p -> p.port() != null && p.port() == port)
                .findFirst()
                .orElse(null);
    }

    private PortRow used(PortScan.Held held, @Nullable ManagedProcess holder) {
        boolean taken = holder != null && held.tcp() && !held.of(holder);
        return new PortRow(
                held.port(),
                held.protocol().name().toLowerCase(Locale.ROOT),
                taken ? PortRow.Status.TAKEN : PortRow.Status.USED,
                taken ? holder : held.process(),
                held.process(),
                held.pid(),
                held.user(),
                held.command(),
                held.process() != null || held.pid() == null
                        ? null
                        : Stranger.otherHome(held.pid(), host, home).orElse(null),
                held.addresses(),
                List.of());
    }

    private static PortRow unused(
            int port, PortRow.Status status, @Nullable ManagedProcess process, List<Integer> elsewhere) {
        return new PortRow(port, "tcp", status, process, null, null, "", "", null, List.of(), elsewhere);
    }
}
