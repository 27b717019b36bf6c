package dev.tetra.tsm.repl;

import java.util.List;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/** Tells the line editor when a command goes on, and which of its words is being completed. */
final class CommandParser implements Parser {
    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        if (context == ParseContext.ACCEPT_LINE && LineWords.open(line) != LineWords.Open.NOTHING) {
            throw new EOFError(-1, -1, "the line goes on", "");
        }
        List<String> commands = LineWords.commands(line.substring(0, cursor));
        String command = commands.getLast();
        return new Typed(line, cursor, command, LineWords.soFar(command));
    }

    /** What was typed up to the cursor. */
    private record Typed(String line, int cursor, String command, LineWords read) implements CompletingParsedLine {
        private static final String SPECIAL = " \t\n\\'\"#";

        @Override
        public String word() {
            return words().getLast();
        }

        @Override
        public int wordCursor() {
            return word().length();
        }

        @Override
        public int wordIndex() {
            return words().size() - 1;
        }

        @Override
        public List<String> words() {
            return read.words();
        }

        @Override
        public int rawWordCursor() {
            return command.length() - read.last();
        }

        @Override
        public int rawWordLength() {
            return rawWordCursor();
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            char quote = rawWordCursor() > 0 ? command.charAt(read.last()) : ' ';
            if (quote == '\'' || quote == '"') {
                return quote + candidate.toString() + (complete ? quote : "");
            }
            StringBuilder escaped = new StringBuilder(candidate.length());
            for (int i = 0; i < candidate.length(); i++) {
                if (SPECIAL.indexOf(candidate.charAt(i)) >= 0 && (candidate.charAt(i) != '#' || i == 0)) {
                    escaped.append('\\');
                }
                escaped.append(candidate.charAt(i));
            }
            return escaped;
        }
    }
}
