package dev.tetra.tsm.engine;

import dev.tetra.tsm.ipc.ChannelServer;
import dev.tetra.tsm.ipc.ChannelState;
import dev.tetra.tsm.ipc.SocketFile;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Classification;
import dev.tetra.tsm.spec.Classified;
import dev.tetra.tsm.spec.CommandLine;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.EnvFiles;
import dev.tetra.tsm.spec.Naming;
import dev.tetra.tsm.spec.Patterns;
import dev.tetra.tsm.spec.Schedules;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.spec.Template;
import dev.tetra.tsm.store.Processes;
import dev.tetra.tsm.store.Runs;
import dev.tetra.tsm.store.Tx;
import dev.tetra.tsm.supervise.Checkpoints;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.Wish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The use case of {@code tsm start}: from words to a process that runs. */
public final class Starter {
    private final Supervision with;
    private final Supervisor supervisor;
    private final PatternBook patterns;
    private final EnvFileReader envFiles;
    private final PortBook ports;
    private final Outcomes outcomes;
    private final Keeper keeper;
    private final Chain chain;
    private final ChannelServer channels;
    private final RealFiles files = new RealFiles();
    private final LimitRules limits;

    Starter(
            Supervision with,
            Supervisor supervisor,
            PatternBook patterns,
            EnvFileReader envFiles,
            Outcomes outcomes,
            Keeper keeper,
            Chain chain,
            ChannelServer channels) {
        this.with = with;
        this.supervisor = supervisor;
        this.patterns = patterns;
        this.envFiles = envFiles;
        this.ports = new PortBook(with.host(), with.home());
        this.limits = new LimitRules(with.host().rights(), supervisor::requireGroups);
        this.outcomes = outcomes;
        this.keeper = keeper;
        this.chain = chain;
        this.channels = channels;
    }

    /** What is known of a command before anything is decided in the database. */
    record Plan(
            Classified command,
            Classification classification,
            @Nullable String envFile,
            Map<EnvSource, List<EnvVar>> environment,
            PortBook.@Nullable Wish port,
            ProcessType type,
            List<String> notes) {}

    /** What the database said: a process to run, new or known. */
    private record Decision(ManagedProcess process, boolean fresh, Wish.@Nullable Change change) {}

    /**
     * Starts a command. One word that is no program, but the whole name or the ID of a tracked process, runs that again.
     *
     * @throws TsmException of every kind of SPEC 16; nothing is recorded then, except for a program that was executed and
     *     died at once, which stays tracked with its logs
     */
    public Started start(StartRequest request, Caller caller) {
        return awaited(outcomes.started(begin(request, caller)), request);
    }

    /** As {@link #start}, but it returns once the process has been asked to run, with what it needs asked before it. */
    Pending begin(StartRequest request, Caller caller) {
        if (request.instances().count() > 0) {
            throw new IllegalArgumentException("several instances are started by Groups");
        }
        SearchPath programs = new SearchPath(caller.cwd(), caller.path(), files);
        Classified command;
        try {
            command = CommandLine.understand(request.words(), programs);
        } catch (TsmException.Failed e) {
            return again(tracked(request).orElseThrow(() -> e), request, caller);
        }
        Plan plan = plan(request, caller, command, programs);
        plan.notes().addAll(broughtUp(request, caller, plan));
        with.checkpoints().pass(Checkpoints.Point.BEFORE_CREATE);
        Decision decision = with.store().decide(tx -> decide(tx, request, caller, plan));
        with.checkpoints().pass(Checkpoints.Point.AFTER_CREATE);
        if (decision.fresh()) {
            openChannel(decision.process(), plan);
        }
        boolean proof = request.until() != StartRequest.Until.EXECUTED;
        Wish.Start wish = new Wish.Start(caller.user(), proof, decision.change());
        var reply = !decision.fresh()
                ? supervisor.ask(decision.process(), wish)
                : decision.process().life().awaitsTime()
                        ? supervisor.track(decision.process())
                        : supervisor.runNew(decision.process(), wish);
        ManagedProcess process = decision.change() == null
                ? decision.process()
                : decision.process().with(decision.change().spec());
        return new Pending(
                process, reply, plan.notes(), request.until(), request.patience(), request.timeout() != null);
    }

