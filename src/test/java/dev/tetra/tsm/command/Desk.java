package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Caller;
import dev.tetra.tsm.engine.Engine;
import dev.tetra.tsm.ipc.ChannelLimits;
import dev.tetra.tsm.ipc.ChannelServer;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Checkpoints;
import dev.tetra.tsm.supervise.PortObserver;
import dev.tetra.tsm.supervise.Sampler;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.Triggers;
import dev.tetra.tsm.supervise.health.Probing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Commands run by the real engine in a home of its own, without a daemon around it. */
final class Desk implements AutoCloseable, DaemonControl {
    static final BuildInfo BUILD = new BuildInfo("0.1.0", "0.1.0+20260102030405");

    final Path home;
    final Host host = Hosts.forThisMachine();
    final ChannelServer channels;
    final Engine engine;
    final Sampler sampler;
    final List<String> asked = new ArrayList<>();
    final Store store;
    private final Supervisor supervisor;
    private final Probing probing;
    private final Commands commands = new Commands();

    /** What a command line gave. */
    record Told(int code, String out, String err) {}

    Desk(Path folder) throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(folder.resolve("work"));
        store = Store.open(home, BUILD, Clock.systemUTC());
        PortObserver observer = new PortObserver(store, host);
        probing = new Probing(store, host, new LogFiles(home), home, Clock.systemUTC());
        Supervision with = new Supervision(
                store,
                host,
                new LogFiles(home),
                home,
                Clock.systemUTC(),
                Checkpoints.NONE,
                processKey -> {},
                List.of(probing, new Triggers(host, Clock.systemUTC(), home)));
        supervisor = new Supervisor(with);
        sampler = new Sampler(store, host, supervisor::running, Clock.systemUTC());
        channels = new ChannelServer(home.resolve("sockets"), ChannelLimits.STANDARD);
        engine = new Engine(with, supervisor, observer, channels, probing, new StartFields());
        engine.ipc().start();
    }

    Told tell(String... words) {
        return tell(ScriptedTerminal.mute(), words);
    }

    Told tell(ScriptedTerminal terminal, String... words) {
        int code = commands.run(List.of(words), context(terminal));
        return new Told(code, terminal.shown(), terminal.errors());
    }

    Context context(Terminal terminal) {
        Caller caller = new Caller("anna", 4711, home.resolveSibling("work").toString(), 0022, () -> {
            String path = System.getenv("PATH");
            return List.of("PATH=" + (path == null ? "/usr/bin:/bin" : path));
        });
        return new Context(engine, caller, terminal, this, BUILD);
    }

    ManagedProcess process(String name) {
        return store.call(tx -> tx.processes().named(name)).orElseThrow();
    }

    List<String> names() {
        return store.call(tx -> tx.processes().all()).stream()
                .map(ManagedProcess::name)
                .toList();
    }

    @Override
    public Status status() {
        return new Status(
                99, "0.1.0", BUILD.build(), home, Duration.ofSeconds(90), 2 << 20, names().size(), 1, List.of());
    }

    @Override
    public void stopAfterAnswer() {
        asked.add("stop");
    }

    @Override
    public void replaceAfterAnswer() {
        asked.add("replace");
    }

    @Override
    public Path log() {
        return home.resolve("daemon.log");
    }

    @Override
    public List<String> untoldNotices() {
        return List.of();
    }

    @Override
    public void close() {
        engine.keeper()
                .delete(
                        engine.targets().find(List.of("all"), null),
                        context(ScriptedTerminal.mute()).caller(),
                        false);
        try {
            channels.close();
            supervisor.close(host::close);
            probing.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }
}
