package dev.tetra.tsm.supervise;

import dev.tetra.tsm.os.SpawnRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is done in a new process before it becomes the program, where posix_spawn(3) has nothing for it: a few statements of
 * a shell, then programs such as nice(1) that execute what follows their options. All of it happens in the pid that the
 * program then has, so its identity is that of the run from the beginning.
 *
 * <p>Without any of it the program is spawned as it is. With some of it the program's {@code argv[0]} is its path, as a shell
 * can give it no other.
 */
public final class Prelude {
    /** Nothing to be done. */
    public static final Prelude NONE = new Prelude(List.of(), List.of());

    /**
     * The exit code of a process in which a statement failed, as env(1), nice(1) and timeout(1) use it for failures of their
     * own. What failed is the last line of its stderr, and begins with {@code tsm: }.
     */
    public static final int FAILED = 125;

    private static final String SHELL = "/bin/sh";
    private static final String SCRIPT_NAME = "tsm";

    /** A shell such as dash drops variables that it could not name itself; bash hands them on. */
    private static final List<String> LOSSLESS_SHELLS = List.of("/bin/bash", "/usr/bin/bash");

    private final List<Statement> statements;
    private final List<String> through;

    /**
     * A statement of the shell.
     *
     * @param words what it finds as {@code $1}, {@code $2}…; nothing from outside may be part of the script itself
     * @param failure what to say when it fails
     */
    private record Statement(String script, List<String> words, String failure) {}

    private Prelude(List<Statement> statements, List<String> through) {
        this.statements = List.copyOf(statements);
        this.through = List.copyOf(through);
    }

    /** Whether there is nothing to be done. */
    public boolean empty() {
        return statements.isEmpty() && through.isEmpty();
    }

    /**
     * The same with one more statement, for a POSIX shell. When its status is not 0 the process ends with {@link #FAILED}.
     *
     * @param script constant text of tsm's own
     * @param words its arguments {@code $1}…, of any content
     * @param failure what could not be done, as the line on stderr says it after {@code tsm: }
     */
    public Prelude then(String script, List<String> words, String failure) {
        List<Statement> more = new ArrayList<>(statements);
        more.add(new Statement(script, List.copyOf(words), failure));
        return new Prelude(more, through);
    }

    /** The same with a variable whose value is the process's own pid, such as LISTEN_PID of sd_listen_fds(3). */
    public Prelude thenOwnPid(String variable) {
        if (!variable.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new IllegalArgumentException(variable + " is no name of a variable");
        }
        return then(variable + "=$$; export " + variable, List.of(), "cannot set " + variable);
    }

    /**
     * The same, executed by one more program, the innermost last.
     *
     * @param words an absolute path and its options; it must execute what follows them
     */
    public Prelude through(List<String> words) {
        List<String> more = new ArrayList<>(through);
        more.addAll(words);
        return new Prelude(statements, more);
    }

    /** The request that does this and then becomes the program of that one. */
    public SpawnRequest before(SpawnRequest program) {
        if (empty()) {
            return program;
        }
        List<String> inner = new ArrayList<>(through);
        // With a slash it is looked up nowhere.
        inner.add(program.executable().contains("/") ? program.executable() : "./" + program.executable());
        inner.addAll(program.argv().subList(1, program.argv().size()));
        List<String> argv = statements.isEmpty() ? inner : shell(program, inner);
        return new SpawnRequest(
                argv.getFirst(),
                argv,
                program.environment(),
                program.cwd(),
                program.stdout(),
                program.stderr(),
                program.umask(),
                program.inherited(),
                program.mark());
    }

    private List<String> shell(SpawnRequest program, List<String> inner) {
        StringBuilder script = new StringBuilder("fail() { echo \"tsm: $1\" >&2; exit " + FAILED + "; }\n");
        List<String> words = new ArrayList<>();
        for (Statement statement : statements) {
            int count = statement.words().size() + 1;
            script.append("{ ")
                    .append(statement.script())
                    .append("; } || fail \"$")
                    .append(count);
            script.append("\"; shift ").append(count).append('\n');
            words.addAll(statement.words());
            words.add(statement.failure());
        }
        script.append("exec \"$@\"");
        List<String> argv = new ArrayList<>();
        Optional<String> bash = program.environment().stream().allMatch(Prelude::nameable)
                ? Optional.empty()
                : LOSSLESS_SHELLS.stream()
                        .filter(shell -> Files.isExecutable(Path.of(shell)))
                        .findFirst();
        argv.add(bash.orElse(SHELL));
        // Privileged: without it bash would read BASH_ENV and take functions from the environment. POSIX: as /bin/sh
        // is.
        bash.ifPresent(_ -> argv.addAll(List.of("--posix", "-p")));
        argv.addAll(List.of("-c", script.toString(), SCRIPT_NAME));
        argv.addAll(words);
        argv.addAll(inner);
        return argv;
    }

    /** Whether a shell could set that variable, given as {@code NAME=VALUE}. */
    private static boolean nameable(String variable) {
        int equals = variable.indexOf('=');
        for (int i = 0; i < equals; i++) {
            char c = variable.charAt(i);
            boolean letter = c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (!letter && (i == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        return equals > 0;
    }
}
