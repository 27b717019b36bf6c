package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Splits and joins command lines as a POSIX shell quotes them (XCU 2.2). */
public final class CommandWords {
    /** So many characters of a command tell which it is. */
    private static final int LONGEST = 100;

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** What never needs a quote. A word may hold {@code =} and {@code ~} only where they mean nothing to a shell. */
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*");

    /** Commands after which the line goes on to what it is really about. */
    private static final Set<String> PRELUDES = Set.of(
            "cd", "set", "export", "source", ".", ":", "true", "false", "echo", "sleep", "wait", "exit", "trap",
            "ulimit", "umask", "unset", "test", "mkdir", "done", "fi", "esac", "}", "if", "while", "until", "for",
            "case");

    private static final Set<String> LEADS = Set.of("exec", "time", "!", "{", "do", "then", "else", "command");

    private CommandWords() {}

    /**
     * The words of a command line, with quotes and backslashes taken away. Where {@link #usesShellSyntax} is false
     * these are the very words that a shell would pass on; otherwise operators are words of their own and expansions
     * stay as written.
     *
     * @throws TsmException.Usage when a quote is never closed; the message has its column, from 1
     */
    public static List<String> split(String line) {
        return new ShellScanner(line)
                .tokens().stream().map(ShellScanner.Token::text).toList();
    }

    /**
     * True when a command line has something outside of quotes that only a shell can do: an operator ({@code | & ; < >
     * ( )}, a line break between commands), an expansion ({@code $NAME $(…) `…`}, also within double quotes), a glob
     * ({@code * ? [}), {@code ~} or {@code #} at a word's start, an assignment before the command, or a command which
     * only a shell has ({@code cd}, {@code exec}, {@code if} …).
     *
     * @throws TsmException.Usage when a quote is never closed
     */
    public static boolean usesShellSyntax(String line) {
        return new ShellScanner(line).needsShell();
    }

    /** One line that a shell, and {@link #split}, reads as exactly these words. */
    public static String join(List<String> words) {
        StringBuilder line = new StringBuilder();
        boolean assignments = true;
        for (String word : words) {
            assignments &= isAssignment(word);
            line.append(line.isEmpty() ? "" : " ").append(assignments ? inQuotes(word) : quote(word));
        }
        return line.toString();
    }

    /** A command as part of a sentence: on one line, and cut when it is long. */
    public static String brief(String command) {
        String line = command.strip().replace("\n", "\\n");
        return line.codePointCount(0, line.length()) <= LONGEST
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST - 1)) + "…";
    }

    /** Words for a patterns file, where only white space and quotes need quotes, so that globs stay readable. */
    static String joinPlain(List<String> words) {
        StringBuilder line = new StringBuilder();
        for (String word : words) {
            boolean plain = !word.isEmpty() && word.chars().noneMatch(c -> " \t\n'\"\\`$|&;<>()#".indexOf(c) >= 0);
            line.append(line.isEmpty() ? "" : " ").append(plain ? word : inQuotes(word));
        }
        return line.toString();
    }

    /** The word as it is when that is safe after a command's name, else in single quotes. */
    public static String quote(String word) {
        return SAFE.matcher(word).matches() ? word : inQuotes(word);
    }

    private static String inQuotes(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** True for what may name an environment variable in a shell (XBD 3.216). */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /**
     * The command that a shell line is about, as words with its assignments before it: the last of the commands
     * joined by {@code && ; &} that does work of its own ({@code cd}, {@code sleep} and the like do not), and of a
     * pipeline or of {@code ||} the first. Redirections are left out. Empty when there is none.
     */
    static List<String> mainCommand(String line) {
        List<List<String>> parts = parts(line);
        for (List<String> part : parts.reversed()) {
            List<String> stripped = withoutLead(part);
            List<String> command = withoutAssignments(stripped);
            if (!command.isEmpty() && !PRELUDES.contains(command.getFirst())) {
                return stripped;
            }
        }
        return parts.isEmpty() ? List.of() : parts.getLast();
    }

    /** The words without leading {@code NAME=value}. */
    static List<String> withoutAssignments(List<String> words) {
        int start = 0;
        while (start < words.size() && isAssignment(words.get(start))) {
            start++;
        }
        return words.subList(start, words.size());
    }

    static boolean isAssignment(String word) {
        int equals = word.indexOf('=');
        return equals > 0 && isName(word.substring(0, equals));
    }

    private static List<List<String>> parts(String line) {
        List<List<String>> parts = new ArrayList<>();
        List<String> part = new ArrayList<>();
        boolean ignore = false;
        boolean redirected = false;
        for (ShellScanner.Token token : new ShellScanner(line).tokens()) {
            if (!token.operator()) {
                if (!ignore && !redirected) {
                    part.add(token.text());
                }
                redirected = false;
            } else if (token.text().contains("<") || token.text().contains(">")) {
                redirected = true;
            } else if (token.text().startsWith("|")) {
                ignore = true;
            } else {
                ignore = false;
                if (!part.isEmpty()) {
                    parts.add(part);
                    part = new ArrayList<>();
                }
            }
        }
        if (!part.isEmpty()) {
            parts.add(part);
        }
        return parts;
    }

    private static List<String> withoutLead(List<String> part) {
        int start = 0;
        while (start < part.size() - 1 && LEADS.contains(part.get(start))) {
            start++;
        }
        return part.subList(start, part.size());
    }
}
