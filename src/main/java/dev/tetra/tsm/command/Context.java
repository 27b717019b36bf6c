package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.engine.Caller;
import dev.tetra.tsm.engine.Engine;
import dev.tetra.tsm.model.BuildInfo;

/** What a verb works with: the use cases, who asks, where the answer goes, and the daemon it runs in. */
public record Context(Engine engine, Caller caller, Terminal terminal, DaemonControl daemon, BuildInfo build) {
    /** Colours for stdout. */
    Ansi ansi() {
        return new Ansi(terminal.colour());
    }

    /** Colours for stderr. */
    Ansi errAnsi() {
        return new Ansi(terminal.errColour());
    }

    void out(String text) {
        terminal.out(text);
    }

    void err(String text) {
        terminal.err(text);
    }

    /** A word to the user beside the result. */
    void note(String text) {
        terminal.err("tsm: " + text + "\n");
    }
}
