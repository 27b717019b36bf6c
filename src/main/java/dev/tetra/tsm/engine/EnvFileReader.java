package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.HelperRequest;
import dev.tetra.tsm.os.HelperResult;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.spec.EnvAssignments;
import dev.tetra.tsm.spec.SearchPath;
import dev.tetra.tsm.spec.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Sources an env file in bash with export on, so that it means what it means in a shell, and takes over what it set and what
 * it unset.
 *
 * <p>The first command in it that fails, what the shell itself refuses, a {@code return} with another code than 0, and any
 * syntax error stop the start. A command in a condition, or before {@code &&} or {@code ||}, may fail, as under {@code set -e}
 * (bash(1), SHELL BUILTIN COMMANDS, trap ERR).
 */
public final class EnvFileReader {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String MARK = "TSM-ENVIRONMENT-FOLLOWS";
    /** Of the script below; the file has all other names for itself. */
    private static final String OURS = "__tsm_";
    /** Bash sets these itself; the file did not. */
    private static final Set<String> BASH_OWN = Set.of("_", "SHLVL", "PWD", "OLDPWD");
    /** What bash says when it leaves a command undone and goes on with the next, for which there is no trap. */
    private static final Pattern REFUSED = Pattern.compile(
            "(?m)^.*: line [0-9]+: .*(: readonly variable|: bad substitution|\\(error token is \".*\"\\))$");

    /**
     * The file is the first argument. Exit codes above 95 are ours: 96 syntax, 97 a command failed. Which assignments were
     * executed only the trap DEBUG can tell; its last word keeps {@code $_} as it is.
     */
    private static final String SCRIPT = """
            readonly __tsm_file=$1
            shift
            "$BASH" -n "$__tsm_file" || exit 96
            readonly __tsm_there=$(compgen -e)
            __tsm_did=()
            __tsm_at() {
                if [[ ${BASH_SOURCE[1]-} == "$__tsm_file" ]]; then __tsm_line=$1 __tsm_last=$2; fi
                if [[ $2 == *=* ]]; then __tsm_did+=("$2"); fi
            }
            __tsm_failed() {
                if [[ $3 == "$__tsm_file" ]]; then echo "$3: line $2: failed with code $1: $4" >&2; exit 97; fi
            }
            __tsm_returned() {
                if [[ $1 != 0 && ${__tsm_last-} == return* ]]; then __tsm_failed "$1" "$__tsm_line" "$__tsm_file" "$__tsm_last"; fi
            }
            set -aT
            trap '__tsm_failed "$?" "$LINENO" "${BASH_SOURCE-}" "$BASH_COMMAND"' ERR
            trap '[[ ${FUNCNAME-} ]] || __tsm_at "$LINENO" "$BASH_COMMAND" "$_"' DEBUG
            . "$__tsm_file" >&2
            __tsm_returned "$?"
            trap - ERR DEBUG
            set +aT
            printf '%s\\0' {mark}
            command -p env -0
            printf '%s\\0' {mark} "$__tsm_there" ${__tsm_did[@]+"${__tsm_did[@]}"}
            """.replace("{mark}", MARK);

    /**
     * What a file has done to the environment it was sourced in.
     *
     * @param set what it has set, also to the value that was there
     * @param unset the names that are gone
     */
    public record Sourced(List<EnvVar> set, Set<String> unset) {
        /** What there is without a file. */
        static final Sourced NOTHING = new Sourced(List.of(), Set.of());

        /** The caller's variables, with those marked that the file takes away. */
        List<EnvVar> callers(Map<String, String> environment) {
            return environment.entrySet().stream()
                    .map(e -> new EnvVar(e.getKey(), e.getValue(), EnvSource.CALLER, unset.contains(e.getKey())))
                    .toList();
        }
    }

    private final Host host;

    public EnvFileReader(Host host) {
        this.host = host;
    }

    /**
     * What a file sets and unsets.
     *
     * @param file absolute
     * @param base the environment it is sourced in
     * @throws TsmException.Failed when it fails to source, with the shell's message and line
     * @throws TsmException.TimedOut when it takes longer than 10 s
     */
    public Sourced read(String file, Map<String, String> base, SearchPath programs) {
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
        if (!(result.exit() instanceof Exit.Code(int code))
                || code != 0
                || mark < 0
                || REFUSED.matcher(result.stderr()).find()) {
            throw failed(file, result);
        }
        List<String> told = List.of(out.substring(mark + MARK.length() + 1).split("\0", -1));
        int end = told.lastIndexOf(MARK);
        if (end < 0 || end + 1 == told.size()) {
            throw failed(file, result);
        }
        Map<String, String> after = new LinkedHashMap<>();
        for (String entry : told.subList(0, end)) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                after.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        Set<String> assigned = new HashSet<>();
        told.subList(end + 2, told.size()).forEach(command -> assigned.addAll(EnvAssignments.names(command)));
        // What bash keeps for itself, as UID, it does not hand on, whatever the file does.
        Set<String> gone = new TreeSet<>(List.of(told.get(end + 1).split("\n")));
        gone.retainAll(base.keySet());
        gone.removeAll(after.keySet());
        return new Sourced(set(base, after, assigned), gone);
    }

    private static List<EnvVar> set(Map<String, String> base, Map<String, String> after, Set<String> assigned) {
        return after.entrySet().stream()
                .filter(e -> !BASH_OWN.contains(e.getKey()) && !e.getKey().startsWith(OURS))
                .filter(e -> assigned.contains(e.getKey()) || !e.getValue().equals(base.get(e.getKey())))
                .map(e -> new EnvVar(e.getKey(), e.getValue(), EnvSource.FILE))
                .toList();
    }

    private HelperResult run(String file, Map<String, String> base, String cwd, String bash) {
        List<String> environment = new ArrayList<>();
        base.forEach((name, value) -> {
            if (!name.equals("BASH_ENV") && !name.startsWith(OURS)) {
                environment.add(name + "=" + value);
            }
        });
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
