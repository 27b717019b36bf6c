package dev.tetra.tsm.repl;

import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Parser;
import org.jline.reader.impl.history.DefaultHistory;
import org.jline.terminal.Terminal;

/** The line editor, as all prompts of the client have it. */
final class Editor {
    private static final int LIST_MAX = 200;

    private Editor() {}

    /**
     * @param continuation what stands before the second and later lines
     * @param begin is called when a line begins, and Ctrl-C is the editor's from then on
     */
    static LineReader open(
            Terminal terminal,
            Parser parser,
            Completer completer,
            DefaultHistory history,
            String continuation,
            Runnable begin) {
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("tsm")
                .parser(parser)
                .completer(completer)
                .history(history)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, continuation)
                .variable(LineReader.LIST_MAX, LIST_MAX)
                .variable(LineReader.HISTORY_SIZE, Memory.LONGEST)
                // a ! is a letter like any other
                .option(Option.DISABLE_EVENT_EXPANSION, true)
                // what does not begin so is not meant
                .option(Option.COMPLETE_MATCHER_TYPO, false)
                .option(Option.COMPLETE_MATCHER_CAMELCASE, false)
                .option(Option.AUTO_FRESH_LINE, true)
                .build();
        reader.getWidgets().put(LineReader.CALLBACK_INIT, () -> {
            begin.run();
            return true;
        });
        return reader;
    }
}
