package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The text of a service file ({@code NAME.tsm}): shell assignments, read as data. Quotes, backslashes, comments and
 * {@code export} mean what they mean in a shell (XCU 2.2, 2.3), {@code $NAME} and <code>${NAME}</code> are taken from what
 * was assigned before and from the environment, and {@code ~} at a value's beginning is the home. Nothing is ever run:
 * whatever would run something, or would need more of a shell, is an error.
 */
public final class ServiceFile {
    /** The name of the service and of its processes. */
    public static final String NAME = "SERVICE_NAME";
    /** Port, socket or pid; or a kind, such as python. */
    public static final String TYPE = "SERVICE_TYPE";
    /** What is run. */
    public static final String COMMAND = "SERVICE_COMMAND";
    /** The folder it runs in. */
    public static final String DIR = "SERVICE_DIR";
    /** A line for people. */
    public static final String DESCRIPTION = "SERVICE_DESCRIPTION";
    /** The ending of service files. */
    public static final String ENDING = ".tsm";

    private static final String NO_COMMAND = "a service file is read as data, and no command in it is ever run";

    private final String text;
    private final String file;
    private final Map<String, String> environment;
    private final Map<String, Assignment> found = new LinkedHashMap<>();
    private int at;
    private int line = 1;

    /** A field and where it stands; lines count from 1. */
    public record Assignment(String name, String value, int line) {}

    private ServiceFile(String text, String file, Map<String, String> environment) {
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        this.file = file;
        this.environment = environment;
    }

    /**
     * Reads the text of a service file.
     *
     * @param file its name, as errors say it
     * @param environment where variables come from that the text does not set
     * @return the assignments in their order, each name once
     * @throws TsmException.Failed for what is no assignment, naming file and line
     */
    public static List<Assignment> parse(String text, String file, Map<String, String> environment) {
        return new ServiceFile(text, file, environment).parse();
    }

    /** An error at a place of a file. */
    public static TsmException.Failed wrong(String file, int line, String what, String hint) {
        return new TsmException.Failed(file + ":" + line + ": " + what, hint);
    }

    /** The text of a file that says the same; {@code #} lines first. */
    public static String write(String comment, Map<String, String> fields) {
        StringBuilder written = new StringBuilder();
        comment.lines().forEach(l -> written.append("# ").append(l).append('\n'));
        fields.forEach((name, value) ->
                written.append(name).append('=').append(quoted(value)).append('\n'));
        return written.toString();
    }

    private static String quoted(String value) {
        boolean simple = value.chars().noneMatch(c -> "\"\\$`".indexOf(c) >= 0);
        return simple ? "\"" + value + "\"" : "'" + value.replace("'", "'\\''") + "'";
    }

    private List<Assignment> parse() {
        while (true) {
            skipBlanks();
            if (at >= text.length()) {
                return new ArrayList<>(found.values());
            }
            char c = text.charAt(at);
            if (c == '#') {
                skipComment();
            } else if (c == '\n' || c == ';') {
                next();
            } else {
                assignment();
            }
        }
    }

    private void assignment() {
        int start = at;
        int startLine = line;
        String name = name();
        if (name.equals("export") && at < text.length() && isBlank(text.charAt(at))) {
            skipBlanks();
            start = at;
            name = name();
        }
        if (name.isEmpty() || at >= text.length() || text.charAt(at) != '=') {
            throw noAssignment(start, startLine);
        }
        next();
        if (at < text.length() && text.charAt(at) == '(') {
            throw wrong("an array is no value", "write the words one after the other: " + name + "=\"one two\"");
        }
        String value = value();
        Assignment before = found.put(name, new Assignment(name, value, startLine));
        if (before != null) {
            throw wrong(
                    file, startLine, name + " is set twice, first in line " + before.line(), "leave one of them out");
        }
    }

    private TsmException noAssignment(int start, int startLine) {
        int end = start;
        while (end < text.length() && text.charAt(end) != '\n') {
            end++;
        }
        String said = text.substring(start, end).strip();
        if (said.length() > 60) {
            said = said.substring(0, 60) + "…";
        }
        return wrong(
                file,
                startLine,
                "'" + Secrets.maskLine(said) + "' is no assignment",
                "write SERVICE_…=value; " + NO_COMMAND);
    }

