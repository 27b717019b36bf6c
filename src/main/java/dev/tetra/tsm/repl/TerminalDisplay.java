package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import java.io.IOException;
import java.util.List;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/** Shows an answer on the terminal, and asks there. */
final class TerminalDisplay implements ControlClient.Display {
    private final Session session;
    private final Terminal terminal;

    TerminalDisplay(Session session, Terminal terminal) {
        this.session = session;
        this.terminal = terminal;
    }

    @Override
    public void out(byte[] bytes) throws IOException {
        session.streams().out(bytes);
    }

    @Override
    public void err(byte[] bytes) {
        session.streams().err(bytes);
    }

    @Override
    public List<String> environment() {
        return session.link().caller().environment();
    }

    @Override
    public String ask(String question) {
        try {
            return LineReaderBuilder.builder().terminal(terminal).build().readLine(question);
        } catch (UserInterruptException | EndOfFileException no) {
            return "";
        }
    }
}