    private List<String> broughtUp(StartRequest request, Caller caller, Plan plan) {
        OrderPolicy order = request.supervision().order();
        if (order.after().isEmpty()) {
            return List.of();
        }
        List<String> names = with.store()
                .call(tx -> restingTwin(tx, request, caller, plan))
                .map(twin -> List.of(twin.name()))
                .orElseGet(() -> Chain.namesToBe(
                        request.name(),
                        request.origin().service(),
                        Naming.automatic(caller.cwd(), plan.command(), null)));
        return chain.bringUp(names, order, caller);
    }

    /** What a request means, before anything is decided. */
    Plan plan(StartRequest request, Caller caller) {
        SearchPath programs = new SearchPath(caller.cwd(), caller.path(), files);
        return plan(request, caller, CommandLine.understand(request.words(), programs), programs);
    }

    Started awaited(Started started, StartRequest request) {
        // With such probes it was waited for already.
        boolean gated = started.process().spec().supervision().health().gated();
        if (request.until() == StartRequest.Until.READY && !gated) {
            outcomes.awaitReady(started.process(), request.patience());
        }
        return started;
    }

    private Optional<ManagedProcess> tracked(StartRequest request) {
        if (request.words().size() != 1) {
            return Optional.empty();
        }
        String word = request.words().getFirst();
        String name = word.startsWith("name:") ? word.substring("name:".length()) : word;
        String id = word.startsWith("id:") ? word.substring("id:".length()) : word;
        boolean anywhere = request.namespace().equals(ProcessSpec.DEFAULT_NAMESPACE);
        List<ManagedProcess> all = with.store().call(tx -> tx.processes().all()).stream()
                .filter(p -> anywhere || p.spec().namespace().equals(request.namespace()))
                .toList();
        return all.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .or(() -> all.stream()
                        .filter(p -> Integer.toString(p.id()).equals(id))
                        .findFirst());
    }

    /**
     * The instances that a request means by the name they share: one word that is neither a program nor a process's name or ID.
     * Empty for anything else.
     */
    List<ManagedProcess> instancesMeant(StartRequest request, Caller caller) {
        if (request.words().size() != 1
                || request.instances().count() > 0
                || tracked(request).isPresent()) {
            return List.of();
        }
        String word = request.words().getFirst();
        String name = word.startsWith("name:") ? word.substring("name:".length()) : word;
        boolean anywhere = request.namespace().equals(ProcessSpec.DEFAULT_NAMESPACE);
        List<ManagedProcess> meant = with.store().call(tx -> tx.processes().all()).stream()
                .filter(p -> name.equals(p.instances().group()))
                .filter(p -> anywhere || p.spec().namespace().equals(request.namespace()))
                .toList();
        if (meant.isEmpty()) {
            return meant;
        }
        try {
            CommandLine.understand(request.words(), new SearchPath(caller.cwd(), caller.path(), files));
            return List.of();
        } catch (TsmException.Failed e) {
            requirePlain(request, name, name);
            return meant;
        }
    }

    private static void requirePlain(StartRequest request, String label, String name) {
        if (!request.plain()) {
            throw new TsmException.Usage(
                    label + " is tracked already and runs as it was first started; the options do not apply",
                    "tsm start " + name + " runs it; to change it, tsm delete " + name
                            + " and start its command with the options");
        }
    }

    private Pending again(ManagedProcess process, StartRequest request, Caller caller) {
        requirePlain(request, process.label(), process.name());
        boolean proof = request.until() != StartRequest.Until.EXECUTED;
        return keeper.beginAgain(process, caller, proof).as(request);
    }

    /**
     * What a process is to run from now on, and how that differs from what it ran.
     *
     * @param differences in words, one each
     */
    record Renewal(Wish.Change change, List<String> differences, List<String> notes) {}

