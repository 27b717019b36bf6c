package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the port in a command (SPEC 4). The first of these counts, from left to right:
 *
 * <ul>
 *   <li>{@code PORT=3000}, {@code SERVER_PORT=3000};
 *   <li>an option called {@code p} or {@code port}, perhaps after words such as {@code server} or {@code http}: {@code
 *       -p 4000}, {@code -p4000}, {@code --port=4000}, {@code --server.port 8502}, {@code -Dserver.port=8080};
 *   <li>an address after an option that says where to listen: {@code --bind 127.0.0.1:9000}, {@code -S
 *       localhost:8080}; after one that as often says where another listens only an address of this machine, {@code
 *       -addr localhost:8080}, or of all its addresses, {@code --host 0.0.0.0:8080};
 *   <li>an address of this machine as a word: {@code localhost:8080}, {@code 0.0.0.0:80}, {@code :8080};
 *   <li>the number after {@code http.server} and {@code runserver}, after the latter with any address before it: {@code
 *       runserver 0:8000};
 *   <li>a bare number as the first or last argument of a script: from 1024 on, or 80 or 443, but not 1900 to 2099,
 *       which is more often a year.
 * </ul>
 *
 * An address with a scheme is where another listens, except {@code tcp:} and {@code http:} after an option that says
 * where to listen. Commands that connect to a server and have none themselves ({@code ssh}, {@code curl}, {@code psql}
 * …) have no port.
 */
public final class PortHints {
    private static final Set<String> CLIENTS = Set.of(
            "ssh",
            "autossh",
            "scp",
            "sftp",
            "rsync",
            "curl",
            "wget",
            "telnet",
            "psql",
            "pg_dump",
            "mysql",
            "mysqldump",
            "mariadb",
            "redis-cli",
            "mongo",
            "mongosh",
            "ngrok",
            "cloudflared",
            "ab",
            "wrk",
            "hey",
            "k6",
            "sleep",
            "kill",
            "ping",
            "nmap",
            "mkdir",
            "cp",
            "head",
            "tail",
            "xargs",
            "kcat",
            "kafkacat",
            "wait-for-it");

    /** What a name may say beside port and still mean the port on which the command itself listens. */
    private static final Set<String> OWN = Set.of(
            "server",
            "http",
            "https",
            "web",
            "listen",
            "bind",
            "app",
            "api",
            "service",
            "run",
            "host",
            "flask",
            "uvicorn",
            "gunicorn",
            "streamlit",
            "gradio",
            "quarkus",
            "micronaut",
            "serverapp",
            "dev");

    /** Options after which any address is one to listen on. */
    private static final Set<String> LISTEN = Set.of(
            "S",
            "b",
            "bind",
            "listen",
            "dev-addr",
            "http-addr",
            "http-address",
            "listen-addr",
            "listen-address",
            "web.listen-address",
            "serve");

    /** Options that have an address to listen on in servers, and that of a server in its clients. */
    private static final Set<String> LISTEN_HERE = Set.of("a", "l", "addr", "http");

    /** The same, but mostly in clients, so that only what nobody connects to is an address to listen on. */
    private static final Set<String> LISTEN_EVERYWHERE = Set.of("address", "host", "server");

    private static final Pattern OPTION = Pattern.compile("--?([A-Za-z][A-Za-z0-9._-]*)(?:=(.*))?", Pattern.DOTALL);
    private static final Pattern ATTACHED = Pattern.compile("-p=?([0-9]{1,5})");
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=([0-9]{1,5})");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Pattern ADDRESS =
            Pattern.compile("(?:(?:tcp|https?)://)?(?:\\[[0-9a-fA-F:.%]*\\]|[A-Za-z0-9._*+-]*):([0-9]{1,5})/?");
    private static final Pattern LOCAL =
            Pattern.compile("(?:localhost|127\\.[0-9.]+|0\\.0\\.0\\.0|\\[::1?\\]|\\*)?:([0-9]{1,5})");

    private static final Pattern EVERYWHERE = Pattern.compile("(?:0\\.0\\.0\\.0|\\[::\\]|\\*)?:([0-9]{1,5})");

    private static final String DJANGO_SERVER = "runserver";
    private static final Set<String> SERVER_WORDS = Set.of("http.server", DJANGO_SERVER);
    private static final Set<String> HTTP_SERVER_VALUES =
            Set.of("-b", "--bind", "-d", "--directory", "-p", "--protocol");
    private static final Set<String> DJANGO_VALUES = Set.of("-v", "--verbosity", "--settings", "--pythonpath");

    private final List<String> words;

    private PortHints(List<String> words) {
        this.words = words;
    }

    /** The port in a command's words, with assignments before the program if there are any. */
    public static Optional<PortHint> find(List<String> words) {
        List<String> command = Wrappers.innermost(words);
        if (!command.isEmpty() && CLIENTS.contains(ProgramName.base(command.getFirst()))) {
            return Optional.empty();
        }
        return new PortHints(words).search(command);
    }

    /** The port in a command as {@link Classified#words} has it. */
    public static Optional<PortHint> find(Classified command) {
        return find(command.words());
    }

