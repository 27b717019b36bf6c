package dev.tetra.tsm.engine;

import dev.tetra.tsm.ipc.ChannelServer;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.CommandRecord;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.supervise.PortObserver;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.health.Probing;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Everything a user can ask for, by use case. */
public final class Engine {
    private final Supervision with;
    private final PatternBook patterns;
    private final Starter starter;
    private final Keeper keeper;
    private final Groups groups;
    private final Services services;
    private final Startup startup;
    private final Boot boot;
    private final Overview overview;
    private final Live live;
    private final Target targets;
    private final Killer killer;
    private final Narrator narrator;
    private final Readiness readiness;
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
    private final Masks masks;
    private final UnknownWords unknownWords;
    private final Hooks hooks;
    private final EnvTemplate envTemplate = new EnvTemplate();

    public Engine(
            Supervision with,
            Supervisor supervisor,
            PortObserver observer,
            ChannelServer channels,
            Probing probing,
            ServiceOptions options) {
        this.with = with;
        this.observer = observer;
        EnvFileReader envFiles = new EnvFileReader(with.host());
        Outcomes outcomes = new Outcomes(with.store(), with.host(), with.logs());
        this.patterns = new PatternBook(with.home());
        Chain chain = new Chain(with.store(), new Starts());
        this.keeper = new Keeper(
                with.store(),
                supervisor,
                with.host(),
                with.logs(),
                with.home(),
                envFiles,
                outcomes,
                this::renewal,
                chain);
        this.starter = new Starter(with, supervisor, patterns, envFiles, outcomes, keeper, chain, channels);
        ServiceBook book = new ServiceBook(with.store(), new ServiceRules(options, keeper), with.home());
        this.groups = new Groups(with, supervisor, starter, keeper, chain, outcomes);
        this.services = new Services(with.store(), book, starter, groups, keeper, patterns, outcomes);
        this.startup = new Startup(with.host(), with.home());
        this.boot = new Boot(with.store(), with.host(), keeper, services, chain);
        this.overview =
                new Overview(with.store(), with.host(), with.logs(), with.home(), observer, probing, with.clock());
        this.readiness = new Readiness(with.store(), probing);
        this.live = Live.of(overview);
        this.targets = new Target(with.store(), with.host());
        this.killer = new Killer(targets, with.store(), with.host(), with.home());
        this.ipc = new Ipc(with.store(), with.host(), keeper, channels, probing, with.clock());
        this.narrator = new Narrator(with.store(), outcomes, probing, with.clock());
        this.portKeeper = new PortKeeper(with, supervisor, observer, patterns, outcomes);
        this.portDoctor = new PortDoctor(with.store(), with.host(), with.home());
        this.orphans = new Orphans(with, supervisor);
        this.adopter = new Adopter(with, supervisor, orphans, outcomes, channels);
        this.health = new Health(with, patterns, orphans, portDoctor);
        this.cleaner = new Cleaner(with, supervisor, portKeeper, portDoctor);
        this.hooks = new Hooks(with.store(), with.host(), with.clock());
        this.queries = new Queries(with.store());
        this.configuration = new Configuration(with.store());
        this.retention = new Retention(with.store(), with.clock());
        this.unknownWords = new UnknownWords(book, targets);
        this.masks = new Masks(with.store(), book.rules());
        this.envDoctor = new EnvDoctor(with.store(), with.host(), envFiles);
    }

    /** What is asked of others to bring up what a process needs; they are wired after the keeper. */
    private final class Starts implements Chain.Starts {
        @Override
        public Pending again(ManagedProcess process, Caller caller) {
            return keeper.beginAgain(process, caller, true);
        }

        @Override
        public List<Pending> first(Service service, Caller caller) {
            return services.begin(service, caller);
        }

        @Override
        public Optional<Service> service(String name, Caller caller) {
            return services.book().find(name, caller::environment).service();
        }

        @Override
        public List<String> services(Caller caller) {
            return services.book().all(caller::environment).services().stream()
                    .map(Service::name)
                    .toList();
        }

        @Override
        public OrderPolicy order(Service service, @Nullable ManagedProcess process, Caller caller) {
            return services.order(service, process);
        }
    }

    /** Starting commands. */
    public Starter starter() {
        return starter;
    }

    /** Several instances of one command. */
    public Groups groups() {
        return groups;
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

    /** Saying for a process that it is ready. */
    public Readiness readiness() {
        return readiness;
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

    /** What is told of events. */
    public Hooks hooks() {
        return hooks;
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

    /** What may have been meant by words that mean nothing. */
    public UnknownWords unknownWords() {
        return unknownWords;
    }

    /** What may be shown of what was written before. */
    public Masks masks() {
        return masks;
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
