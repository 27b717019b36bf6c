package dev.tetra.tsm.repl;

import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.io.OutputStream;

/** The client's stdout and stderr, unbuffered: what the daemon sends comes in large pieces. */
final class Streams {
    private final OutputStream out;
    private final OutputStream err;

    Streams(OutputStream out, OutputStream err) {
        this.out = out;
        this.err = err;
    }

    /** Writes to stdout. */
    void out(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Writes to stderr. Whoever closed it wants to hear nothing, which is no failure. */
    void err(byte[] bytes) {
        try {
            err.write(bytes);
            err.flush();
        } catch (IOException closed) {
            // There is nobody to tell.
        }
    }

    /** Says on stderr what is wrong and what to do next. */
    void complain(String message, String hint) {
        tell("tsm: " + message + "\n" + (hint.isEmpty() ? "" : "  hint: " + hint + "\n"));
    }

    /** Writes text to stderr. */
    void tell(String text) {
        err(RawText.encode(text));
    }
}