    /**
     * What a process of a service becomes by what is asked for now; it keeps its ID and its name.
     *
     * @param caller in whose folder, environment and umask it runs
     * @throws TsmException.Conflict when the definition names another port, and that is taken
     */
    Renewal renew(ManagedProcess process, StartRequest request, Caller caller) {
        InstancePolicy present = process.instances();
        InstancePolicy asked = request.instances();
        Plan plan = plan(request, caller);
        if (plan.type() != process.spec().type()) {
            throw new TsmException.Failed(
                    process.label() + " is of type " + process.spec().type().word()
                            + ", and by its service it would be " + plan.type().word(),
                    "tsm delete " + process.name() + " and start the service again; the process was left as it was");
        }
        Wish.@Nullable NewPort move = null;
        PortBook.Wish wanted = plan.port();
        boolean own = present.member() == null;
        if (own && wanted != null && wanted.source().binding() && !Objects.equals(wanted.port(), process.port())) {
            PortBook.Choice choice = with.store().call(tx -> ports.choose(tx, wanted));
            move = new Wish.NewPort(choice.port(), choice.source());
        }
        Integer port = move == null ? process.port() : Integer.valueOf(move.number());
        Template.Applied applied = applied(plan, port);
        StartRequest placed = request.with(request.supervision().with(asked.as(present.member(), present.count())));
        Wish.Change change = new Wish.Change(spec(placed, caller, plan, applied), environment(plan, applied), move);
        List<String> notes = new ArrayList<>(plan.notes());
        if (!own && asked.count() > 0 && asked.count() != present.count()) {
            notes.add("its definition says " + asked.count() + " instances, and there are " + present.count()
                    + ": tsm scale " + present.group() + " " + asked.count());
        }
        List<EnvVar> before = with.store().call(tx -> tx.environments().of(process.key()));
        return new Renewal(change, Differences.between(process, before, change), notes);
    }

    private Plan plan(StartRequest request, Caller caller, Classified command, SearchPath programs) {
        if (!files.isFolder(caller.cwd())) {
            throw new TsmException.Failed(
                    "the working folder is gone: " + caller.cwd(), "cd to a folder that exists, and start it there");
        }
        limits.check(request.supervision().limits());
        checkWatched(request, caller);
        List<String> notes = new ArrayList<>(command.notes());
        Optional<String> envFile =
                request.env() == null ? Optional.empty() : EnvFiles.find(files, caller.cwd(), request.env());
        EnvFileReader.Sourced fromFile = envFile.map(f -> envFiles.read(f, caller.environment(), programs))
                .orElse(EnvFileReader.Sourced.NOTHING);
        envFile.ifPresent(f -> notes.add("environment from " + f));
        PatternBook.Page page = patterns.now();
        notes.addAll(page.warnings());
        Classification classification = page.patterns().classify(command);
        PortBook.Wish port = portWish(request, fromFile.set(), classification);
        if (port == null && request.instances().listen() != null) {
            throw new TsmException.Usage(
                    "--listen is for what has a port, and this is of type "
                            + String.valueOf(request.origin().type()).toLowerCase(Locale.ROOT),
                    "leave --listen out, or the type");
        }
        ProcessType type = port != null
                ? ProcessType.PORT
                : request.origin().type() != null
                        ? request.origin().type()
                        : classification.type() == ProcessType.SOCKET ? ProcessType.SOCKET : ProcessType.PID;
        Map<EnvSource, List<EnvVar>> environment = new EnumMap<>(EnvSource.class);
        environment.put(EnvSource.CALLER, fromFile.callers(caller.environment()));
        environment.put(EnvSource.FILE, fromFile.set());
        environment.put(EnvSource.OPTION, request.variables());
        HealthRules.check(request.supervision().health(), port != null, kind(request, command), with.home());
        return new Plan(command, classification, envFile.orElse(null), environment, port, type, notes);
    }

    private static PortBook.@Nullable Wish portWish(
            StartRequest request, List<EnvVar> fromFile, Classification classification) {
        ProcessType said = request.origin().type();
        if (said != null && said != ProcessType.PORT) {
            return null;
        }
        if (request.port() != null) {
            return new PortBook.Wish(request.port(), PortSource.OPTION);
        }
        Integer option = port(request.variables(), "-e PORT");
        if (option != null) {
            return new PortBook.Wish(option, PortSource.OPTION);
        }
        Integer file = port(fromFile, "PORT in the env file");
        if (file != null) {
            return new PortBook.Wish(file, PortSource.ENV);
        }
        if (classification.hint().isPresent()) {
            return new PortBook.Wish(classification.hint().get().port(), PortSource.COMMAND);
        }
        boolean listens = request.instances().listen() != null;
        return classification.portRequired() || said == ProcessType.PORT || listens
                ? new PortBook.Wish(classification.defaultPort(), PortSource.PATTERN)
                : null;
    }

