package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.engine.StartOrigin;
import dev.tetra.tsm.engine.StartRequest;
import dev.tetra.tsm.engine.Started;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Naming;
import dev.tetra.tsm.spec.Sizes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Start a command or a service and keep it running.",
            "Options end at the first word that is not one; the rest belongs to the command. It returns when"
                    + " the program was executed and still lives 100 ms later; one that dies sooner stays listed, as errored,"
                    + " or exited when it succeeded, with its logs. With a startup or readiness probe it returns when that holds; a program"
                    + " that is not ready within --start-timeout is ended and errored.",
            "One word that is the name of a service starts that; options go over those of its definition.",
            "One word that is no program, but the whole name or the ID of a listed process, runs that"
                    + " process again as it was, and the name that instances share runs all of them; the options for"
                    + " the command do not go with it."
        },
        exitCodeList = {
            "1:It cannot be executed, its env file fails, it died at once, it did not get ready, or what it needs failed.",
            "3:--after: there is no such process or service.",
            "4:The port or the name is taken.",
            "5:It, or what it needs, is not ready in time; it goes on."
        },
        footer = {
            "tsm start python3 -m http.server            # on a port that is free",
            "tsm start --name api --port 4000 node app.js",
            "tsm start --env dev server.js               # with env/dev.env",
            "tsm start 'npm run build | tee build.log'   # shell syntax: run by sh -c",
            "tsm start --wait --timeout 1m server.py     # once its port is open",
            "tsm start --name web -i 3 --listen app.js   # three that share one port",
            "tsm start --after db --after cache app.py   # once those are up",
            "tsm start --ready-http /healthz app.js      # online once that answers"
        })
class StartVerb extends Verb {
    static final class Policies extends Choices {
        Policies() {
            super(RestartPolicy.Restart.values());
        }
    }

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command, its words or one quoted line.")
    List<String> words = new ArrayList<>();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name in place of <folder>-<program>; a port is added.")
    @Nullable
    String name;

    @Option(names = "--exact-name", description = "Leave the port off the name.")
    boolean exactName;

    @Option(names = "--port", paramLabel = "PORT", description = "Port to use; an error when it is taken.")
    @Nullable
    Integer port;

    @Option(
            names = "--no-port",
            description = "No port for it, though its command seems to name one or its pattern has one.")
    boolean noPort;

    @Option(names = "--env", paramLabel = "ENV", description = "Env file: dev means env/dev.env; a path; or auto.")
    @Nullable
    String env;

    @Option(names = "-e", paramLabel = "NAME=VALUE", description = "A variable for the command; may be repeated.")
    List<String> variables = new ArrayList<>();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Namespace of the process (default: default).")
    String namespace = ProcessSpec.DEFAULT_NAMESPACE;

    @Option(
            names = "--restart",
            paramLabel = "WHEN",
            completionCandidates = Policies.class,
            description = "on-failure (default), always, or no.")
    @Nullable
    String restart;

    @Option(
            names = "--backoff",
            paramLabel = "TIME",
            description = "Delay of the second restart in a row (100ms); 0: none.")
    @Nullable
    String backoff;

    @Option(names = "--backoff-max", paramLabel = "TIME", description = "Longest delay between restarts (15s).")
    @Nullable
    String backoffMax;

    @Option(names = "--stable-after", paramLabel = "TIME", description = "Running time that resets the back-off (10s).")
    @Nullable
    String stableAfter;

    @Option(
            names = "--min-uptime",
            paramLabel = "TIME",
            description = "A failed run shorter than this is unstable (1s).")
    @Nullable
    String minUptime;

    @Option(names = "--max-restarts", paramLabel = "N", description = "Unstable runs in a row before giving up (16).")
    @Nullable
    Integer maxRestarts;

    @Option(names = "--signal", paramLabel = "SIGNAL", description = "Signal that asks it to stop (TERM).")
    @Nullable
    String signal;

    @Option(names = "--kill-timeout", paramLabel = "TIME", description = "Time to stop before SIGKILL (5s).")
    @Nullable
    String killTimeout;

    @Option(
            names = "--log-max-size",
            paramLabel = "SIZE",
            description = "Size of a log from which older lines are moved to a compressed part (10M); off: never.")
    @Nullable
    String logMaxSize;

    @Option(
            names = "--log-keep",
            paramLabel = "N",
            description = "Compressed parts to keep of each stream (5); 0: older lines are thrown away.")
    @Nullable
    Integer logKeep;

    @Option(
            names = "--log-max-age",
            paramLabel = "TIME",
            description = "Age of the oldest line from which a log is cut, such as 1d (off).")
    @Nullable
    String logMaxAge;

    @Mixin
    HealthOptions health = new HealthOptions();

    @Mixin
    OrderOptions order = new OrderOptions();

    @Mixin
    InstanceOptions instances = new InstanceOptions();

    @Mixin
    TriggerOptions triggers = new TriggerOptions();

    @Mixin
    LimitOptions limits = new LimitOptions();

    @Option(names = "--wait", description = "Return once it is ready: by its probes, else by its open port.")
    boolean wait;

    @Option(names = "--no-wait", description = "Return once it was executed, without seeing whether it lives.")
    boolean noWait;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long to wait for --wait, and for what it needs (30s; with probes: --start-timeout).")
    @Nullable
    String timeout;

    @Override
    void configure(CommandLine line) {
        // what follows the command's first word is the command's
        line.setStopAtPositional(true);
    }

    @Override
    int run(Context context) {
        try {
            return start(context);
        } catch (TsmException.Failed e) {
            throw context.engine().unknownWords().told(words, e, context.caller());
        }
    }

