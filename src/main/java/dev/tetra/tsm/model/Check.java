package dev.tetra.tsm.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** How a probe looks. */
public sealed interface Check {
    /**
     * A GET that is answered by 2xx or 3xx.
     *
     * @param target a path on the process's own port, beginning with {@code /}, or a whole URL of http or https
     */
    record Http(String target) implements Check {
        /** Whether it is a path on the process's own port. */
        public boolean own() {
            return target.startsWith("/");
        }

        /**
         * The whole URL.
         *
         * @param port the process's own
         */
        public URI uri(@Nullable Integer port) {
            return URI.create(own() ? "http://localhost:" + port + target : target);
        }
    }

    /**
     * A connection that is accepted.
     *
     * @param port null for the process's own
     */
    record Tcp(@Nullable Integer port) implements Check {}

    /** A command of the shell that exits with 0, run in the process's folder with its environment. */
    record Exec(String command) implements Check {}

    /** A line of new output, of either stream, that has a match of this regular expression. */
    record Log(String expression) implements Check {}

    /** What the program itself tells, as sd_notify(3) does. */
    record Notify() implements Check {}

    /**
     * A path or URL.
     *
     * @param what the option it was given to
     * @throws TsmException.Usage when it is neither
     */
    static Http http(String target, String what) {
        try {
            URI uri = new URI(target.startsWith("/") ? "http://localhost" + target : target);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean web = scheme.equals("http") || scheme.equals("https");
            if (web && uri.getHost() != null && uri.getPort() <= 65_535 && uri.getPort() != 0) {
                return new Http(target);
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new TsmException.Usage(
                what + ": '" + target + "' is neither a path nor a URL of http or https",
                "write " + what + " /healthz or " + what + " http://localhost:8080/healthz");
    }

    /**
     * A port; {@code own} is the process's.
     *
     * @throws TsmException.Usage when it is none
     */
    static Tcp tcp(String port, String what) {
        if (port.equals(OWN)) {
            return new Tcp(null);
        }
        int number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
        if (number < 1 || number > 65_535) {
            throw new TsmException.Usage(
                    what + ": '" + port + "' is no port", "a port is a number from 1 to 65535, or " + OWN);
        }
        return new Tcp(number);
    }

    /**
     * A regular expression.
     *
     * @throws TsmException.Usage when it is none, and where it is wrong
     */
    static Log log(String expression, String what) {
        try {
            Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new TsmException.Usage(
                    what + ": '" + expression + "' is no regular expression: " + e.getDescription() + " at "
                            + Math.max(0, e.getIndex()),
                    "quote it for the shell; a backslash takes the meaning off a sign");
        }
        return new Log(expression);
    }

    /**
     * A command of the shell.
     *
     * @throws TsmException.Usage when it is empty
     */
    static Exec exec(String command, String what) {
        if (command.isBlank()) {
            throw new TsmException.Usage(what + ": the command is empty", "write " + what + " 'test -f ok'");
        }
        return new Exec(command);
    }

    /** What stands for the process's own port. */
    String OWN = "own";

    /** The kind, as its options end: {@code --ready-http}. */
    default String kind() {
        return switch (this) {
            case Http _ -> "http";
            case Tcp _ -> "tcp";
            case Exec _ -> "exec";
            case Log _ -> "log";
            case Notify _ -> "notify";
        };
    }

    /** What it looks at; empty for {@link Notify}. */
    default String target() {
        return switch (this) {
            case Http http -> http.target();
            case Tcp tcp -> tcp.port() == null ? OWN : String.valueOf(tcp.port());
            case Exec exec -> exec.command();
            case Log log -> log.expression();
            case Notify _ -> "";
        };
    }

    /**
     * The check of a kind and its target.
     *
     * @throws TsmException.Usage for a target that is wrong
     */
    static Check of(String kind, String target) {
        return switch (kind) {
            case "http" -> http(target, kind);
            case "tcp" -> tcp(target, kind);
            case "exec" -> exec(target, kind);
            case "log" -> log(target, kind);
            case "notify" -> new Notify();
            default -> throw new IllegalArgumentException("no kind of check: " + kind);
        };
    }
}
