package dev.tetra.tsm.supervise;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.os.Rights;
import dev.tetra.tsm.os.SpawnRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Turns a process into what the operating system is to execute. */
public final class Launch {
    /** Where a program tells of itself (sd_notify(3)). */
    private static final String NOTIFY_SOCKET = "NOTIFY_SOCKET";

    /** How long a program may let its watchdog wait, in microseconds (sd_watchdog_enabled(3)). */
    private static final String WATCHDOG_USEC = "WATCHDOG_USEC";

    /** What tsm sets for each process anew, so that a nested tsm does not hand on its own. */
    private static final List<String> OWN = List.of(
            "TSM_ID",
            "TSM_NAME",
            "TSM_RUN",
            "TSM_DIR",
            "TSM_SOCKET",
            "TSM_COMMAND",
            "TSM_INSTANCE",
            "TSM_LISTEN",
            "LISTEN_FDS",
            "LISTEN_PID",
            "LISTEN_FDNAMES",
            NOTIFY_SOCKET,
            WATCHDOG_USEC,
            "WATCHDOG_PID",
            "NODE_CHANNEL_FD",
            "NODE_CHANNEL_SERIALIZATION_MODE");

    private static final String UNBUFFERED = "PYTHONUNBUFFERED";

    private Launch() {}

    /** The first descriptor after stdin, stdout and stderr, where sd_listen_fds(3) looks for sockets. */
    static final int LISTEN_FD = 3;

    /** A file that a program makes once it listens, when it is Node's and tsm listens for it. */
    static Path readyFile(Path home, String token) {
        return home.resolve(".ready-" + token);
    }

    /**
     * The request.
     *
     * @param told whether tsm is to be told when a program of Node listens
     */
    static SpawnRequest request(
            ManagedProcess process,
            List<EnvVar> variables,
            String token,
            Path home,
            LogFiles logs,
            Rights rights,
            boolean told) {
        ProcessSpec spec = process.spec();
        Map<String, String> environment = environment(process, variables, token, home, rights);
        if (ListenSockets.listensFor(process) && NodePreload.readable(process)) {
            new NodePreload(home).into(environment, process, LISTEN_FD, told ? readyFile(home, token) : null);
        }
        return new SpawnRequest(
                spec.executable(),
                spec.argv(),
                environment.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList(),
                spec.cwd(),
                logs.file(process.name(), LogStream.OUT).toString(),
                logs.file(process.name(), LogStream.ERR).toString(),
                umask(spec));
    }

    /** Its own, when it has one, else its caller's. */
    private static int umask(ProcessSpec spec) {
        Integer own = spec.supervision().limits().allowance().umask();
        return own == null ? spec.umask() : own;
    }

    /**
     * What has to be done in the new process before it becomes the program.
     *
     * @param entering how it comes into its control group, before all else
     * @throws TsmException.Usage when that cannot be done on this machine, or any more
     */
    static Prelude prelude(ManagedProcess process, Rights rights, Prelude entering) {
        Prelude prelude = LimitPrelude.of(process.spec().supervision().limits(), rights, entering);
        // sd_listen_fds(3): a program takes the sockets only if they are for its own pid.
        return ListenSockets.listensFor(process) ? prelude.thenOwnPid("LISTEN_PID") : prelude;
    }

    /**
     * A command of the shell that is run beside a process, as the process itself runs: in its folder, with its environment,
     * limits and user. What it writes goes nowhere by itself.
     *
     * @throws TsmException.Usage when that cannot be done on this machine any more
     */
    public static SpawnRequest beside(
            ManagedProcess process, List<EnvVar> stored, String token, Path home, Rights rights, String command) {
        SpawnRequest shell = new SpawnRequest(
                "/bin/sh",
                List.of("sh", "-c", command),
                environment(process, stored, token, home, rights).entrySet().stream()
                        // The sockets of the process are not its.
                        .filter(e -> !e.getKey().startsWith("LISTEN_"))
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList(),
                process.spec().cwd(),
                "/dev/null",
                "/dev/null",
                umask(process.spec()));
        return LimitPrelude.of(process.spec().supervision().limits(), rights).before(shell);
    }

    private static Map<String, String> environment(
            ManagedProcess process, List<EnvVar> stored, String token, Path home, Rights rights) {
        Map<String, String> all = new TreeMap<>();
        variables(process, stored, token, home, rights).forEach((name, variable) -> all.put(name, variable.value()));
        all.put("PWD", process.spec().cwd());
        return all;
    }

    /** The socket on which the process of that key tells of itself; short, as paths of sockets must be. */
    public static Path notifySocket(Path home, long processKey) {
        return home.resolve("sockets").resolve(processKey + ".notify");
    }

    /**
     * The variables of a process by name. Later sources win: the caller, the user as whom it runs, the env file, options,
     * and last what tsm sets (SPEC 6).
     *
     * @param stored those of all sources that were stored
     * @param token of the run
     */
    public static Map<String, EnvVar> variables(
            ManagedProcess process, List<EnvVar> stored, String token, Path home, Rights rights) {
        Map<String, EnvVar> all = new TreeMap<>();
        put(all, stored, source -> source == EnvSource.CALLER);
        LimitPrelude.variables(process.spec().supervision().limits().account(), rights)
                .forEach((name, value) -> all.put(name, new EnvVar(name, value, EnvSource.TSM)));
        put(all, stored, source -> source != EnvSource.CALLER);
        OWN.forEach(all::remove);
        own(process, all.containsKey(UNBUFFERED), token, home)
                .forEach((name, value) -> all.put(name, new EnvVar(name, value, EnvSource.TSM)));
        return all;
    }

    private static void put(Map<String, EnvVar> all, List<EnvVar> stored, Predicate<EnvSource> which) {
        stored.stream()
                .filter(variable -> which.test(variable.source()))
                .sorted(Comparator.comparing(EnvVar::source))
                .forEach(variable -> all.put(variable.name(), variable));
    }

    /**
     * What tsm itself sets for a process, besides what a pattern's template says.
     *
     * @param buffering whether the environment already says if Python keeps output back
     * @param token of the run
     */
    private static Map<String, String> own(ManagedProcess process, boolean buffering, String token, Path home) {
        Map<String, String> own = new TreeMap<>();
        if (process.port() != null) {
            own.put("PORT", String.valueOf(process.port()));
        }
        if (process.instances().member() != null) {
            own.put("TSM_INSTANCE", String.valueOf(process.instances().member().number()));
        }
        if (ListenSockets.listensFor(process)) {
            own.put("LISTEN_FDS", "1");
            String shared = process.instances().group();
            own.put("LISTEN_FDNAMES", shared == null ? process.name() : shared);
        }
        HealthPolicy health = process.spec().supervision().health();
        if (health.notified()) {
            own.put(NOTIFY_SOCKET, notifySocket(home, process.key()).toString());
        }
        Duration watchdog = health.watchdog();
        if (watchdog != null) {
            own.put(WATCHDOG_USEC, String.valueOf(watchdog.toNanos() / 1000));
        }
        if (process.socket() != null) {
            own.put("TSM_SOCKET", process.socket());
        }
        if (process.spec().kind() == Kind.PYTHON && !buffering) {
            // Its output is a file, so Python would keep it back until its buffer is full.
            own.put(UNBUFFERED, "1");
        }
        own.put("TSM_ID", String.valueOf(process.id()));
        own.put("TSM_NAME", process.name());
        own.put("TSM_RUN", token);
        own.put("TSM_DIR", home.toString());
        return own;
    }
}