    private static @Nullable Integer port(List<EnvVar> variables, String where) {
        for (EnvVar variable : variables) {
            if (variable.name().equals("PORT")) {
                try {
                    int port = Integer.parseInt(variable.value().strip());
                    if (port >= 1 && port <= 65_535) {
                        return port;
                    }
                } catch (NumberFormatException e) {
                    // said below
                }
                throw new TsmException.Usage(
                        where + ": '" + variable.value() + "' is no port", "a port is a number from 1 to 65535");
            }
        }
        return null;
    }

    private Decision decide(Tx tx, StartRequest request, Caller caller, Plan plan) {
        Optional<ManagedProcess> resting = restingTwin(tx, request, caller, plan);
        if (resting.isPresent()) {
            ManagedProcess twin = resting.get();
            ports.refuseForeign(twin.port(), () -> tx.processes().all());
            tx.services().saveOptions(twin.key(), request.origin().options());
            Template.Applied applied = applied(plan, twin.port());
            return new Decision(
                    twin, false, new Wish.Change(spec(request, caller, plan, applied), environment(plan, applied)));
        }
        PortBook.Choice port = plan.port() == null ? null : ports.choose(tx, plan.port());
        Integer number = port == null ? null : port.port();
        String name = name(request, caller, plan, number);
        tx.processes().named(name).ifPresent(taken -> {
            throw taken(taken, request, caller, plan);
        });
        tx.processes().all().stream()
                .filter(p -> name.equals(p.instances().group()))
                .findFirst()
                .ifPresent(instance -> {
                    throw new TsmException.Conflict(
                            "the name " + name + " is that of "
                                    + instance.instances().count() + " instances, " + instance.label() + " is one",
                            "give this one a name: --name NAME; tsm scale " + name + " +1 makes one more of those");
                });
        List<Newcomer> one = List.of(new Newcomer(name, port, request.supervision()));
        return new Decision(create(tx, request, one, caller, plan).getFirst(), true, null);
    }

    /** A process that is to be made: of several of one request each has its name, its port and its place among them. */
    record Newcomer(String name, PortBook.@Nullable Choice port, SupervisionPolicy supervision) {}

    /** Makes processes, with as many statements for many as for one but for their ports; in their order. */
    List<ManagedProcess> create(Tx tx, StartRequest request, List<Newcomer> newcomers, Caller caller, Plan plan) {
        int id = tx.processes().nextId();
        List<Processes.Fresh> fresh = new ArrayList<>();
        List<Map<EnvSource, List<EnvVar>>> environments = new ArrayList<>();
        for (Newcomer each : newcomers) {
            Template.Applied applied = applied(
                    plan,
                    each.port() == null ? null : Integer.valueOf(each.port().port()));
            ProcessSpec spec = spec(request.with(each.supervision()), caller, plan, applied);
            boolean scheduled = spec.supervision().triggers().scheduled();
            fresh.add(new Processes.Fresh(
                    id + fresh.size(), each.name(), spec, scheduled ? scheduled(spec) : Lifecycle.NEW));
            environments.add(environment(plan, applied));
        }
        List<Long> keys = tx.processes().insert(fresh);
        addEnvironments(tx, keys, environments);
        tx.services().addOptions(keys, request.origin().options());
        Map<Long, Long> runs = decideRuns(tx, keys, fresh);
        for (int i = 0; i < keys.size(); i++) {
            record(tx, keys.get(i), newcomers.get(i), fresh.get(i), runs.get(keys.get(i)), caller);
        }
        if (keys.size() == 1) {
            return List.of(tx.processes().find(keys.getFirst()).orElseThrow());
        }
        Set<Long> made = new HashSet<>(keys);
        return tx.processes().all().stream()
                .filter(process -> made.contains(process.key()))
                .toList();
    }

