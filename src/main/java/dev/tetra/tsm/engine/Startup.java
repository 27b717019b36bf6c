package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.HelperRequest;
import dev.tetra.tsm.os.HelperResult;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.LaunchAgent;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.spec.SystemdUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The daemon at boot: writes and removes what the init system needs for it, and says what is left to do. */
public final class Startup {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Set<String> STATES =
            Set.of("initializing", "starting", "running", "degraded", "maintenance", "stopping");

    private final Host host;
    private final Path home;
    private final Path systemUnits;
    private final boolean mac;
    private final String user;
    private final Map<String, String> daemonEnvironment;

    Startup(Host host, Path home) {
        this(
                host,
                home,
                Path.of("/etc/systemd/system"),
                System.getProperty("os.name", "").startsWith("Mac"),
                System.getProperty("user.name", ""),
                System.getenv());
    }

    Startup(Host host, Path home, Path systemUnits, boolean mac, String user, Map<String, String> daemonEnvironment) {
        this.host = host;
        this.home = home;
        this.systemUnits = systemUnits;
        this.mac = mac;
        this.user = user;
        this.daemonEnvironment = Map.copyOf(daemonEnvironment);
    }

    /** For whom the daemon starts. */
    public enum Scope {
        /** By the user's own manager, for that user. */
        USER,
        /** By the machine's, before anyone logs in. */
        SYSTEM
    }

    /**
     * What was done.
     *
     * @param changed whether the file is another one than before
     * @param done commands that were run
     * @param toDo commands that are left to the user, in their order
     */
    public record Report(Path file, boolean changed, List<String> done, List<String> toDo, List<String> notes) {}

    /**
     * How it is.
     *
     * @param installed whether the file is there
     * @param current whether it is what would be written now
     * @param enabled what systemd says, or null when it cannot be asked
     * @param active what systemd says, or null when it cannot be asked
     * @param linger whether the user's manager runs without a login; null where that means nothing
     */
    public record Status(
            Scope scope,
            Path file,
            boolean installed,
            boolean current,
            @Nullable String enabled,
            @Nullable String active,
            @Nullable Boolean linger) {}

    /** The scope for a user who names none: root has no login of his own to start at. */
    public Scope usual() {
        return user.equals("root") ? Scope.SYSTEM : Scope.USER;
    }

    /** Where the file is. */
    public Path file(Scope scope, Caller caller) {
        if (scope == Scope.SYSTEM) {
            return mac
                    ? Path.of("/Library/LaunchDaemons", LaunchAgent.LABEL + ".plist")
                    : systemUnits.resolve(SystemdUnit.NAME);
        }
        String own = caller.environment().get("HOME");
        if (own == null || !own.startsWith("/")) {
            throw new TsmException.Failed("HOME is not set, so there is no place for a unit of yours", "set HOME");
        }
        return mac
                ? Path.of(own, "Library/LaunchAgents", LaunchAgent.LABEL + ".plist")
                : Path.of(own, ".config/systemd/user", SystemdUnit.NAME);
    }

    /** The file's text. */
    public String text(Scope scope, Path launcher, Caller caller) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("TSM_DIR", home.toString());
        environment.put("PATH", caller.path());
        for (String name : List.of("TSM_JAVA", "TSM_JAVA_OPTS")) {
            String value = daemonEnvironment.get(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        String java = caller.environment().get("JAVA_HOME");
        if (java != null) {
            environment.put("JAVA_HOME", java);
        }
        String whose = scope == Scope.SYSTEM ? user : null;
        return mac
                ? new LaunchAgent(whose, launcher.toString(), environment).text()
                : new SystemdUnit(whose, launcher.toString(), environment).text();
    }

    /**
     * Writes the file and has the init system take it up, where that can be asked.
     *
     * @param replace also a file that tsm did not write, or that is for another home
     * @throws TsmException.Conflict for such a file when it is not to be replaced
     * @throws TsmException.Failed when it cannot be written; the hint says what root would do
     */
    public Report install(Scope scope, Path launcher, boolean replace, Caller caller) {
        Path file = file(scope, caller);
        String text = text(scope, launcher, caller);
        @Nullable String before = read(file);
        if (before != null && !before.equals(text) && !replace) {
            refuseForeign(file, before);
        }
        boolean changed = !text.equals(before);
        if (changed) {
            write(scope, file, text, launcher);
        }
        List<String> notes = new ArrayList<>();
        List<List<String>> commands = mac
                ? List.of(bootstrap(scope, file))
                : List.of(systemctl(scope, "daemon-reload"), systemctl(scope, "enable", SystemdUnit.NAME));
        if (!mac) {
            notes.add("it takes effect at the next boot; to have this daemon under systemd now: tsm daemon stop && "
                    + CommandWords.join(systemctl(scope, "start", SystemdUnit.NAME)));
        }
        if (!mac && scope == Scope.USER && !lingers()) {
            notes.add("your units start when you log in and end when you have logged out; loginctl enable-linger "
                    + CommandWords.quote(user) + " has them start at boot and stay");
        }
        return run(scope, file, changed, commands, notes, caller);
    }

    private void refuseForeign(Path file, String before) {
        boolean ours = before.contains(SystemdUnit.MARK);
        boolean sameHome =
                before.contains("TSM_DIR=" + home + "\"") || before.contains("<string>" + home + "</string>");
        if (!ours || !sameHome) {
            throw new TsmException.Conflict(
                    file + (ours ? " is for another home than " + home : " was not written by tsm"),
                    "--replace takes its place; --print shows what would be written");
        }
    }

    /** Removes the file; one that tsm did not write is left alone. */
    public Report uninstall(Scope scope, Caller caller) {
        Path file = file(scope, caller);
        @Nullable String before = read(file);
        if (before == null) {
            return new Report(file, false, List.of(), List.of(), List.of());
        }
        if (!before.contains(SystemdUnit.MARK)) {
            throw new TsmException.Conflict(file + " was not written by tsm", "remove it by hand, if it is to go");
        }
        Report disabled = mac
                ? run(
                        scope,
                        file,
                        true,
                        List.of(List.of("launchctl", "bootout", domain(scope) + "/" + LaunchAgent.LABEL)),
                        List.of(),
                        caller)
                : run(scope, file, true, List.of(systemctl(scope, "disable", SystemdUnit.NAME)), List.of(), caller);
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new TsmException.Failed(file + " cannot be removed: " + IoReason.of(e), "as root: rm " + file);
        }
        return disabled;
    }

