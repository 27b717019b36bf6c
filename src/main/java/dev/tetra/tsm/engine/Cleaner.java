package dev.tetra.tsm.engine;

import dev.tetra.tsm.ipc.SocketFile;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The use case of {@code tsm doctor clean}: clears away what belongs to nothing. It never ends a process. */
public final class Cleaner {
    private static final Logger LOG = LoggerFactory.getLogger(Cleaner.class);

    private final Supervision with;
    private final Supervisor supervisor;
    private final PortKeeper ports;
    private final PortDoctor doctor;

    Cleaner(Supervision with, Supervisor supervisor, PortKeeper ports, PortDoctor doctor) {
        this.with = with;
        this.supervisor = supervisor;
        this.ports = ports;
        this.doctor = doctor;
    }

    /**
     * What was done.
     *
     * @param ports that were released
     * @param rechecked processes that were said to run and do not
     * @param sockets files that were removed
     * @param logs folders of logs of no tracked process, which were removed if that was asked for
     * @param wrong reserved ports on which another listens than the process that runs, or nobody does
     */
    public record Report(
            PortKeeper.Cleaned ports,
            List<ManagedProcess> rechecked,
            List<String> sockets,
            List<String> logs,
            List<PortRow> wrong) {}

    /**
     * Cleans.
     *
     * @param aggressive also compare each reserved port with who listens on it
     * @param removeLogs remove logs of processes that are not tracked any more
     */
    public Report clean(boolean aggressive, boolean removeLogs) {
        Store store = with.store();
        PortKeeper.Cleaned cleaned = ports.cleanup();
        List<ManagedProcess> tracked = store.call(tx -> tx.processes().all());
        List<ManagedProcess> stale =
                tracked.stream().filter(p -> Health.stale(p, with)).toList();
        stale.forEach(supervisor::recheck);
        return new Report(
                cleaned,
                stale,
                sockets(tracked),
                logs(tracked, removeLogs),
                aggressive ? doctor.survey().stream().filter(Cleaner::wrong).toList() : List.of());
    }

    private static boolean wrong(PortRow row) {
        return row.process() != null && (row.status() == PortRow.Status.TAKEN || row.status() == PortRow.Status.SILENT);
    }

    private List<String> sockets(List<ManagedProcess> tracked) {
        Set<String> used = tracked.stream()
                .map(ManagedProcess::socket)
                .filter(path -> path != null)
                .collect(Collectors.toSet());
        List<String> removed = new ArrayList<>();
        for (Path file : entries(with.home().resolve("sockets"))) {
            String path = file.toString();
            String channel = path.endsWith(".app") ? path.substring(0, path.length() - ".app".length()) : path;
            if (channel.endsWith(".sock") && !used.contains(channel) && dead(file) && delete(file)) {
                removed.add(path);
            }
        }
        return removed;
    }

    /** Whether it is a socket that nobody listens on; connecting to a file of another kind is refused too. */
    private static boolean dead(Path file) {
        return SocketFile.isSocket(file) && !SocketFile.listens(file);
    }

    private static boolean delete(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} could not be removed", file, e);
            return false;
        }
    }

    private List<String> logs(List<ManagedProcess> tracked, boolean remove) {
        Set<String> names = tracked.stream().map(ManagedProcess::name).collect(Collectors.toSet());
        List<String> found = new ArrayList<>();
        for (Path folder : entries(with.home().resolve("logs"))) {
            String name = folder.getFileName().toString();
            if (Files.isDirectory(folder) && !names.contains(name)) {
                found.add(folder.toString());
                if (remove) {
                    remove(name);
                }
            }
        }
        return found;
    }

    private void remove(String name) {
        // Within a decision, so that no process of that name comes into being meanwhile.
        with.store().decide(tx -> {
            if (tx.processes().named(name).isEmpty()) {
                try {
                    with.logs().delete(name);
                } catch (IOException e) {
                    LOG.warn("the logs of {} were not removed", name, e);
                }
            }
            return true;
        });
    }

    private static List<Path> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
