package dev.tetra.tsm.command;

import java.io.OutputStream;
import java.util.Optional;

/** Where a command's words go: the client's terminal, files or pipes, as far away as they may be. */
public interface Terminal {
    /** Writes text to the client's stdout. */
    void out(String text);

    /** Writes text to the client's stderr. */
    void err(String text);

    /** Writes a document to the client's stdout. */
    void document(byte[] bytes);

    /**
     * From here on everything is stdout, and the exit code will be 0: for what has no end or is large. Writes fail with
     * {@code IOException} once the client is gone.
     */
    OutputStream stream();

    /** The rest is for a program of the Java client, by its name; nothing may be written after. */
    void client(String program);

    /** Asks the user; empty when there is nobody to answer. */
    Optional<String> ask(String question);

    /** Does something once when the client goes away before its answer is complete. */
    void onGone(Runnable action);

    /** Whether the client went away. */
    boolean isGone();

    /** Columns of the client's terminal; 0 when its stdout is none. */
    int width();

    /** Whether stdout may have colours. */
    boolean colour();

    /** Whether stderr may have colours. */
    boolean errColour();
}
