package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.CommandLine;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Naming;
import dev.tetra.tsm.spec.Pattern;
import dev.tetra.tsm.spec.PatternDraft;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.spec.ServiceFile;
import dev.tetra.tsm.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The use cases between services and processes: start by a definition, restart by its present one, save as one. */
public final class Services {
    private final Store store;
    private final ServiceBook book;
    private final Starter starter;
    private final Groups groups;
    private final Keeper keeper;
    private final PatternBook patterns;
    private final Outcomes outcomes;

    Services(
            Store store,
            ServiceBook book,
            Starter starter,
            Groups groups,
            Keeper keeper,
            PatternBook patterns,
            Outcomes outcomes) {
        this.groups = groups;
        this.outcomes = outcomes;
        this.store = store;
        this.book = book;
        this.starter = starter;
        this.keeper = keeper;
        this.patterns = patterns;
    }

    /** A service and the processes that were started from it. */
    public record Shown(Service service, List<ManagedProcess> processes) {
        /** Whether one of them runs. */
        public boolean running() {
            return processes.stream().anyMatch(p -> !p.status().settled());
        }
    }

    /** What came of a service that was to be started. */
    public record Result(
            Service service,
            @Nullable Started started,
            @Nullable TsmException failure) {}

    /** The definitions. */
    public ServiceBook book() {
        return book;
    }

    /** Services with their processes. */
    public List<Shown> shown(List<Service> services) {
        List<ManagedProcess> all = store.call(tx -> tx.processes().all());
        return services.stream()
                .map(service -> new Shown(
                        service,
                        all.stream()
                                .filter(p -> service.name().equals(p.spec().service()))
                                .toList()))
                .toList();
    }

    /**
     * The service that the words of a start mean: one word that is its name.
     *
     * @throws TsmException.Failed when there is such a file, but it was wrong from the beginning
     */
    public Optional<Service> named(List<String> words, Caller caller) {
        if (words.size() != 1 || !Naming.isValid(words.getFirst())) {
            return Optional.empty();
        }
        ServiceBook.Found found = book.find(words.getFirst(), caller::environment);
        if (found.service().isEmpty() && found.problem() != null) {
            throw found.problem();
        }
        return found.service();
    }

    /**
     * Starts a process of a service; one that is at rest is run again by the present definition.
     *
     * @param given options that go over those of the definition, as fields
     * @throws TsmException.Conflict for options when its process runs
     * @throws TsmException.Failed when its folder is gone, and as {@link Starter#start}
     */
    public Started start(Service service, Map<String, String> given, Caller caller) {
        StartRequest request = book.rules().request(service.name(), service.fields(), given);
        if (request.instances().count() > 0) {
            return together(startAll(service, request, given, caller), service, request);
        }
        Optional<ManagedProcess> known = processOf(service, request);
        if (known.isPresent() && !known.get().status().settled()) {
            return runsAlready(known.get(), book.rules().lasting(given), caller);
        }
        return starter.awaited(outcomes.started(begin(service, request, known, given, caller)), request);
    }

    /** What came of several instances, as one. */
    private Started together(List<Keeper.Result> all, Service service, StartRequest request) {
        for (Keeper.Result one : all) {
            if (one.failure() != null) {
                throw one.failure();
            }
        }
        ManagedProcess first = all.isEmpty()
                ? groups.members(group(service, request)).getFirst()
                : all.getFirst().process();
        return new Started(
                first,
                all.stream().anyMatch(Keeper.Result::changed),
                all.stream().flatMap(r -> r.notes().stream()).distinct().toList());
    }

    /** Asks for the first processes of a service, and for what they need. */
    List<Pending> begin(Service service, Caller caller) {
        StartRequest request = book.rules().request(service.name(), service.fields(), Map.of());
        return request.instances().count() > 0
                ? beginAll(service, request, Map.of(), caller)
                : List.of(begin(service, request, processOf(service, request), Map.of(), caller));
    }

    private Pending begin(
            Service service,
            StartRequest request,
            Optional<ManagedProcess> known,
            Map<String, String> given,
            Caller caller) {
        if (known.isEmpty()) {
            return noted(service, starter.begin(request, placed(service, caller, caller.cwd())), caller);
        }
        ManagedProcess process = known.get();
        Map<String, String> lasting = book.rules().lasting(given);
        placed(service, caller, process.spec().cwd());
        if (!lasting.isEmpty()) {
            store.run(tx -> tx.services().saveOptions(process.key(), given));
        }
        boolean proof = request.until() != StartRequest.Until.EXECUTED;
        return keeper.beginAgain(process, caller, proof).as(request);
    }

