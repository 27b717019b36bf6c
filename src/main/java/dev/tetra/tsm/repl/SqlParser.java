package dev.tetra.tsm.repl;

import java.util.List;
import java.util.Set;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/** Tells the line editor when a statement goes on, and which name is being completed. */
final class SqlParser implements Parser {
    /** What leaves, as people know it from other tools; each stands on a line of its own, without a semicolon. */
    private static final Set<String> LEAVE = Set.of("\\q", "quit", "exit", "/quit");

    /** What shows help. */
    static final Set<String> HELP = Set.of("\\?", "help", "/help");

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        String whole = line.strip();
        if (context == ParseContext.ACCEPT_LINE
                && !leaves(line)
                && !HELP.contains(whole)
                && !SqlText.of(line).isWhole()) {
            throw new EOFError(-1, -1, "the statement goes on", "");
        }
        int start = cursor;
        while (start > 0 && Character.isJavaIdentifierPart(line.charAt(start - 1))) {
            start--;
        }
        String word = line.substring(start, cursor);
        return new Typed(line, cursor, word);
    }

    /** Whether a text leaves: by a word of its own, or by {@code \q} on the last line of a statement that is given up. */
    static boolean leaves(String text) {
        return LEAVE.contains(text.strip())
                || text.substring(text.lastIndexOf('\n') + 1).strip().equals("\\q");
    }

    /** A name as far as it was typed; names need no quoting. */
    private record Typed(String line, int cursor, String word) implements CompletingParsedLine {
        @Override
        public int wordCursor() {
            return word.length();
        }

        @Override
        public int wordIndex() {
            return 0;
        }

        @Override
        public List<String> words() {
            return List.of(word);
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return word.length();
        }

        @Override
        public int rawWordLength() {
            return word.length();
        }
    }
}
