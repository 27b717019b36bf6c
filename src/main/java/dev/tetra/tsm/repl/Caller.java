package dev.tetra.tsm.repl;

import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whom the client stands for, as the launcher found it.
 *
 * @param home the home of the daemon
 * @param launcher absolute path of the launcher
 * @param build the launcher's build id
 * @param cwd the working directory, absolute
 * @param umask the file mode creation mask, 0 to 0777
 * @param width columns of the terminal on stdout when the client was started; 0 when it is none
 * @param user the login name
 * @param flags what the standard streams are: {@code in-tty}, {@code out-tty}, {@code err-tty}, {@code no-color}
 * @param environment the environment, {@code NAME=VALUE} each
 */
record Caller(
        Path home,
        String launcher,
        String build,
        String cwd,
        int umask,
        int width,
        String user,
        Set<String> flags,
        List<String> environment) {
    private static final Path OWN_ENVIRONMENT = Path.of("/proc/self/environ");

    Caller {
        flags = Set.copyOf(flags);
        environment = List.copyOf(environment);
    }

    /** A caller and the words that follow it: the program's name and its own. */
    record Invocation(Caller caller, List<String> words) {}

    /** Reads what the launcher says: options of two words each, then the program and its words. */
    static Invocation read(List<String> arguments) throws IOException {
        Deque<String> left = new ArrayDeque<>(arguments);
        Map<String, String> options = new LinkedHashMap<>();
        Map<String, String> environment = own();
        while (left.size() > 1 && left.getFirst().startsWith("--")) {
            String option = left.removeFirst();
            String value = left.removeFirst();
            switch (option) {
                case "--set" -> put(environment, value);
                case "--unset" -> environment.remove(value);
                default -> options.put(option, value);
            }
        }
        Caller caller = new Caller(
                Path.of(options.getOrDefault("--home", "")),
                options.getOrDefault("--launcher", ""),
                options.getOrDefault("--build", ""),
                options.getOrDefault("--cwd", "/"),
                Integer.parseInt(options.getOrDefault("--umask", "77"), 8),
                Integer.parseInt(options.getOrDefault("--width", "0")),
                options.getOrDefault("--user", ""),
                Stream.of(options.getOrDefault("--flags", "").split(",", -1))
                        .filter(flag -> !flag.isEmpty())
                        .collect(Collectors.toUnmodifiableSet()),
                environment.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
        return new Invocation(caller, List.copyOf(left));
    }

    /** This program's environment; where the kernel shows it, byte for byte. */
    private static Map<String, String> own() throws IOException {
        if (!Files.isReadable(OWN_ENVIRONMENT)) {
            return new LinkedHashMap<>(System.getenv());
        }
        Map<String, String> own = new LinkedHashMap<>();
        for (String entry : RawText.decode(Files.readAllBytes(OWN_ENVIRONMENT)).split("\0", -1)) {
            put(own, entry);
        }
        return own;
    }

    private static void put(Map<String, String> environment, String entry) {
        int equals = entry.indexOf('=');
        if (equals > 0) {
            environment.put(entry.substring(0, equals), entry.substring(equals + 1));
        }
    }

    /** Whether stdin and stdout are a terminal, so that there is somebody to talk to. */
    boolean onTerminal() {
        return flags.contains("in-tty") && flags.contains("out-tty");
    }

    /** The same caller in another folder. */
    Caller in(String folder) {
        return new Caller(home, launcher, build, folder, umask, width, user, flags, environment);
    }

    /** The value of a variable; empty when it is not set. */
    String variable(String name) {
        return environment.stream()
                .filter(entry -> entry.startsWith(name + "="))
                .map(entry -> entry.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }
}
