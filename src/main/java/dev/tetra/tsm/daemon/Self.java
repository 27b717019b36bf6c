package dev.tetra.tsm.daemon;

import dev.tetra.tsm.command.DaemonControl;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessInfo;
import dev.tetra.tsm.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** What the daemon knows of itself. */
final class Self {
    private final Path home;
    private final BuildInfo build;
    private final Host host;
    private final Store store;
    private final long began = System.nanoTime();
    private final AtomicBoolean told = new AtomicBoolean();

    Self(Path home, BuildInfo build, Host host, Store store) {
        this.home = home;
        this.build = build;
        this.host = host;
        this.store = store;
    }

    Path log() {
        return home.resolve("daemon.log");
    }

    List<String> takeUntold() {
        return told.compareAndSet(false, true) ? store.notices() : List.of();
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
                store.notices());
    }
}