    /**
     * Starts the instances of a service; empty when it says nothing of instances, so that it is {@link #start} which
     * starts it.
     *
     * @throws TsmException.Conflict for options when they run
     */
    public List<Keeper.Result> startAll(Service service, Map<String, String> given, Caller caller) {
        StartRequest request = book.rules().request(service.name(), service.fields(), given);
        return request.instances().count() == 0 ? List.of() : startAll(service, request, given, caller);
    }

    private List<Keeper.Result> startAll(
            Service service, StartRequest request, Map<String, String> given, Caller caller) {
        List<Keeper.Result> results =
                new ArrayList<>(groups.settled(beginAll(service, request, given, caller), request));
        List<Long> keys = results.stream().map(r -> r.process().key()).toList();
        groups.members(group(service, request)).stream()
                .filter(p -> !keys.contains(p.key()))
                .forEach(p -> results.add(new Keeper.Result(p, false, null)));
        return results;
    }

    private static String group(Service service, StartRequest request) {
        return Naming.given(request.name() == null ? service.name() : request.name(), null, true);
    }

    /** Asks the instances of a service to run that do not, and what they need before them. */
    private List<Pending> beginAll(Service service, StartRequest request, Map<String, String> given, Caller caller) {
        String group = group(service, request);
        List<ManagedProcess> members = groups.members(group);
        if (members.isEmpty()) {
            return groups.begin(request, placed(service, caller, caller.cwd()));
        }
        Map<String, String> lasting = book.rules().lasting(given);
        List<ManagedProcess> resting =
                members.stream().filter(p -> p.status().settled()).toList();
        if (!lasting.isEmpty() && resting.size() < members.size()) {
            throw new TsmException.Conflict(
                    "of the " + members.size() + " instances of " + group + " some run already, so the options do not"
                            + " apply",
                    "tsm scale " + group + " N changes how many there are; to change more, stop them first");
        }
        if (!lasting.isEmpty()) {
            store.run(tx -> members.forEach(p -> tx.services().saveOptions(p.key(), given)));
        }
        boolean proof = request.until() != StartRequest.Until.EXECUTED;
        return resting.stream()
                .map(p -> keeper.beginAgain(p, caller, proof).as(request))
                .toList();
    }

    /** What a process of a service needs, with the options that go over its definition. */
    OrderPolicy order(Service service, @Nullable ManagedProcess process) {
        Map<String, String> over =
                process == null ? Map.of() : store.call(tx -> tx.services().optionsOf(process.key()));
        return book.rules()
                .request(service.name(), service.fields(), over)
                .supervision()
                .order();
    }

    private Pending noted(Service service, Pending started, Caller caller) {
        TsmException problem = book.find(service.name(), caller::environment).problem();
        if (problem == null) {
            return started;
        }
        List<String> notes = new ArrayList<>(started.notes());
        notes.add(ServiceBook.warning(problem));
        return new Pending(
                started.process(), started.reply(), notes, started.until(), started.patience(), started.limited());
    }

    private Started runsAlready(ManagedProcess process, Map<String, String> lasting, Caller caller) {
        if (!lasting.isEmpty()) {
            throw new TsmException.Conflict(
                    process.label() + " runs already, so the options do not apply",
                    "stop it first, or start a second one under another --name");
        }
        List<String> notes = new ArrayList<>();
        try {
            renewal(process, caller, false)
                    .filter(r -> !r.differences().isEmpty())
                    .ifPresent(r -> {
                        notes.add(
                                "its definition differs from what runs; tsm restart " + process.name() + " applies it");
                        notes.addAll(r.differences());
                    });
        } catch (TsmException e) {
            notes.add("its definition cannot be applied: " + e.getMessage());
        }
        return new Started(process, false, notes);
    }

