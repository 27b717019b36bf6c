package dev.tetra.tsm.os;

import java.util.List;

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
 */
public record SpawnRequest(
        String executable,
        List<String> argv,
        List<String> environment,
        String cwd,
        String stdout,
        String stderr,
        int umask) {
    public SpawnRequest {
        argv = List.copyOf(argv);
        environment = List.copyOf(environment);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv is empty");
        }
        if (umask < 0 || umask > 0777) {
            throw new IllegalArgumentException("umask " + Integer.toOctalString(umask));
        }
        requireNoNul(executable, cwd, stdout, stderr);
        requireNoNul(argv.toArray(String[]::new));
        requireNoNul(environment.toArray(String[]::new));
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