    private String name() {
        int start = at;
        while (at < text.length() && (isNameLetter(text.charAt(at)) || (at > start && isDigit(text.charAt(at))))) {
            at++;
        }
        return text.substring(start, at);
    }

    private String value() {
        StringBuilder value = new StringBuilder();
        if (at < text.length() && text.charAt(at) == '~') {
            tilde(value);
        }
        while (at < text.length()) {
            char c = text.charAt(at);
            if (isBlank(c) || c == '\n' || c == ';') {
                break;
            }
            switch (c) {
                case '\'' -> singleQuotes(value);
                case '"' -> doubleQuotes(value);
                case '\\' -> escape(value);
                case '$' -> variable(value, false);
                case '`' -> throw command("`");
                case '|', '&', '<', '>', '(', ')' ->
                    throw wrong(
                            "'" + c + "' needs a shell", "put it in quotes if it belongs to the value; " + NO_COMMAND);
                default -> value.append(next());
            }
        }
        if (value.indexOf("\0") >= 0) {
            throw wrong("the value holds a NUL byte", "remove it");
        }
        return value.toString();
    }

    private void tilde(StringBuilder value) {
        boolean alone = at + 1 >= text.length() || " \t\r\n;/".indexOf(text.charAt(at + 1)) >= 0;
        if (alone) {
            next();
            value.append(variable("HOME"));
        }
    }

    private void singleQuotes(StringBuilder value) {
        int from = line;
        next();
        while (at < text.length() && text.charAt(at) != '\'') {
            value.append(next());
        }
        close("'", from);
    }

    private void doubleQuotes(StringBuilder value) {
        int from = line;
        next();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length() && "$`\"\\\n".indexOf(text.charAt(at + 1)) >= 0) {
                escape(value);
            } else if (c == '$') {
                variable(value, true);
            } else if (c == '`') {
                throw command("`");
            } else {
                value.append(next());
            }
        }
        close("\"", from);
    }

    private void close(String quote, int from) {
        if (at >= text.length()) {
            throw wrong(file, from, "a " + quote + " is never closed", "close it with another " + quote);
        }
        next();
    }

    private void escape(StringBuilder value) {
        next();
        if (at >= text.length()) {
            value.append('\\');
            return;
        }
        char c = next();
        if (c != '\n') {
            value.append(c);
        }
    }

    private void variable(StringBuilder value, boolean quoted) {
        char after = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (after == '(') {
            throw command("$(");
        }
        if (after == '{') {
            int end = text.indexOf('}', at);
            String name = end < 0 ? "" : text.substring(at + 2, end);
            if (!CommandWords.isName(name)) {
                throw wrong("only ${NAME} is known of what a shell can do with ${…}", "write the value itself");
            }
            value.append(variable(name));
            at = end + 1;
        } else if (isNameLetter(after)) {
            next();
            value.append(variable(name()));
        } else if (isDigit(after) || "@*#?$!-".indexOf(after) >= 0 || (!quoted && (after == '\'' || after == '"'))) {
            throw wrong("'$" + after + "' means nothing here", "write \\$ for a dollar sign");
        } else {
            value.append(next());
        }
    }

    private String variable(String name) {
        Assignment own = found.get(name);
        @Nullable String value = own == null ? environment.get(name) : own.value();
        if (value == null) {
            throw wrong("$" + name + " is not set", "set it in the environment of this command, or write its value");
        }
        return value;
    }

    private TsmException command(String how) {
        return wrong(
                "'" + how + "' would run a command",
                NO_COMMAND + "; put it in single quotes if it belongs to the value");
    }

    private TsmException.Failed wrong(String what, String hint) {
        return wrong(file, line, what, hint);
    }

    private char next() {
        char c = text.charAt(at++);
        if (c == '\n') {
            line++;
        }
        return c;
    }

    private void skipBlanks() {
        while (at < text.length()) {
            boolean continued = text.startsWith("\\\n", at);
            if (!continued && !isBlank(text.charAt(at))) {
                return;
            }
            next();
            if (continued) {
                next();
            }
        }
    }

    private void skipComment() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameLetter(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
