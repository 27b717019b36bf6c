package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.model.RawText;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;

/** {@code tsm sql} without a statement: statements as they are entered, each a command of its own. */
final class Sql implements Program {
    private static final int USAGE = 2;
    private static final String HELP = """
            A statement ends with a semicolon, and may have several lines. Tab completes the names of views and columns,
            Ctrl-R searches what was entered before, Ctrl-C clears it or ends a statement that runs; \\q or Ctrl-D leaves.
            """;

    @Override
    public int run(Session session, List<String> words) throws IOException {
        return session.link().caller().onTerminal() ? interactive(session, words) : script(session, words);
    }

    /** A statement as a command, with the options that were given for all. */
    private static List<String> command(List<String> words, String statement) {
        return Stream.concat(words.stream(), Stream.of("--", statement)).toList();
    }

    private static int script(Session session, List<String> words) throws IOException {
        String text;
        try (FileInputStream in = new FileInputStream(FileDescriptor.in)) {
            text = RawText.decode(in.readAllBytes());
        }
        SqlText sql = SqlText.of(text + (SqlText.of(text).isWhole() ? "" : "\n;"));
        ControlClient.Display display = new PlainDisplay(session.link().caller(), session.streams());
        if (words.contains("--json") && !sql.statements().isEmpty()) {
            // Of one call of tsm there is one document.
            return session.link().run(command(words, text), display).code();
        }
        for (String statement : sql.statements()) {
            int code = session.link().run(command(words, statement), display).code();
            if (code != 0) {
                return code;
            }
        }
        if (sql.statements().isEmpty()) {
            session.streams().complain("there is no statement on stdin", "tsm sql \"SELECT …\"");
            return USAGE;
        }
        return 0;
    }

    private static int interactive(Session session, List<String> words) throws IOException {
        DaemonLink link = session.link();
        Terminal terminal = session.screen().terminal();
        Memory memory = new Memory(
                new HistoryFile(link.caller().home().resolve("history.sql")), link, statement -> List.of(statement));
        LineReader reader =
                Editor.open(terminal, new SqlParser(), new SqlNames(link), memory, "  -> ", link::forgetInterrupt);
        ControlClient.Display display = new TerminalDisplay(session, terminal);
        Terminal.SignalHandler before = terminal.handle(Signal.INT, signal -> link.interrupt());
        try {
            while (true) {
                String text;
                try {
                    text = reader.readLine("sql> ");
                } catch (UserInterruptException cleared) {
                    continue;
                } catch (EndOfFileException left) {
                    return 0;
                }
                if (SqlParser.leaves(text)) {
                    return 0;
                }
                if (SqlParser.HELP.contains(text.strip())) {
                    session.streams().out(RawText.encode(HELP));
                    continue;
                }
                memory.note(text);
                for (String statement : SqlText.of(text).statements()) {
                    if (link.run(command(words, statement), display).code() == DaemonLink.INTERRUPTED) {
                        session.streams().tell("\n");
                        break;
                    }
                }
                memory.keepWaiting();
            }
        } finally {
            terminal.handle(Signal.INT, before);
        }
    }
}
