package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.TsmException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --listen} says: where tsm is to listen.
 *
 * @param host an IPv4 or IPv6 address, or {@link InstancePolicy#EVERYWHERE}
 * @param port null for the one that the process gets
 */
public record ListenAddress(String host, @Nullable Integer port) {
    private static final Set<String> ALL = Set.of("", "*", "yes", "true", "on", "::", "0.0.0.0");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");
    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^\\]]*)\\]|([^:\\[\\]]*)):([0-9]{1,5})");
    private static final Pattern FOUR = Pattern.compile("(?:[0-9]{1,3}\\.){3}[0-9]{1,3}");
    private static final Pattern SIX = Pattern.compile("(?=.*:.*:)[0-9A-Fa-f:.]{2,45}");

    /** Whether a word is meant as such, rather than as a program. */
    public static boolean looksLikeOne(String word) {
        return word.equals("*")
                || word.equals("localhost")
                || NUMBER.matcher(word).matches()
                || FOUR.matcher(word).matches()
                || SIX.matcher(word).matches()
                || WITH_PORT.matcher(word).matches();
    }

    /**
     * Reads {@code HOST}, {@code PORT}, {@code :PORT} or {@code HOST:PORT}; an IPv6 address with a port is in brackets.
     *
     * @throws TsmException.Usage when it is none of these
     */
    public static ListenAddress parse(String text) {
        String word = text.strip();
        if (NUMBER.matcher(word).matches()) {
            return new ListenAddress(InstancePolicy.EVERYWHERE, port(word, text));
        }
        Matcher withPort = WITH_PORT.matcher(word);
        if (withPort.matches()) {
            String host = withPort.group(1) == null ? withPort.group(2) : withPort.group(1);
            return new ListenAddress(host(host, text), port(withPort.group(3), text));
        }
        return new ListenAddress(host(word, text), null);
    }

    private static int port(String digits, String text) {
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 65_535) {
            throw new TsmException.Usage("--listen: '" + text + "': " + digits + " is no port", "a port is 1 to 65535");
        }
        return port;
    }

    private static String host(String host, String text) {
        String word = host.toLowerCase(Locale.ROOT);
        if (ALL.contains(word)) {
            return InstancePolicy.EVERYWHERE;
        }
        if (word.equals("localhost")) {
            return "127.0.0.1";
        }
        boolean four = FOUR.matcher(word).matches()
                && Pattern.compile("\\.").splitAsStream(word).allMatch(part -> Integer.parseInt(part) <= 255);
        if (!four && !SIX.matcher(word).matches()) {
            throw new TsmException.Usage(
                    "--listen: '" + text + "' is no address",
                    "write an IP address, :PORT, or both: 127.0.0.1:8080; alone it means all addresses");
        }
        return word;
    }
}
