package dev.tetra.tsm.engine;

import dev.tetra.tsm.ipc.ChannelServer;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.CommandRecord;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.supervise.PortObserver;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import java.util.List;
import java.util.Optional;

/** Everything a user can ask for, by use case. */
public final class Engine {
    private final Supervision with;
    private final PatternBook patterns;
    private final Starter starter;
    private final Keeper keeper;
    private final Services services;
    private final Startup startup;
    private final Boot boot;
    private final Overview overview;
    private final Live live;
    private final Target targets;
    private final Killer killer;
    private final Narrator narrator;
    private final PortObserver observer;
    private final Ipc ipc;
    private final PortKeeper portKeeper;
    private final PortDoctor portDoctor;
    private final Orphans orphans;
    private final Adopter adopter;
    private final Health health;
    private final Cleaner cleaner;
    private final EnvDoctor envDoctor;
    private final Queries queries;
    private final Configuration configuration;
    private final Retention retention;
    private final EnvTemplate envTemplate = new EnvTemplate();

    public Engine(
            Supervision with,
            Supervisor supervisor,
            PortObserver observer,
            ChannelServer channels,
            ServiceOptions options) {
        this.with = with;
        this.observer = observer;
        EnvFileReader envFiles = new EnvFileReader(with.host());
        Outcomes outcomes = new Outcomes(with.store(), with.host(), with.logs());
        this.patterns = new PatternBook(with.home());
        this.keeper = new Keeper(with.store(), supervisor, with.host(), with.logs(), envFiles, outcomes, this::renewal);
        this.starter = new Starter(with, supervisor, patterns, envFiles, outcomes, keeper, channels);
        ServiceBook book = new ServiceBook(with.store(), new ServiceRules(options, keeper), with.home());
        this.services = new Services(with.store(), book, starter, keeper, patterns);
        this.startup = new Startup(with.host(), with.home());
        this.boot = new Boot(with.store(), with.host(), keeper, services);
        this.overview = new Overview(with.store(), with.host(), with.logs(), with.home(), observer, with.clock());
        this.live = Live.of(overview);
        this.targets = new Target(with.store(), with.host());
        this.killer = new Killer(targets, with.host());
        this.ipc = new Ipc(with.store(), with.host(), keeper, channels, with.clock());
        this.narrator = new Narrator(with.store(), outcomes, with.clock());
        this.portKeeper = new PortKeeper(with, supervisor, observer, patterns, outcomes);
        this.portDoctor = new PortDoctor(with.store(), with.host());
        this.orphans = new Orphans(with, supervisor);
        this.adopter = new Adopter(with, supervisor, orphans, outcomes, channels);
        this.health = new Health(with, patterns, orphans, portDoctor);
        this.cleaner = new Cleaner(with, supervisor, portKeeper, portDoctor);
        this.queries = new Queries(with.store());
        this.configuration = new Configuration(with.store());
        this.retention = new Retention(with.store(), with.clock());
        this.envDoctor = new EnvDoctor(with.store(), with.host(), envFiles);
    }

    /** Starting commands. */
    public Starter starter() {
        return starter;
    }

    /** Stopping, restarting, deleting and more. */
    public Keeper keeper() {
        return keeper;
    }

    /** The daemon at boot. */
    public Startup startup() {
        return startup;
    }

    /** What comes up with the daemon. */
    public Boot boot() {
        return boot;
    }

    /** Starting by definitions, and the definitions. */
    public Services services() {
        return services;
    }

    /** What a process of a service becomes when it runs again; the definitions are wired after the keeper. */
    private Optional<Starter.Renewal> renewal(ManagedProcess process, Caller caller, boolean takeEnvironment) {
        return services.renewal(process, caller, takeEnvironment);
    }

    /** Looking at processes. */
    public Overview overview() {
        return overview;
    }

    /** Watching all processes. */
    public Live live() {
        return live;
    }

    /** Finding processes by a user's words. */
    public Target targets() {
        return targets;
    }

    /** Killing, also what tsm does not manage. */
    public Killer killer() {
        return killer;
    }

    /** What happened. */
    public EventLog events() {
        return new EventLog(with.store(), targets);
    }

    /** Saying why a process is as it is. */
    public Narrator narrator() {
        return narrator;
    }

    /** The control sockets of processes. */
    public Ipc ipc() {
        return ipc;
    }

    /** The range of ports, and claims on them. */
    public PortKeeper portKeeper() {
        return portKeeper;
    }

    /** Who has which port of the machine. */
    public PortDoctor portDoctor() {
        return portDoctor;
    }

    /** What was started and is not tracked. */
    public Orphans orphans() {
        return orphans;
    }

    /** Taking such processes back. */
    public Adopter adopter() {
        return adopter;
    }

    /** Whether all of tsm is in order. */
    public Health health() {
        return health;
    }

    /** Clearing away what is stale. */
    public Cleaner cleaner() {
        return cleaner;
    }

    /** Looking at env files. */
    public EnvDoctor envDoctor() {
        return envDoctor;
    }

    /** Reading the state and the history by SQL. */
    public Queries queries() {
        return queries;
    }

    /** The settings of the home. */
    public Configuration configuration() {
        return configuration;
    }

    /** How long history is kept. */
    public Retention retention() {
        return retention;
    }

    /** New env files. */
    public EnvTemplate envTemplate() {
        return envTemplate;
    }

    /** The patterns that commands are classified by. */
    public PatternBook patterns() {
        return patterns;
    }

    /** The log files. */
    public LogFiles logs() {
        return with.logs();
    }

    /** Rules about a command's words, with a caller's programs. */
    public SearchPath programs(Caller caller) {
        return new SearchPath(caller.cwd(), caller.path(), new RealFiles());
    }

    /** The ports that are reserved, and those that processes listen on all the same, in order. */
    public List<PortUse> ports() {
        List<ManagedProcess> all = with.store().call(tx -> tx.processes().all());
        return PortUse.of(all, observer.look(all));
    }

    /** Writes down a command that was to change something. */
    public void record(CommandRecord command) {
        with.store().run(tx -> tx.journal().command(command));
    }
}
