package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.spec.Classified;
import dev.tetra.tsm.spec.CommandLine;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.SearchPath;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a running process says of itself: enough to run it again. Its policies, its service, its env file and which of its
 * variables came from where are known to nobody any more; the usual policies take their place, and all variables count as
 * the caller's.
 */
final class Remains {
    /** POSIX's and every shell's, where the machine does not tell a process's own. */
    private static final int USUAL_UMASK = 0022;

    private static final Set<String> SET_BY_TSM =
            Set.of("TSM_ID", "TSM_NAME", "TSM_RUN", "TSM_DIR", "TSM_SOCKET", "PWD", "_");

    private final Host host;
    private final long pid;
    private final List<String> words;
    private final Map<String, String> environment;
    private final String cwd;

    /**
     * Reads it.
     *
     * @throws TsmException.Failed when it is gone
     */
    Remains(Host host, Orphans.Orphan orphan) {
        this.host = host;
        this.pid = orphan.leader().pid();
        this.words = host.commandLine(pid);
        this.environment = host.environment(pid).orElse(Map.of());
        this.cwd = host.workingDirectory(pid).orElse("/");
        if (words.isEmpty() || !host.alive(orphan.leader())) {
            throw new TsmException.Failed("pid " + pid + " has ended meanwhile", "nothing is left to take back");
        }
    }

    /** The port that tsm had given to it. */
    @Nullable
    Integer port() {
        String text = environment.getOrDefault("PORT", "");
        if (!text.matches("[0-9]{1,5}") || socket() != null) {
            return null;
        }
        int port = Integer.parseInt(text);
        return port < 1 || port > 65_535 ? null : port;
    }

    /** The path of its control socket. */
    @Nullable
    String socket() {
        return environment.get("TSM_SOCKET");
    }

    /** When it was executed. */
    Instant startedAt() {
        return ProcessHandle.of(pid).flatMap(p -> p.info().startInstant()).orElseGet(Instant::now);
    }

    /** Its variables without those that tsm sets. */
    List<EnvVar> variables(@Nullable Integer port) {
        Set<String> names = new TreeSet<>(environment.keySet());
        names.removeAll(SET_BY_TSM);
        if (port != null) {
            names.remove("PORT");
        }
        return names.stream()
                .map(name -> new EnvVar(name, environment.getOrDefault(name, ""), EnvSource.CALLER))
                .toList();
    }

    ProcessSpec spec(@Nullable Integer port) {
        SearchPath programs =
                new SearchPath(cwd, environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"), new RealFiles());
        Optional<Classified> command = understood(programs);
        return new ProcessSpec(
                ProcessSpec.DEFAULT_NAMESPACE,
                command.map(Classified::kind).orElse(Kind.BINARY),
                port != null ? ProcessType.PORT : socket() != null ? ProcessType.SOCKET : ProcessType.PID,
                CommandWords.join(words),
                words,
                executable(programs),
                command.map(Classified::script).orElse(null),
                command.map(Classified::interpreter).orElse(null),
                cwd,
                null,
                null,
                null,
                host.umask(pid).orElse(USUAL_UMASK),
                RestartPolicy.DEFAULT,
                StopPolicy.DEFAULT,
                LogPolicy.DEFAULT,
                SupervisionPolicy.NONE);
    }

    private Optional<Classified> understood(SearchPath programs) {
        try {
            return Optional.of(CommandLine.understand(words, programs));
        } catch (TsmException e) {
            return Optional.empty();
        }
    }

    /** By its first word, as it was started; a program that renames itself is known by the file it executes. */
    private String executable(SearchPath programs) {
        String first = words.getFirst();
        String path = programs.absolute(first);
        if (first.contains("/") && programs.files().isExecutable(path)) {
            return path;
        }
        Optional<String> named = first.contains("/") ? Optional.empty() : programs.program(first);
        return named.or(() -> host.executable(pid)).orElse(path);
    }
}