    private int start(Context context) {
        Map<String, String> given = StartFields.given(spec.commandLine().getParseResult());
        Optional<Service> service = context.engine().services().named(words, context.caller());
        List<Keeper.Result> instances = instances(service, given, context);
        if (!instances.isEmpty()) {
            if (!json) {
                instances.stream().flatMap(r -> r.notes().stream()).distinct().forEach(context::note);
            }
            return Results.print(
                    instances,
                    json,
                    context,
                    r -> Told.running(r.process(), r.changed() ? "started" : "runs already", context.ansi()));
        }
        Started started = service.isPresent()
                ? context.engine().services().start(service.get(), given, context.caller())
                : context.engine()
                        .starter()
                        .start(request(context.engine().keeper(), StartOrigin.command(given)), context.caller());
        if (json) {
            context.terminal().document(Json.object(document -> ProcessJson.result(document, started)));
            return 0;
        }
        started.notes().forEach(context::note);
        context.out(
                Told.running(started.process(), started.changed() ? "started" : "runs already", context.ansi()) + "\n");
        return 0;
    }

    /** Several, if that is asked for; else empty. */
    private List<Keeper.Result> instances(Optional<Service> service, Map<String, String> given, Context context) {
        if (service.isPresent()) {
            return context.engine().services().startAll(service.get(), given, context.caller());
        }
        StartRequest request = request(context.engine().keeper(), StartOrigin.command(given));
        return instances.policy().count() == 0
                ? context.engine().groups().again(request, context.caller())
                : context.engine().groups().start(request, context.caller());
    }

    /**
     * What these options and words ask for.
     *
     * @throws TsmException.Usage for a value that is wrong; its message begins with the option
     */
    StartRequest request(Keeper keeper, StartOrigin origin) {
        if (wait && noWait) {
            throw new TsmException.Usage("--wait and --no-wait exclude each other", "give one of them");
        }
        RestartPolicy usual = RestartPolicy.DEFAULT;
        Duration first = duration(backoff, "--backoff", usual.backoffMin());
        Duration longest = backoffMax == null && first.compareTo(usual.backoffMax()) > 0
                ? first
                : duration(backoffMax, "--backoff-max", usual.backoffMax());
        RestartPolicy policy = new RestartPolicy(
                triggers.restart(
                        restart == null ? null : Words.parse(RestartPolicy.Restart.class, restart, "--restart")),
                first,
                longest,
                duration(stableAfter, "--stable-after", usual.stableAfter()),
                duration(minUptime, "--min-uptime", usual.minUptime()),
                maxRestarts == null ? usual.maxUnstable() : maxRestarts);
        StopPolicy stop = keeper.stopPolicy(
                signal == null ? StopPolicy.DEFAULT.signal() : signal,
                duration(killTimeout, "--kill-timeout", StopPolicy.DEFAULT.killTimeout()));
        if (port != null && (port < 1 || port > 65_535)) {
            throw new TsmException.Usage("--port: " + port + " is no port", "a port is a number from 1 to 65535");
        }
        Integer listened = instances.port();
        if (port != null && listened != null && !port.equals(listened)) {
            throw new TsmException.Usage(
                    "--port says " + port + " and --listen says " + listened, "name the port once");
        }
        if (noPort && (port != null || instances.policy().listen() != null || origin.type() == ProcessType.PORT)) {
            String other = port != null ? "--port" : origin.type() == ProcessType.PORT ? "--type port" : "--listen";
            throw new TsmException.Usage("--no-port and " + other + " exclude each other", "give one of them");
        }
        List<EnvVar> given = variables();
        for (EnvVar variable : given) {
            if (port != null
                    && variable.name().equals("PORT")
                    && !variable.value().strip().equals(port.toString())) {
                throw new TsmException.Usage(
                        "--port says " + port + " and -e PORT says " + variable.value(), "name the port once");
            }
        }
        return new StartRequest(
                words,
                name,
                exactName,
                port == null ? listened : port,
                env,
                given,
                Naming.namespace(namespace),
                policy,
                stop,
                logs(),
                new SupervisionPolicy(
                        health.policy(), order.policy(), instances.policy(), triggers.policy(), limits.policy(keeper)),
                wait ? StartRequest.Until.READY : noWait ? StartRequest.Until.EXECUTED : StartRequest.Until.PROVEN,
                timeout == null ? null : Durations.parse(timeout, "--timeout"),
                noPort ? origin.withoutPort() : origin);
    }

    private LogPolicy logs() {
        LogPolicy usual = LogPolicy.DEFAULT;
        return new LogPolicy(
                logMaxSize == null ? usual.maxSize() : off(logMaxSize) ? 0 : Sizes.parse(logMaxSize, "--log-max-size"),
                logKeep == null ? usual.keep() : logKeep,
                logMaxAge == null
                        ? usual.maxAge()
                        : off(logMaxAge) ? Duration.ZERO : Durations.parse(logMaxAge, "--log-max-age"));
    }

    private static boolean off(String text) {
        return text.strip().equalsIgnoreCase("off");
    }

    private static Duration duration(@Nullable String text, String what, Duration usual) {
        return text == null ? usual : Durations.parse(text, what);
    }

    /** Of those with one name the last counts, as in a shell. */
    private List<EnvVar> variables() {
        Map<String, EnvVar> named = new LinkedHashMap<>();
        variables.stream().map(StartVerb::variable).forEach(variable -> named.put(variable.name(), variable));
        return List.copyOf(named.values());
    }

    private static EnvVar variable(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new TsmException.Usage("-e: '" + text + "' is no variable", "write -e NAME=VALUE");
        }
        return new EnvVar(text.substring(0, equals), text.substring(equals + 1), EnvSource.OPTION);
    }

    @Override
    boolean changes() {
        return true;
    }
}
