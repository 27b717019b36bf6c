package dev.tetra.tsm.daemon;

import dev.tetra.tsm.command.Commands;
import dev.tetra.tsm.command.StartFields;
import dev.tetra.tsm.control.Answer;
import dev.tetra.tsm.control.ControlServer;
import dev.tetra.tsm.control.Request;
import dev.tetra.tsm.engine.Caller;
import dev.tetra.tsm.engine.Engine;
import dev.tetra.tsm.ipc.ChannelLimits;
import dev.tetra.tsm.ipc.ChannelServer;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogWatch;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.DaemonProcess;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.spec.SecretMasking;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.store.Urgency;
import dev.tetra.tsm.supervise.PortObserver;
import dev.tetra.tsm.supervise.Sampler;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.Triggers;
import dev.tetra.tsm.supervise.health.Probing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The wiring of everything, in the order of start, and the reverse at the end. */
final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    /** How long a daemon that is ending, or has just replaced itself, may keep the home. */
    private static final Duration LOCK_WAIT = Duration.ofSeconds(10);
    /** How long commands that are under way may take when the daemon ends. */
    private static final Duration DRAIN = Duration.ofSeconds(10);

    /** Of what comes up with the daemon: nobody's shell says another. */
    private static final int USUAL_UMASK = 0022;

    /** How long the first command waits for what the daemon before this one has left. */
    private static final Duration FINDING = Duration.ofSeconds(2);

    /** What a daemon is mostly started for; their parsers are made while the database opens. */
    private static final List<String> LIKELY_FIRST = List.of("list", "start");

    private final Path home;
    private final HomeLock lock;
    private final Store store;
    private final Host host;
    private final Supervisor supervisor;
    private final PortObserver observer;
    private final ChannelServer channels;
    private final Probing probing;
    private final Engine engine;
    private final Maintenance maintenance;
    private final HomeWatch homeWatch;
    private final Sampler sampler;
    private final LogWatch logs;
    private final Self self;
    private final Sources sources = Sources.ofThisDaemon();
    private final Requests requests;
    private @Nullable Thread comingUp;
    private final ControlServer server;
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    /** How a daemon ends. */
    sealed interface Ending {
        /** It stops. */
        record Stop() implements Ending {}

        /** The launcher at this path becomes the daemon, in the same process. */
        record Replace(String launcher) implements Ending {}
    }

    /** Who hears of runs and of deleted processes. */
    private record Sightings(PortObserver observer, ChannelServer channels, LogWatch logs)
            implements Supervision.Sightings {
        @Override
        public void executed(long processKey) {
            observer.executed(processKey);
            logs.changed();
        }

        @Override
        public void forgotten(long processKey) {
            channels.remove(processKey);
        }
    }

    private Daemon(Path home, BuildInfo build, HomeLock lock, Store store, Host host, Commands commands)
            throws IOException {
        this.home = home;
        this.lock = lock;
        this.store = store;
        this.host = host;
        Clock clock = Clock.systemUTC();
        this.observer = new PortObserver(store, host);
        LogFiles files = new LogFiles(home);
        this.logs = new LogWatch(files, this::watched, this::tell, clock);
        this.channels = new ChannelServer(home.resolve("sockets"), ChannelLimits.STANDARD);
        this.probing = new Probing(store, host, files, home, clock);
        Supervision with = new Supervision(
                store,
                host,
                files,
                home,
                clock,
                CrashPoint.fromProperties(host),
                new Sightings(observer, channels, logs),
                List.of(probing, new Triggers(host, clock, home)));
        this.supervisor = new Supervisor(with);
        this.sampler = new Sampler(store, host, supervisor::running, clock);
        this.engine = new Engine(with, supervisor, observer, channels, probing, new StartFields());
        this.maintenance = new Maintenance(store, home.resolve("tsm.mv.db"), engine.masks(), engine.retention());
        this.self = new Self(home, build, host, store);
        this.requests = new Requests(engine, commands, self, build, sources, ending::complete, closed);
        this.server = ControlServer.bind(home, build.build(), this::handle);
        this.homeWatch = new HomeWatch(lock, server, this::end);
    }

    /**
     * Starts the daemon of a home: when this returns, it answers.
     *
     * @throws TsmException.Unavailable when it cannot, and why
     * @throws HomeLock.Served when another daemon serves the home, and this one was told to give way then
     */
    static Daemon start(Path home, BuildInfo build) throws IOException {
        HomeLock lock = HomeLock.take(home, LOCK_WAIT, Boolean.getBoolean("tsm.yields"));
        // Nothing of the rest needs the database, which takes longest.
        CompletableFuture<Store> opening = CompletableFuture.supplyAsync(
                () -> Store.open(home, build, Clock.systemUTC(), template(), new SecretMasking()),
                Thread::startVirtualThread);
        DaemonProcess.leadSession();
        Host host = Hosts.forThisMachine();
        Store.prepare();
        Commands commands = new Commands();
        LIKELY_FIRST.forEach(words -> commands.prepare(List.of(words)));
        Store store = await(opening);
        Daemon daemon = new Daemon(home, build, lock, store, host, commands);
        daemon.begin();
        return daemon;
    }

    /** The launcher says where the build has left one. */
    private static @Nullable Path template() {
        String path = System.getProperty("tsm.template");
        return path == null ? null : Path.of(path);
    }

    private void handle(Request request, Answer answer) {
        try {
            Urgency.run(() -> requests.handle(request, answer));
        } finally {
            maintenance.commanded();
        }
    }

    private void begin() throws IOException {
        createPrivate("logs");
        // The daemon's own start is one of the events that hooks can be told of.
        engine.hooks().listen();
        store.notices().forEach(notice -> {
            LOG.warn(notice);
            store.run(tx -> tx.journal().daemonEvent(notice));
        });
        store.run(tx -> {
            tx.spans().unseen();
            tx.journal().daemonEvent("started as pid " + host.self().pid());
        });
        supervisor.writeLeft();
        engine.adopter().beforeRecovery().forEach(taken -> {
            LOG.warn(taken);
            self.tell(taken);
        });
        engine.ipc().start();
        boolean anew = engine.boot().startsAnew();
        int tracked = supervisor.recover();
        observer.start();
        maintenance.start();
        sampler.start();
        engine.hooks().start();
        homeWatch.start();
        logs.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::endBySignal, "shutdown"));
        supervisor.awaitFound(FINDING);
        server.start();
        comingUp = Thread.ofVirtual().name("coming up").start(() -> comeUp(anew));
        LOG.info("ready: pid {}, {} processes", host.self().pid(), tracked);
    }

    private List<LogWatch.Watched> watched() {
        return supervisor.running().stream()
                .map(process -> new LogWatch.Watched(
                        process.key(), process.name(), process.spec().logs()))
                .toList();
    }

    private void tell(long processKey, String name, String message) {
        store.run(tx -> tx.journal().event(EventKind.CONFIG, processKey, name, null, Origin.TSM, message));
    }

    /** Beside the first commands: none of them need wait for what comes up. */
    private void comeUp(boolean anew) {
        Caller self = new Caller(
                Caller.NOBODY,
                host.self().pid(),
                home.toString(),
                USUAL_UMASK,
                () -> System.getenv().entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
        try {
            engine.boot().comeUp(self, anew);
        } catch (RuntimeException e) {
            LOG.error("not everything came up with the daemon", e);
        } finally {
            supervisor.cameUp();
        }
    }

    private void createPrivate(String folder) throws IOException {
        Path path = home.resolve(folder);
        if (!Files.isDirectory(path)) {
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    Path log() {
        return home.resolve("daemon.log");
    }

    /** Serves until it is told to end. Returns the exit code; does not return when another program takes its place. */
    int serve() throws IOException {
        Ending how = ending.join();
        try {
            if (how instanceof Ending.Stop) {
                noteOrderlyEnd();
            }
            close();
        } finally {
            ended.complete(true);
        }
        if (how instanceof Ending.Replace(String launcher)) {
            LOG.info("replaced by {}", launcher);
            DaemonProcess.replaceBy(
                    "/bin/bash",
                    List.of("bash", launcher, "__daemon"),
                    System.getenv().entrySet().stream()
                            .map(e -> e.getKey() + "=" + e.getValue())
                            .toList());
        }
        LOG.info("stopped");
        return 0;
    }

    private void noteOrderlyEnd() {
        try {
            engine.boot().endsOrderly();
        } catch (TsmException e) {
            // Most likely the disk is full. The next daemon then starts less anew than it could, but this one can end.
            LOG.warn("that the daemon was told to end could not be noted: {}", e.getMessage());
        }
    }

    /** Ends without a command. */
    void end() {
        ending.complete(new Ending.Stop());
    }

    /** In the reverse order of the start. What fails, as on a full disk, must not keep the rest from ending. */
    private void close() {
        server.stopAccepting();
        homeWatch.close();
        orderly("the live view", engine.live()::close);
        requests.drain(DRAIN);
        orderly("the look at the sources", sources::close);
        orderly("the logs", logs::close);
        orderly("what comes up", () -> {
            if (comingUp != null) {
                comingUp.join(DRAIN);
            }
        });
        orderly("the maintenance", maintenance::close);
        orderly("the samples", sampler::close);
        orderly("the hooks", engine.hooks()::close);
        orderly("the control sockets", channels::close);
        orderly("the supervision", () -> supervisor.close(host::close));
        orderly("the probes", probing::close);
        orderly("the look at ports", observer::close);
        orderly("the database", store::close);
        orderly("the home", lock::close);
        closed.complete(true);
        server.close();
    }

    /** A step of the end. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private static void orderly(String what, Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} did not end well", what, e);
        }
    }

    /** SIGTERM, SIGINT, the machine going down: the same orderly end; the processes go on. */
    private void endBySignal() {
        if (ending.complete(new Ending.Stop()) || !ended.isDone()) {
            ended.join();
        }
    }

    private static Store await(CompletableFuture<Store> opening) {
        try {
            return opening.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("interrupted", "", e);
        }
    }
}