    /** How it is in both scopes. */
    public List<Status> status(Path launcher, Caller caller) {
        List<Status> all = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            Path file = file(scope, caller);
            @Nullable String text = read(file);
            boolean asked = !mac && state(scope, caller).isPresent();
            all.add(new Status(
                    scope,
                    file,
                    text != null,
                    text != null && text.equals(text(scope, launcher, caller)),
                    asked ? said(systemctl(scope, "is-enabled", SystemdUnit.NAME), caller) : null,
                    asked ? said(systemctl(scope, "is-active", SystemdUnit.NAME), caller) : null,
                    (mac || scope == Scope.SYSTEM) ? null : lingers()));
        }
        return all;
    }

    /** Whether the machine, or the user's manager, is being shut down, as far as systemd says. */
    public boolean goingDown(Caller caller) {
        for (Scope scope : Scope.values()) {
            if (state(scope, caller).map("stopping"::equals).orElse(false)) {
                return true;
            }
        }
        return false;
    }

    private Report run(
            Scope scope, Path file, boolean changed, List<List<String>> commands, List<String> notes, Caller caller) {
        List<String> done = new ArrayList<>();
        List<String> toDo = new ArrayList<>();
        boolean able = mac
                ? caller(caller).program("launchctl").isPresent()
                : state(scope, caller).isPresent();
        for (List<String> command : commands) {
            String line = CommandWords.join(command);
            boolean worked = able
                    && helper(command, caller)
                            .map(r -> r.exit().equals(new Exit.Code(0)))
                            .orElse(false);
            (worked ? done : toDo).add(line);
        }
        return new Report(file, changed, done, toDo, notes);
    }

    private List<String> bootstrap(Scope scope, Path file) {
        return List.of("launchctl", "bootstrap", domain(scope), file.toString());
    }

    private String domain(Scope scope) {
        return scope == Scope.SYSTEM ? "system" : "gui/" + uid();
    }

    private String uid() {
        try {
            return String.valueOf(Files.getAttribute(home, "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "$(id -u)";
        }
    }

    private static List<String> systemctl(Scope scope, String... words) {
        List<String> command = new ArrayList<>();
        command.add("systemctl");
        if (scope == Scope.USER) {
            command.add("--user");
        }
        command.addAll(List.of(words));
        return command;
    }

    /** The state of the manager; empty when there is none to ask. */
    private Optional<String> state(Scope scope, Caller caller) {
        return helper(systemctl(scope, "is-system-running"), caller)
                .map(result -> result.stdout().strip())
                .filter(STATES::contains);
    }

    private @Nullable String said(List<String> command, Caller caller) {
        return helper(command, caller)
                .map(result -> result.stdout().strip())
                .filter(word -> !word.isEmpty())
                .orElse(null);
    }

    private SearchPath caller(Caller caller) {
        return new SearchPath(caller.cwd(), caller.path(), new RealFiles());
    }

    private Optional<HelperResult> helper(List<String> command, Caller caller) {
        Optional<String> program = caller(caller).program(command.getFirst());
        if (program.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(host.run(new HelperRequest(
                    program.get(),
                    command,
                    caller.environment().entrySet().stream()
                            .map(e -> e.getKey() + "=" + e.getValue())
                            .toList(),
                    "/",
                    LIMIT)));
        } catch (SpawnException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("the daemon stops", "try again");
        }
    }

    private boolean lingers() {
        return Files.exists(Path.of("/var/lib/systemd/linger", user));
    }

    private static @Nullable String read(Path file) {
        try {
            return Files.isRegularFile(file) ? RawText.decode(Files.readAllBytes(file)) : null;
        } catch (IOException e) {
            throw new TsmException.Failed(file + " cannot be read: " + IoReason.of(e), "look at its rights");
        }
    }

    private static void write(Scope scope, Path file, String text, Path launcher) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, RawText.encode(text));
        } catch (IOException e) {
            throw new TsmException.Failed(
                    file + " cannot be written: " + IoReason.of(e),
                    scope == Scope.SYSTEM
                            ? "root can: " + launcher + " startup install --system --print | sudo tee " + file
                                    + " && sudo systemctl daemon-reload && sudo systemctl enable " + SystemdUnit.NAME
                            : "look at the rights of its folder");
        }
    }
}
