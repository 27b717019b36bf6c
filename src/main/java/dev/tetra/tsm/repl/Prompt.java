package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.InfoCmp;

/** The REPL with a person at the terminal. */
final class Prompt implements Shell.Person {
    private static final AttributedStyle FAILED = AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
    private static final AttributedStyle FAINT = AttributedStyle.DEFAULT.faint();

    private final Session session;
    private final Map<String, Program> programs;
    private final Terminal terminal;
    private final Memory memory;
    private final LineReader reader;

    Prompt(Session session, Map<String, Program> programs) throws IOException {
        this.session = session;
        this.programs = programs;
        this.terminal = session.screen().terminal();
        DaemonLink link = session.link();
        this.memory = new Memory(
                new HistoryFile(link.caller().home().resolve("history")),
                link,
                line -> LineWords.soFar(line).words());
        this.reader = Editor.open(
                terminal, new CommandParser(), new CommandCompleter(link), memory, "   > ", link::forgetInterrupt);
    }

    /** Runs until the person leaves. */
    int run() throws IOException {
        ControlClient.Display display = new TerminalDisplay(session, terminal);
        Shell shell = new Shell(session, display, this);
        terminal.handle(Signal.INT, signal -> session.link().interrupt());
        int code = 0;
        while (true) {
            String text;
            try {
                text = reader.readLine(prompt(shell.folder(), code));
            } catch (UserInterruptException cleared) {
                code = 0;
                continue;
            } catch (EndOfFileException left) {
                return 0;
            }
            memory.note(text);
            for (String line : LineWords.commands(text)) {
                Optional<Integer> result = shell.run(line);
                if (result.isEmpty()) {
                    return 0;
                }
                code = result.get();
                if (code == DaemonLink.INTERRUPTED) {
                    session.streams().tell("\n"); // the terminal has shown ^C
                    break; // the rest of a pasted text goes with it
                }
            }
            memory.keepWaiting();
        }
    }

    private String prompt(String folder, int code) {
        boolean plain = session.link().caller().flags().contains("no-color");
        AttributedStringBuilder prompt = new AttributedStringBuilder();
        if (code != 0) {
            prompt.append("[" + code + "] ", plain ? AttributedStyle.DEFAULT : FAILED);
        }
        if (!folder.isEmpty()) {
            prompt.append(folder + " ", plain ? AttributedStyle.DEFAULT : FAINT);
        }
        return prompt.append("tsm> ").toAnsi(terminal);
    }

    @Override
    public void history(int last) throws IOException {
        session.streams().out(RawText.encode(memory.listing(last)));
    }

    @Override
    public void clear() {
        terminal.puts(InfoCmp.Capability.clear_screen);
        terminal.flush();
    }

    @Override
    public Optional<Integer> program(String name, List<String> words) throws IOException {
        Program program = programs.get(name);
        if (program == null) {
            return Optional.empty();
        }
        Terminal.SignalHandler before = terminal.handle(Signal.INT, Terminal.SignalHandler.SIG_IGN);
        try {
            return Optional.of(program.run(session, words));
        } finally {
            terminal.handle(Signal.INT, before);
        }
    }
}
