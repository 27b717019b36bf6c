package dev.tetra.tsm.repl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A line of the REPL in words, by the quoting rules of the shell (POSIX XCU 2.2): {@code '…'}, {@code "…"}, a backslash,
 * and {@code #} before a comment. Nothing is expanded, and no operator is known: the line is for tsm, not for a shell.
 *
 * @param words the words
 * @param last where the last word begins in the line, for completion; the line's length when the line ends between words
 */
record LineWords(List<String> words, int last) {
    LineWords {
        words = List.copyOf(words);
    }

    /** What is still open where a line ends: the line goes on with the next one. */
    enum Open {
        /** Nothing: the line is whole. */
        NOTHING,
        /** A single quote. */
        SINGLE,
        /** A double quote. */
        DOUBLE,
        /** A backslash is the last character. */
        BACKSLASH
    }

    /** The words; empty when something is left open. */
    static Optional<LineWords> of(String line) {
        Reading reading = new Reading(line);
        return reading.open == Open.NOTHING ? Optional.of(reading.result(false)) : Optional.empty();
    }

    /** The words so far, with one more, perhaps empty, where the line ends between words. What is open is closed. */
    static LineWords soFar(String line) {
        return new Reading(line).result(true);
    }

    /** A text of several lines as one command each; a line break within quotes or after a backslash ends none. */
    static List<String> commands(String text) {
        List<String> commands = new ArrayList<>();
        StringBuilder whole = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            whole.append(whole.isEmpty() ? "" : "\n").append(line);
            if (open(whole.toString()) == Open.NOTHING) {
                commands.add(whole.toString());
                whole.setLength(0);
            }
        }
        if (!whole.isEmpty()) {
            commands.add(whole.toString());
        }
        return commands;
    }

    /** What is still open at the end of a line. */
    static Open open(String line) {
        return new Reading(line).open;
    }

    private static final class Reading {
        private final String line;
        private final List<String> words = new ArrayList<>();
        private final StringBuilder word = new StringBuilder();
        private boolean inWord;
        private int start;
        private int at;
        private Open open = Open.NOTHING;

        Reading(String line) {
            this.line = line;
            while (at < line.length()) {
                step(line.charAt(at));
            }
        }

        LineWords result(boolean withEmptyLast) {
            List<String> all = new ArrayList<>(words);
            if (inWord || withEmptyLast) {
                all.add(word.toString());
            }
            return new LineWords(all, inWord ? start : line.length());
        }

        private void step(char c) {
            switch (c) {
                case ' ', '\t', '\n', '\r' -> endWord();
                case '\'' -> singleQuotes();
                case '"' -> doubleQuotes();
                case '\\' -> escape();
                case '#' -> {
                    if (inWord) {
                        letter(c);
                    } else {
                        int end = line.indexOf('\n', at);
                        at = end < 0 ? line.length() : end;
                    }
                }
                default -> letter(c);
            }
        }

        private void begin() {
            if (!inWord) {
                inWord = true;
                start = at;
            }
        }

        private void endWord() {
            if (inWord) {
                words.add(word.toString());
                word.setLength(0);
                inWord = false;
            }
            at++;
        }

        private void letter(char c) {
            begin();
            word.append(c);
            at++;
        }

        private void escape() {
            if (at + 1 == line.length()) {
                open = Open.BACKSLASH;
                at++;
            } else if (line.charAt(at + 1) == '\n') {
                at += 2; // the two are as if they were not there
            } else {
                begin();
                word.append(line.charAt(at + 1));
                at += 2;
            }
        }

        private void singleQuotes() {
            begin();
            int end = line.indexOf('\'', at + 1);
            if (end < 0) {
                open = Open.SINGLE;
                end = line.length();
            }
            word.append(line, at + 1, end);
            at = end + 1;
        }

        private void doubleQuotes() {
            begin();
            at++;
            while (at < line.length() && line.charAt(at) != '"') {
                char c = line.charAt(at);
                char next = at + 1 < line.length() ? line.charAt(at + 1) : ' ';
                // within double quotes a backslash quotes only these (XCU 2.2.3)
                if (c == '\\' && "$`\"\\\n".indexOf(next) >= 0) {
                    if (next != '\n') {
                        word.append(next);
                    }
                    at += 2;
                } else {
                    word.append(c);
                    at++;
                }
            }
            if (at >= line.length()) {
                open = Open.DOUBLE;
            }
            at++;
        }
    }
}