    /** The process that a start of a service means: of those of the service the one that has the name asked for. */
    private Optional<ManagedProcess> processOf(Service service, StartRequest request) {
        String name = request.name() == null ? service.name() : request.name();
        List<ManagedProcess> all = store.call(tx -> tx.processes().all()).stream()
                .filter(p -> service.name().equals(p.spec().service()))
                .toList();
        return all.stream()
                .filter(p -> p.name().equals(Naming.given(name, null, true))
                        || p.name().equals(Naming.given(name, p.port(), false)))
                .findFirst();
    }

    /** The caller in the service's folder. */
    private Caller placed(Service service, Caller caller, String otherwise) {
        String folder = service.fields().getOrDefault(ServiceFile.DIR, otherwise);
        Path path = Path.of(folder);
        if (!Files.isDirectory(path)) {
            throw new TsmException.Failed(
                    "the folder of the service " + service.name() + (Files.exists(path) ? " is none: " : " is gone: ")
                            + folder,
                    "put it back, or change SERVICE_DIR: tsm show " + service.name() + " shows the definition");
        }
        return caller.in(folder);
    }

    /**
     * What a process becomes by the present definition of its service; empty when it has none, or that was removed.
     *
     * @param takeEnvironment take the caller's environment in place of the one it was started with
     */
    Optional<Starter.Renewal> renewal(ManagedProcess process, Caller caller, boolean takeEnvironment) {
        String name = process.spec().service();
        if (name == null) {
            return Optional.empty();
        }
        ServiceBook.Found found = book.find(name, caller::environment);
        if (found.service().isEmpty()) {
            return Optional.empty();
        }
        Again again = again(process, found.service().get(), caller, takeEnvironment);
        Starter.Renewal renewal = starter.renew(process, again.request(), again.caller());
        if (found.problem() == null) {
            return Optional.of(renewal);
        }
        List<String> notes = new ArrayList<>(renewal.notes());
        notes.add(ServiceBook.warning(found.problem()));
        return Optional.of(new Starter.Renewal(renewal.change(), renewal.differences(), notes));
    }

    private record Again(StartRequest request, Caller caller) {}

    private Again again(ManagedProcess process, Service service, Caller caller, boolean takeEnvironment) {
        Map<String, String> over = store.call(tx -> tx.services().optionsOf(process.key()));
        StartRequest request = book.rules().request(service.name(), service.fields(), over);
        Caller placed = placed(service, caller, process.spec().cwd());
        Map<String, String> environment = takeEnvironment ? caller.environment() : started(process);
        return new Again(
                request, placed.as(environment, placed.cwd(), process.spec().umask()));
    }

    /** How a process was started, with the present definition of its service. */
    private Again again(ManagedProcess process, Caller caller) {
        String name = process.spec().service();
        Optional<Service> service = name == null
                ? Optional.empty()
                : book.find(name, caller::environment).service();
        if (service.isPresent()) {
            return again(process, service.get(), caller, false);
        }
        Map<String, String> options = store.call(tx -> tx.services().optionsOf(process.key()));
        ProcessSpec spec = process.spec();
        return new Again(
                book.rules().request(spec.command(), options), caller.as(started(process), spec.cwd(), spec.umask()));
    }

    /**
     * Has as many instances as that. More are started as the first were; of too many the highest are stopped and deleted.
     *
     * @param members all the instances of a group
     * @param wanted at least 1
     */
    public List<Keeper.Result> scale(List<ManagedProcess> members, int wanted, Caller caller) {
        if (wanted <= members.size()) {
            List<ManagedProcess> surplus =
                    members.stream().skip(wanted).toList().reversed();
            List<Keeper.Result> gone = keeper.delete(surplus, caller, false);
            groups.resized(members.getFirst());
            return gone;
        }
        Again again = again(members.getFirst(), caller);
        List<Keeper.Result> grown = groups.grow(members, again.request(), again.caller(), wanted - members.size());
        groups.resized(members.getFirst());
        return grown;
    }

    private Map<String, String> started(ManagedProcess process) {
        Map<String, String> environment = new TreeMap<>();
        store.call(tx -> tx.environments().callers(process.key()))
                .forEach((EnvVar v) -> environment.put(v.name(), v.value()));
        return environment;
    }

    /**
     * Starts every service that is enabled.
     *
     * @param untracked only those of which no process is tracked
     * @param attended whether somebody waits, who is told of one that fails at once; else its restart policy decides
     */
    public List<Result> startEnabled(Caller caller, boolean untracked, boolean attended) {
        return beginEnabled(caller, untracked, attended).get();
    }