    /** What several have alike is written once for all of them. */
    private static void addEnvironments(Tx tx, List<Long> keys, List<Map<EnvSource, List<EnvVar>>> environments) {
        for (EnvSource source : EnvSource.values()) {
            Map<List<EnvVar>, List<Long>> whose = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                whose.computeIfAbsent(environments.get(i).getOrDefault(source, List.of()), v -> new ArrayList<>())
                        .add(keys.get(i));
            }
            whose.forEach((variables, processes) -> tx.environments().add(processes, source, variables));
        }
    }

    /** Those that do not wait for their time are to run: by the key of the process that of its run. */
    private Map<Long, Long> decideRuns(Tx tx, List<Long> keys, List<Processes.Fresh> fresh) {
        List<Runs.Decision> decisions = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            if (!fresh.get(i).spec().supervision().triggers().scheduled()) {
                decisions.add(new Runs.Decision(
                        keys.get(i), fresh.get(i).life().generation(), supervisor.newToken(), RunCause.START));
            }
        }
        if (decisions.isEmpty()) {
            return Map.of();
        }
        List<Long> decided = tx.runs().decide(decisions);
        Map<Long, Long> runs = new LinkedHashMap<>();
        for (int i = 0; i < decided.size(); i++) {
            runs.put(decisions.get(i).processKey(), decided.get(i));
        }
        tx.processes().setRuns(runs);
        return runs;
    }

    private void record(Tx tx, long key, Newcomer newcomer, Processes.Fresh fresh, @Nullable Long run, Caller caller) {
        String name = newcomer.name();
        boolean nobody = caller.user().equals(Caller.NOBODY);
        String asked = nobody ? Wish.WITH_THE_DAEMON : "start asked by " + caller.user();
        tx.journal().event(EventKind.START, key, name, run, nobody ? Origin.TSM : Origin.USER, asked);
        PortBook.Choice port = newcomer.port();
        if (port != null) {
            if (port.shared()) {
                tx.ports().share(port.port(), key, port.source());
            } else {
                tx.ports().allocate(port.port(), key, port.source());
            }
            String how = "port " + port.port() + (port.shared() ? " shared" : " given") + ", from "
                    + port.source().word();
            tx.journal().event(EventKind.PORT, key, name, run, Origin.TSM, how);
        }
        if (fresh.spec().type() == ProcessType.SOCKET) {
            tx.channels().open(key, socket(name));
        }
    }

    /** A job with times does not run before the first of them. */
    private Lifecycle scheduled(ProcessSpec spec) {
        Instant due = Schedules.after(
                        spec.supervision().triggers(), with.clock().instant())
                .orElse(null);
        return Lifecycle.NEW
                .withStatus(Status.WAITING)
                .withNext(RunCause.SCHEDULE)
                .withDue(due);
    }

    /** A process at rest that was started by the same words in the same place: it is run again, not doubled. */
    private static Optional<ManagedProcess> restingTwin(Tx tx, StartRequest request, Caller caller, Plan plan) {
        return tx.processes().all().stream()
                .filter(p -> p.status().settled())
                .filter(p -> p.instances().member() == null)
                .filter(p -> sameCommand(p, caller, plan))
                .filter(p -> Objects.equals(p.spec().service(), request.origin().service()))
                .filter(p -> p.spec().namespace().equals(request.namespace()))
                .filter(p -> plan.port() == null
                        ? p.port() == null
                        : p.port() != null
                                && (!plan.port().source().binding()
                                        || p.port().equals(plan.port().port())))
                .filter(p -> (request.name() == null && !request.exactName())
                        || p.name().equals(name(request, caller, plan, p.port())))
                .findFirst();
    }

    static boolean sameCommand(ManagedProcess process, Caller caller, Plan plan) {
        return process.spec().command().equals(plan.command().command())
                && process.spec().cwd().equals(caller.cwd());
    }

    private static String name(StartRequest request, Caller caller, Plan plan, @Nullable Integer port) {
        return request.name() == null
                ? Naming.automatic(caller.cwd(), plan.command(), request.exactName() ? null : port)
                : Naming.given(request.name(), port, request.exactName());
    }

    private static TsmException taken(ManagedProcess taken, StartRequest request, Caller caller, Plan plan) {
        boolean same = sameCommand(taken, caller, plan);
        String what = same
                ? "this command already runs here: " + taken.label() + " is "
                        + taken.status().word()
                : "the name " + taken.name() + " is taken by another process: ID " + taken.id() + ", "
                        + CommandWords.brief(Secrets.maskLine(taken.spec().command())) + " in "
                        + taken.spec().cwd();
        String next = same
                ? "tsm restart " + taken.name() + " runs it anew; --name NAME starts a second one"
                : request.name() == null ? "give this one a name: --name NAME" : "choose another name";
        return new TsmException.Conflict(what, next);
    }

    private static Template.Applied applied(Plan plan, @Nullable Integer port) {
        return port == null
                ? new Template.Applied(plan.command().argv(), Map.of())
                : Patterns.apply(plan.command(), plan.classification(), port);
    }

    private static Map<EnvSource, List<EnvVar>> environment(Plan plan, Template.Applied applied) {
        Map<EnvSource, List<EnvVar>> all = new EnumMap<>(plan.environment());
        all.put(
                EnvSource.TSM,
                applied.environment().entrySet().stream()
                        .map(e -> new EnvVar(e.getKey(), e.getValue(), EnvSource.TSM))
                        .toList());
        return all;
    }

    private static Kind kind(StartRequest request, Classified command) {
        Kind said = request.origin().kind();
        return said == null ? command.kind() : said;
    }

    private static ProcessSpec spec(StartRequest request, Caller caller, Plan plan, Template.Applied applied) {
        Classified command = plan.command();
        return new ProcessSpec(
                request.namespace(),
                kind(request, command),
                plan.type(),
                command.command(),
                applied.argv(),
                command.executable(),
                command.script(),
                command.interpreter(),
                caller.cwd(),
                request.origin().service(),
                request.env(),
                plan.envFile(),
                caller.umask(),
                request.restart(),
                request.stop(),
                request.logs(),
                supervision(request.supervision(), caller));
    }

    /** Paths to watch are the caller's. */
    private static SupervisionPolicy supervision(SupervisionPolicy said, Caller caller) {
        TriggerPolicy triggers = said.triggers();
        List<String> paths = triggers.watch().stream()
                .map(path -> watched(path, caller).toString())
                .toList();
        return new SupervisionPolicy(
                said.health(), said.order(), said.instances(), triggers.watching(paths), said.limits());
    }

    private static Path watched(String path, Caller caller) {
        return Path.of(caller.cwd()).resolve(path).normalize();
    }

    private static void checkWatched(StartRequest request, Caller caller) {
        for (String path : request.supervision().triggers().watch()) {
            Path watched = watched(path, caller);
            if (!Files.exists(watched)) {
                throw new TsmException.Usage(
                        "--watch: " + watched + " does not exist", "make it first, or watch another path");
            }
        }
    }

    private String socket(String name) {
        Path path = with.home().resolve("sockets").resolve(name + ".sock");
        SocketFile.tooLong(path).ifPresent(why -> {
            throw new TsmException.Failed(
                    "the path of its control socket is too long: " + why,
                    "use a shorter home (TSM_DIR) or a shorter name (--name)");
        });
        channels.obstacle(path).ifPresent(what -> {
            throw new TsmException.Conflict(
                    "its control socket cannot be made: " + what, "remove that, or give the process another --name");
        });
        return path.toString();
    }

    /** What an instance is to run from now on, of which the plan has changed. */
    Wish.Change change(StartRequest request, Caller caller, Plan plan, @Nullable Integer port) {
        Template.Applied applied = applied(plan, port);
        return new Wish.Change(spec(request, caller, plan, applied), environment(plan, applied));
    }

    /** The name that the instances of a request share. */
    static String group(StartRequest request, Caller caller, Plan plan) {
        return name(request, caller, plan, null);
    }

    /** Before the program runs, so that it finds its channel there. That it cannot be made later does not keep it from running. */
    void openChannel(ManagedProcess process, Plan plan) {
        String path = process.socket();
        if (path == null) {
            return;
        }
        ChannelState state = channels.open(process.key(), Path.of(path));
        if (state.problem() != null) {
            plan.notes().add("its control socket is out of order: " + state.problem());
        }
    }
}
