package dev.tetra.tsm.repl;

import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** The caller's terminal, opened when something draws on it for the first time. */
final class Screen implements AutoCloseable {
    private final Caller caller;
    private @Nullable Terminal terminal;

    Screen(Caller caller) {
        this.caller = caller;
    }

    /** With another terminal than the caller's. */
    Screen(Caller caller, Terminal terminal) {
        this.caller = caller;
        this.terminal = terminal;
    }

    /**
     * The terminal.
     *
     * @throws TsmException.Usage when stdin and stdout are none
     */
    synchronized Terminal terminal() throws IOException {
        if (!caller.onTerminal()) {
            throw new TsmException.Usage(
                    "this draws on a terminal, and stdin or stdout is none", "run it in a terminal of its own");
        }
        if (terminal == null) {
            terminal = TerminalBuilder.builder()
                    .name("tsm")
                    .system(true)
                    .provider("ffm")
                    .dumb(false)
                    // asks the terminal nothing: an answer that is late would be read as typed
                    .graphemeCluster(false)
                    .encoding(StandardCharsets.UTF_8)
                    .build();
        }
        return terminal;
    }

    /** Columns of the terminal on stdout as it is now; 0 when it is none. */
    synchronized int width() {
        int now = terminal == null ? 0 : terminal.getSize().getColumns();
        return now > 0 ? now : caller.width();
    }

    /** Puts the terminal back as it was found. */
    @Override
    public synchronized void close() throws IOException {
        if (terminal != null) {
            terminal.close();
            terminal = null;
        }
    }
}
