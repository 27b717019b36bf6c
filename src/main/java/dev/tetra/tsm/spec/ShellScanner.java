package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads one shell command line into words and operators by the token rules of POSIX (XCU 2.2 Quoting, 2.3 Token
 * Recognition), and notes whether anything in it needs a shell. Expansions are kept as they are written.
 */
final class ShellScanner {
    /**
     * A word or an operator.
     *
     * @param operator true for a control or redirection operator, with a line break as {@code "\n"}
     * @param assignment true for {@code NAME=value} before the command's name
     */
    record Token(String text, boolean operator, boolean assignment) {}

    /** Words that only a shell knows when they stand first: reserved words, and utilities built into every shell. */
    private static final Set<String> SHELL_ONLY = Set.of(
            "!",
            "{",
            "case",
            "for",
            "if",
            "until",
            "while",
            ".",
            ":",
            "cd",
            "eval",
            "exec",
            "exit",
            "export",
            "read",
            "readonly",
            "set",
            "shift",
            "trap",
            "ulimit",
            "umask",
            "unset",
            "wait");

    private final String line;
    private final List<Token> tokens = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    /** How many leading letters of the word are neither quoted nor escaped; a quote ends the count. */
    private int plain;

    private boolean quoted;
    private boolean commandSeen;
    private boolean syntax;
    private int at;

    /** @throws TsmException.Usage when a quote is never closed */
    ShellScanner(String line) {
        this.line = line;
        scan();
        while (!tokens.isEmpty()
                && tokens.getLast().text().equals("\n")
                && tokens.getLast().operator()) {
            tokens.removeLast();
        }
        syntax |= tokens.stream().anyMatch(t -> t.operator() || t.assignment());
    }

    List<Token> tokens() {
        return tokens;
    }

    /** True when the line means something else to a shell than the plain words. */
    boolean needsShell() {
        return syntax;
    }

    private void scan() {
        while (at < line.length()) {
            char c = line.charAt(at);
            switch (c) {
                case ' ', '\t' -> {
                    endWord();
                    at++;
                }
                case '\n', '|', '&', ';', '<', '>', '(', ')' -> operator(c);
                case '\\' -> escape();
                case '\'' -> singleQuotes();
                case '"' -> doubleQuotes();
                case '`' -> backquotes();
                case '#' -> hash();
                case '$' -> dollar(false);
                default -> letter(c);
            }
        }
        endWord();
    }

    private void letter(char c) {
        if (c == '*' || c == '?' || c == '[' || (c == '~' && !inWord)) {
            syntax = true;
        }
        add(c);
        at++;
    }

    private void hash() {
        if (inWord) {
            letter('#');
            return;
        }
        syntax = true;
        while (at < line.length() && line.charAt(at) != '\n') {
            at++;
        }
    }

    private void escape() {
        if (at + 1 == line.length()) {
            letter('\\'); // POSIX leaves it open; dash and bash both keep the backslash
        } else if (line.charAt(at + 1) == '\n') {
            at += 2;
        } else {
            quote();
            word.append(line.charAt(at + 1));
            at += 2;
        }
    }

    private void singleQuotes() {
        int end = line.indexOf('\'', at + 1);
        if (end < 0) {
            throw unclosed("'", at);
        }
        quote();
        word.append(line, at + 1, end);
        at = end + 1;
    }

    private void doubleQuotes() {
        int start = at++;
        quote();
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == '"') {
                at++;
                return;
            } else if (c == '\\' && at + 1 < line.length()) {
                escapeInDoubleQuotes(line.charAt(at + 1));
            } else if (c == '`') {
                backquotes();
            } else if (c == '$') {
                dollar(true);
            } else {
                word.append(c);
                at++;
            }
        }
        throw unclosed("\"", start);
    }

    /** Within double quotes a backslash quotes only {@code $ ` " \} and a line break (XCU 2.2.3). */
    private void escapeInDoubleQuotes(char next) {
        if (next != '\n') {
            if ("$`\"\\".indexOf(next) < 0) {
                word.append('\\');
            }
            word.append(next);
        }
        at += 2;
    }

    private void backquotes() {
        syntax = true;
        quote();
        int end = line.indexOf('`', at + 1);
        copyTo(end < 0 ? line.length() : end + 1);
    }

    private void dollar(boolean inDoubleQuotes) {
        char next = at + 1 < line.length() ? line.charAt(at + 1) : ' ';
        boolean expands = CommandWords.isName("_" + next)
                || "_{([@*#?$!-".indexOf(next) >= 0
                || (!inDoubleQuotes && (next == '\'' || next == '"'));
        if (expands) {
            syntax = true;
        }
        if (next == '(') {
            quote();
            copyTo(endOfParentheses(at + 1));
        } else if (next == '{') {
            quote();
            int end = line.indexOf('}', at);
            copyTo(end < 0 ? line.length() : end + 1);
        } else if (expands && next != '\'' && next != '"') {
            // two letters at once, so that $# is no comment and $$ no second expansion
            quote();
            copyTo(at + 2);
        } else if (inDoubleQuotes) {
            copyTo(at + 1);
        } else {
            add('$');
            at++;
        }
    }

    private int endOfParentheses(int open) {
        int depth = 0;
        for (int i = open; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '\'' && line.indexOf('\'', i + 1) > 0) {
                i = line.indexOf('\'', i + 1);
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return i + 1;
            }
        }
        return line.length();
    }

    private void operator(char c) {
        boolean redirects = c == '<' || c == '>';
        if (redirects && inWord && !quoted && word.chars().allMatch(Character::isDigit)) {
            word.setLength(0); // 2>file: the number belongs to the operator (XCU 2.7)
            inWord = false;
        }
        endWord();
        int start = at++;
        if (redirects || (c == '&' && at < line.length() && line.charAt(at) == '>')) {
            while (at < line.length() && "<>&|".indexOf(line.charAt(at)) >= 0) {
                at++;
            }
        } else if ("|&;".indexOf(c) >= 0 && at < line.length() && line.charAt(at) == c) {
            at++;
        }
        String text = line.substring(start, at);
        if (!text.equals("\n") || !tokens.isEmpty()) {
            tokens.add(new Token(text, true, false));
        }
        if (!redirects) {
            commandSeen = false;
        }
    }

    private void add(char c) {
        inWord = true;
        word.append(c);
        if (!quoted) {
            plain = word.length();
        }
    }

    private void quote() {
        inWord = true;
        quoted = true;
    }

    private void copyTo(int end) {
        word.append(line, at, end);
        at = end;
    }

    private void endWord() {
        if (!inWord) {
            return;
        }
        String text = word.toString();
        boolean assignment = !commandSeen && isAssignment(text, plain);
        if (!assignment) {
            if (!commandSeen && !quoted && SHELL_ONLY.contains(text)) {
                syntax = true;
            }
            commandSeen = true;
        }
        tokens.add(new Token(text, false, assignment));
        word.setLength(0);
        inWord = false;
        quoted = false;
        plain = 0;
    }

    private static boolean isAssignment(String text, int plain) {
        int equals = text.indexOf('=');
        return equals > 0 && equals < plain && CommandWords.isName(text.substring(0, equals));
    }

    private static TsmException.Usage unclosed(String quote, int index) {
        return new TsmException.Usage(
                "the command has a " + quote + " at column " + (index + 1) + " that is never closed",
                "close it with another " + quote + ", or write \\" + quote + " for the character itself");
    }
}
