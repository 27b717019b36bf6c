package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.HelperRequest;
import dev.tetra.tsm.os.HelperResult;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.spec.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sources an env file in bash with export on, so that it means what it means in a shell, and takes over what it set.
 *
 * <p>The first command in it that fails, and any syntax error, stop the start. A command in a condition, or before {@code
 * &&} or {@code ||}, may fail, as under {@code set -e} (bash(1), SHELL BUILTIN COMMANDS, trap ERR).
 */
public final class EnvFileReader {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String MARK = "TSM-ENVIRONMENT-FOLLOWS";
    /** Bash sets these itself; the file did not. */
    private static final Set<String> BASH_OWN = Set.of("_", "SHLVL", "PWD", "OLDPWD");

    /** The file is the first argument. Exit codes above 95 are ours: 96 syntax, 97 a command failed. */
    private static final String SCRIPT = """
            f=$1
            "$BASH" -n "$f" || exit 96
            set -a
            trap 's=$?; if [ "${BASH_SOURCE[0]}" = "$f" ]; then echo "$f: line $LINENO: failed with code $s: $BASH_COMMAND" >&2; exit 97; fi' ERR
            . "$f" >&2
            trap - ERR
            set +a
            printf '%s\\0' "$MARK_OF_TSM"
            command -p env -0
            """;

    private final Host host;

    public EnvFileReader(Host host) {
        this.host = host;
    }

    /**
     * The variables that a file sets or changes.
     *
     * @param file absolute
     * @param base the environment it is sourced in
     * @throws TsmException.Failed when it fails to source, with the shell's message and line
     * @throws TsmException.TimedOut when it takes longer than 10 s
     */
    public List<EnvVar> read(String file, Map<String, String> base, SearchPath programs) {
        String bash = programs.program("bash")
                .or(() -> new SearchPath("/", "/usr/local/bin:/usr/bin:/bin", programs.files()).program("bash"))
                .orElseThrow(() -> new TsmException.Failed(
                        "bash is needed to read the env file " + file, "install bash, or leave --env off"));
        HelperResult result = run(file, base, programs.cwd(), bash);
        if (result.timedOut()) {
            throw new TsmException.TimedOut(
                    "the env file " + file + " took longer than " + LIMIT.toSeconds() + " s to source",
                    "does it wait for something? try: bash " + file);
        }
        String out = result.stdout();
        int mark = out.indexOf(MARK + "\0");
        if (!(result.exit() instanceof Exit.Code(int code)) || code != 0 || mark < 0) {
            throw failed(file, result);
        }
        List<EnvVar> set = new ArrayList<>();
        for (String entry : out.substring(mark + MARK.length() + 1).split("\0", -1)) {
            int equals = entry.indexOf('=');
            if (equals <= 0) {
                continue;
            }
            String name = entry.substring(0, equals);
            String value = entry.substring(equals + 1);
            boolean own = BASH_OWN.contains(name) || name.equals("MARK_OF_TSM");
            if (!own && !value.equals(base.get(name))) {
                set.add(new EnvVar(name, value, EnvSource.FILE));
            }
        }
        return set;
    }

    private HelperResult run(String file, Map<String, String> base, String cwd, String bash) {
        List<String> environment = new ArrayList<>();
        base.forEach((name, value) -> {
            if (!name.equals("BASH_ENV")) {
                environment.add(name + "=" + value);
            }
        });
        environment.add("MARK_OF_TSM=" + MARK);
        try {
            return host.run(new HelperRequest(
                    bash,
                    List.of("bash", "--noprofile", "--norc", "-c", SCRIPT, "bash", file),
                    environment,
                    cwd,
                    LIMIT));
        } catch (SpawnException e) {
            throw new TsmException.Failed(
                    "the env file " + file + " cannot be sourced: " + e.getMessage(), "check that " + bash + " works");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Failed("interrupted while sourcing " + file, "try again");
        }
    }

    private static TsmException failed(String file, HelperResult result) {
        // the shell shows the line that failed, which may hold a secret
        String said = Secrets.maskLine(result.stderr().strip());
        String why = said.isEmpty() ? "it ended the shell with " + result.exit().inWords() : said;
        return new TsmException.Failed(
                "the env file " + file + " fails to source:\n" + why.indent(2).stripTrailing(),
                "mend it, or try it by hand: bash -c '. " + file + "'");
    }
}