    /** The same, but only asks them to run; what is returned waits for what came of it. */
    Supplier<List<Result>> beginEnabled(Caller caller, boolean untracked, boolean attended) {
        List<Service> enabled = book.all(caller::environment).services().stream()
                .filter(Service::enabled)
                .toList();
        // All are asked to run before one is waited for: each waits for what it needs, not for whom it comes after
        // here.
        Map<Service, Supplier<Started>> begun = new LinkedHashMap<>();
        for (Shown shown : shown(enabled)) {
            if (!untracked || shown.processes().isEmpty()) {
                begun.put(shown.service(), startedFor(shown.service(), caller, attended));
            }
        }
        return () -> {
            List<Result> results = new ArrayList<>();
            begun.forEach((service, end) -> {
                try {
                    results.add(new Result(service, end.get(), null));
                } catch (TsmException e) {
                    ServiceRules rules = book.rules();
                    results.add(
                            new Result(service, null, e.in(rules.inFields(e.getMessage()), rules.inFields(e.hint()))));
                }
            });
            return results;
        };
    }

    private Supplier<Started> startedFor(Service service, Caller caller, boolean attended) {
        try {
            StartRequest defined = book.rules().request(service.name(), service.fields(), Map.of());
            StartRequest request = attended ? defined : defined.unattended();
            if (request.instances().count() > 0) {
                List<Pending> all = beginAll(service, request, Map.of(), caller);
                return () -> together(groups.settled(all, request), service, request);
            }
            Optional<ManagedProcess> known = processOf(service, request);
            if (known.isPresent() && !known.get().status().settled()) {
                Started runs = runsAlready(known.get(), Map.of(), caller);
                return () -> runs;
            }
            Pending pending = begin(service, request, known, Map.of(), caller);
            return () -> starter.awaited(outcomes.started(pending), request);
        } catch (TsmException e) {
            return () -> {
                throw e;
            };
        }
    }

    /**
     * Makes a definition of what a process is: its command, folder, env file, and the options it was started with.
     *
     * @throws TsmException.Conflict when there is a service of that name and it is not to be replaced
     */
    public Service save(String name, ManagedProcess process, boolean replace, Caller caller) {
        ProcessSpec spec = process.spec();
        Map<String, String> fields = new TreeMap<>();
        if (spec.service() != null) {
            store.call(tx -> tx.services().named(String.valueOf(spec.service())))
                    .ifPresent(service -> fields.putAll(service.fields()));
        }
        fields.putAll(book.rules().lasting(store.call(tx -> tx.services().optionsOf(process.key()))));
        fields.remove(ServiceFile.NAME);
        fields.put(ServiceFile.COMMAND, spec.command());
        fields.put(ServiceFile.DIR, spec.cwd());
        if (process.port() != null && process.portSource() == PortSource.OPTION) {
            fields.put("SERVICE_PORT", Integer.toString(process.port()));
        }
        return book.add(name, fields, replace, caller);
    }

    /**
     * Writes a pattern for commands like a process's into the user's patterns.
     *
     * @param port as in the file: a number, {@code auto}, {@code 0} or {@code -}; null for what the process has
     * @param caller on whose path the command's program is
     * @throws TsmException.Conflict when the user's file has a pattern of that name and it is not to be replaced
     * @throws TsmException.Failed when no pattern can say how such a command is executed
     */
    public Pattern savePattern(
            String name, ManagedProcess process, @Nullable String port, boolean replace, Caller caller) {
        ProcessSpec spec = process.spec();
        String column = port != null
                ? port
                : switch (spec.type()) {
                    case PORT -> String.valueOf(process.port());
                    case SOCKET -> "0";
                    case PID -> "-";
                };
        SearchPath programs = new SearchPath(spec.cwd(), caller.path(), new RealFiles());
        List<String> words = CommandWords.usesShellSyntax(spec.command())
                ? List.of(spec.command())
                : CommandWords.split(spec.command());
        Pattern pattern = new PatternDraft(patterns.now().patterns(), w -> CommandLine.describe(w, programs))
                .of(name, column, new PatternDraft.Example(words, spec.argv(), process.port()));
        patterns.add(pattern, replace);
        return pattern;
    }
}