    private Optional<PortHint> search(List<String> command) {
        for (int i = 0; i < words.size(); i++) {
            Optional<PortHint> hint = at(i);
            if (hint.isPresent()) {
                return hint;
            }
        }
        Optional<PortHint> known = afterServerWord();
        return known.isPresent() ? known : scriptArgument(command);
    }

    private Optional<PortHint> at(int i) {
        String word = words.get(i);
        Matcher assignment = ASSIGNMENT.matcher(word);
        if (assignment.matches()) {
            return namesPort(assignment.group(1))
                    ? hint(i, assignment.start(2), assignment.group(2))
                    : Optional.empty();
        }
        Matcher attached = ATTACHED.matcher(word);
        if (attached.matches()) {
            return hint(i, attached.start(1), attached.group(1));
        }
        Matcher option = OPTION.matcher(word);
        if (option.matches()) {
            return option(i, option);
        }
        Matcher local = LOCAL.matcher(word);
        return local.matches() && free(i) ? hint(i, local.start(1), local.group(1)) : Optional.empty();
    }

    /** Whether a word is no option's value, nor one more of several. */
    private boolean free(int i) {
        int before = i - 1;
        while (before >= 0 && ADDRESS.matcher(words.get(before)).matches()) {
            before--;
        }
        return before < 0 || !words.get(before).startsWith("-");
    }

    /** What an address must be like after that option to be one to listen on; null when it never is. */
    private static @Nullable Pattern listening(String option) {
        return LISTEN.contains(option)
                ? ADDRESS
                : LISTEN_HERE.contains(option) ? LOCAL : LISTEN_EVERYWHERE.contains(option) ? EVERYWHERE : null;
    }

    private Optional<PortHint> option(int i, Matcher option) {
        String name = option.group(1);
        boolean port = name.equals("p") || namesPort(name.startsWith("D") ? name.substring(1) : name);
        Pattern listen = listening(name);
        if (!port && listen == null) {
            return Optional.empty();
        }
        boolean attached = option.group(2) != null;
        if (!attached && i + 1 == words.size()) {
            return Optional.empty();
        }
        String value = attached ? option.group(2) : words.get(i + 1);
        int word = attached ? i : i + 1;
        int start = attached ? option.start(2) : 0;
        Matcher address = listen == null ? null : listen.matcher(value);
        if (address != null && address.matches()) {
            return hint(word, start + address.start(1), address.group(1));
        }
        boolean number = port || name.equals("listen") || name.equals("bind");
        return number && PORT.matcher(value).matches() ? hint(word, start, value) : Optional.empty();
    }

    private Optional<PortHint> afterServerWord() {
        for (int i = 1; i < words.size(); i++) {
            String server = words.get(i);
            if (SERVER_WORDS.contains(server)) {
                boolean django = server.equals(DJANGO_SERVER);
                for (int j = i + 1; j < words.size(); j++) {
                    boolean value = (django ? DJANGO_VALUES : HTTP_SERVER_VALUES).contains(words.get(j - 1));
                    Matcher address = ADDRESS.matcher(words.get(j));
                    if (!value && PORT.matcher(words.get(j)).matches()) {
                        return hint(j, 0, words.get(j));
                    } else if (!value && django && address.matches()) {
                        return hint(j, address.start(1), address.group(1));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Optional<PortHint> scriptArgument(List<String> command) {
        String script = command.isEmpty() ? null : CommandLine.scriptOf(command);
        int at = script == null ? -1 : words.lastIndexOf(script);
        if (script == null || at < 0 || at + 1 >= words.size() || isShell(command.getFirst())) {
            return Optional.empty();
        }
        int last = words.size() - 1;
        Optional<PortHint> first = bare(at + 1);
        boolean value = last > at + 1 && words.get(last - 1).startsWith("-");
        return first.isPresent() || value ? first : bare(last);
    }

    private static boolean isShell(String program) {
        return Kinds.ofProgram(program)
                .filter(k -> k == Kind.BASH || k == Kind.SHELL)
                .isPresent();
    }

    private Optional<PortHint> bare(int i) {
        String word = words.get(i);
        if (!PORT.matcher(word).matches()) {
            return Optional.empty();
        }
        int number = Integer.parseInt(word);
        boolean likely = (number >= 1024 && (number < 1900 || number > 2099)) || number == 80 || number == 443;
        return likely ? hint(i, 0, word) : Optional.empty();
    }

    /** True for {@code port} alone or after words which say that it is the command's own, not that of a database. */
    private static boolean namesPort(String name) {
        List<String> parts = List.of(name.toLowerCase(Locale.ROOT).split("[._-]", -1));
        return parts.getLast().equals("port") && OWN.containsAll(parts.subList(0, parts.size() - 1));
    }

    private Optional<PortHint> hint(int word, int start, String digits) {
        OptionalInt port = port(digits);
        return port.isEmpty()
                ? Optional.empty()
                : Optional.of(new PortHint(port.getAsInt(), word, start, words.get(word)));
    }

    private static OptionalInt port(String digits) {
        int number = Integer.parseInt(digits);
        return number >= 1 && number <= 65_535 && !digits.startsWith("0")
                ? OptionalInt.of(number)
                : OptionalInt.empty();
    }
}
