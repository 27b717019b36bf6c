package dev.tetra.tsm.os;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to execute, and how.
 *
 * @param executable the program's file; looked up nowhere: absolute, or relative to {@code cwd}
 * @param argv all words, {@code argv[0]} first; at least one
 * @param environment the whole environment as {@code NAME=VALUE}; nothing is added or inherited
 * @param cwd the working directory, absolute
 * @param stdout the file that fd 1 appends to, absolute; made with mode 0600 when missing
 * @param stderr the file that fd 2 appends to, likewise
 * @param umask the child's file mode creation mask, 0 to 0777
 * @param inherited what the child gets besides these; every other descriptor of ours stays ours
 * @param mark a file that the child makes, or opens, before all else, absolute; null for none. It is there when the child
 *     was executed, whatever became of it and of us.
 */
public record SpawnRequest(
        String executable,
        List<String> argv,
        List<String> environment,
        String cwd,
        String stdout,
        String stderr,
        int umask,
        List<Inherited> inherited,
        @Nullable String mark) {
    /**
     * A descriptor that is handed on.
     *
     * @param ours our number of it, open until the spawn has returned; at least 3. It may be marked close-on-exec.
     * @param theirs the number under which the child has it; at least 3, and each once
     */
    public record Inherited(int ours, int theirs) {
        public Inherited {
            if (ours < FIRST_FREE || theirs < FIRST_FREE) {
                throw new IllegalArgumentException("descriptor " + ours + " as " + theirs);
            }
        }
    }

    /** After those of stdin, stdout and stderr. */
    public static final int FIRST_FREE = 3;

    /** With no descriptor besides stdin, stdout and stderr. */
    public SpawnRequest(
            String executable,
            List<String> argv,
            List<String> environment,
            String cwd,
            String stdout,
            String stderr,
            int umask) {
        this(executable, argv, environment, cwd, stdout, stderr, umask, List.of(), null);
    }

    public SpawnRequest {
        argv = List.copyOf(argv);
        environment = List.copyOf(environment);
        inherited = List.copyOf(inherited);
        Set<Integer> numbers = new HashSet<>();
        for (Inherited one : inherited) {
            if (!numbers.add(one.theirs())) {
                throw new IllegalArgumentException("two descriptors " + one.theirs() + " for the child");
            }
        }
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv is empty");
        }
        if (umask < 0 || umask > 0777) {
            throw new IllegalArgumentException("umask " + Integer.toOctalString(umask));
        }
        requireNoNul(executable, cwd, stdout, stderr, mark == null ? "" : mark);
        requireNoNul(argv.toArray(String[]::new));
        requireNoNul(environment.toArray(String[]::new));
    }

    /** The same with one more descriptor. */
    public SpawnRequest handing(Inherited one) {
        List<Inherited> all = new ArrayList<>(inherited);
        all.add(one);
        return new SpawnRequest(executable, argv, environment, cwd, stdout, stderr, umask, all, mark);
    }

    /** The same with a file that says that it was executed. */
    public SpawnRequest marking(String path) {
        return new SpawnRequest(executable, argv, environment, cwd, stdout, stderr, umask, inherited, path);
    }

    /** A NUL would end the C string early and so run something else than was asked for. */
    static void requireNoNul(String... texts) {
        for (String text : texts) {
            if (text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a NUL character in '" + text.replace("\0", "\\0") + "'");
            }
        }
    }
}
