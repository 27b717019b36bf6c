package dev.tetra.tsm.daemon;

import dev.tetra.tsm.command.DaemonControl;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** What the daemon knows of itself. */
final class Self {
    private final Path home;
    private final BuildInfo build;
    private final Host host;
    private final Store store;
    private final long began = System.nanoTime();
    private final AtomicBoolean told = new AtomicBoolean();
    private final List<String> more = new CopyOnWriteArrayList<>();

    Self(Path home, BuildInfo build, Host host, Store store) {
        this.home = home;
        this.build = build;
        this.host = host;
        this.store = store;
    }

    Path log() {
        return home.resolve("daemon.log");
    }

    /** Has the user told something, besides what there is to say of the database. */
    void tell(String notice) {
        more.add(notice);
    }

    List<String> takeUntold() {
        return told.compareAndSet(false, true) ? notices() : List.of();
    }

    private List<String> notices() {
        List<String> all = new ArrayList<>(store.notices());
        all.addAll(more);
        return List.copyOf(all);
    }

    DaemonControl.Status status() {
        List<ManagedProcess> all = store.call(tx -> tx.processes().all());
        long memory = host.processes()
                .get(host.self().pid())
                .map(ProcessInfo::rssBytes)
                .orElse(0L);
        return new DaemonControl.Status(
                host.self().pid(),
                build.version(),
                build.build(),
                home,
                Duration.ofNanos(System.nanoTime() - began),
                memory,
                all.size(),
                (int) all.stream().filter(p -> p.status().alive()).count(),
                notices());
    }
}
