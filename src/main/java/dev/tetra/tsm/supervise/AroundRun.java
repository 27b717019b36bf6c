package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.Words;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.os.Rights;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.os.SpawnRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The commands around a run. Each is executed as the program would be: in its folder, with its environment and its user, its
 * output to its logs, in a session of its own. It has the run's token, and {@value #VARIABLE} tells it from the program.
 */
final class AroundRun {
    /** The environment variable that says which command it is. */
    static final String VARIABLE = "TSM_COMMAND";

    /** Which command it is. */
    enum Kind {
        /** Before the run. */
        PRE_START,
        /** In place of the stop signal. */
        STOP_COMMAND,
        /** After the run. */
        POST_STOP;

        /** The word shown to users. */
        String word() {
            return Words.of(this);
        }

        /** The command line of a process for it; null when there is none. */
        @Nullable
        String line(RunCommands commands) {
            return switch (this) {
                case PRE_START -> commands.preStart();
                case STOP_COMMAND -> commands.stop();
                case POST_STOP -> commands.postStop();
            };
        }
    }

    private final Supervision with;
    private final TreeScanner scanner;
    private final RunGroups groups;
    private final Marks marks;

    AroundRun(Supervision with, TreeScanner scanner, RunGroups groups, Marks marks) {
        this.with = with;
        this.scanner = scanner;
        this.groups = groups;
        this.marks = marks;
    }

    /** Whether a process has such a command. */
    static boolean has(Kind kind, ManagedProcess process) {
        return kind.line(process.spec().supervision().limits().commands()) != null;
    }

    /** Executes one that the process has. */
    Identity start(Kind kind, ManagedProcess process, Run run, Consumer<Exit> onEnd)
            throws SpawnException, IOException {
        String line = kind.line(process.spec().supervision().limits().commands());
        with.logs().create(process.name());
        var variables = with.store().call(tx -> tx.environments().of(process.key()));
        Rights rights = with.host().rights();
        SpawnRequest program = Launch.request(process, variables, run.token(), with.home(), with.logs(), rights, false);
        Map<String, String> more = new TreeMap<>();
        more.put(VARIABLE, kind.word());
        if (kind == Kind.STOP_COMMAND && run.identity() != null) {
            more.put("TSM_PID", String.valueOf(run.identity().pid()));
        }
        Exit ended = run.identity() == null ? before(run) : run.exit();
        if (ended != null) {
            more.putAll(variables(ended));
        }
        SpawnRequest request = new SpawnRequest(
                "/bin/sh",
                List.of("sh", "-c", String.valueOf(line)),
                List.of(),
                program.cwd(),
                program.stdout(),
                program.stderr(),
                program.umask());
        request = with(request, program.environment(), more);
        request = LimitPrelude.of(process.spec().supervision().limits(), rights, groups.entering(process, run))
                .before(request);
        return with.host().spawn(kind == Kind.POST_STOP ? marks.on(request, run, kind) : request, onEnd);
    }

    private static SpawnRequest with(SpawnRequest request, List<String> environment, Map<String, String> more) {
        Map<String, String> all = new TreeMap<>();
        for (String variable : environment) {
            int equals = variable.indexOf('=');
            all.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        all.putAll(more);
        return new SpawnRequest(
                request.executable(),
                request.argv(),
                all.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList(),
                request.cwd(),
                request.stdout(),
                request.stderr(),
                request.umask());
    }

    /** How the run before that one ended; null also while it goes on. */
    private @Nullable Exit before(Run run) {
        return with.store().call(tx -> tx.runs().latest(run.processKey(), 2)).stream()
                .filter(other -> other.key() != run.key())
                .findFirst()
                .map(Run::exit)
                .orElse(null);
    }

    private static Map<String, String> variables(Exit exit) {
        return switch (exit) {
            case Exit.Code(int code) ->
                Map.of("TSM_EXIT_CODE", String.valueOf(code), "TSM_EXIT_REASON", exit.inWords());
            case Exit.Signalled signalled ->
                Map.of(
                        "TSM_EXIT_CODE",
                        String.valueOf(exit.shellCode()),
                        "TSM_EXIT_SIGNAL",
                        signalled.name(),
                        "TSM_EXIT_REASON",
                        exit.inWords());
            case Exit.Unknown _ -> Map.of("TSM_EXIT_REASON", exit.inWords());
        };
    }

    /** One of that run that a daemon before this one has executed, and that still runs. */
    Optional<Identity> living(Kind kind, Run run) {
        return members(run).stream()
                .filter(member -> member.info().pid() == member.info().sid())
                .filter(member -> with.host()
                        .environmentVariable(member.info().pid(), VARIABLE)
                        .equals(Optional.of(kind.word())))
                .map(ProcessTree.Member::identity)
                .findFirst();
    }

    private List<ProcessTree.Member> members(Run run) {
        return scanner.with(found -> found.tokens().getOrDefault(run.token(), List.of()));
    }
}
