package dev.tetra.tsm.control;

import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Where the answer to one request goes. An answer ends with exactly one of {@link #exit}, {@link #stream} (it ends when
 * the handler returns; the exit code is 0), {@link #client}, {@link #replaced} or {@link #uncheckedSources}.
 *
 * <p>A client may go away at any time. Then {@link #out} and {@link #err} do nothing, so that a change of state is
 * never cut in two by a closed terminal; what only serves the client (streams, waits) ends by {@link #onGone}, by the
 * stream's {@code IOException} or by {@link ClientGoneException}.
 *
 * <p>Text is gathered and sent in large pieces; call {@link #flush} before waiting for something.
 */
public interface Answer {
    /** Text for the client's stdout, encoded by {@link dev.tetra.tsm.model.RawText}. */
    void out(String text);

    /** Bytes for the client's stdout. */
    void out(byte[] bytes);

    /** Text for the client's stderr, encoded by {@link dev.tetra.tsm.model.RawText}. */
    void err(String text);

    /** Bytes for the client's stderr. */
    void err(byte[] bytes);

    /** Sends what was gathered. Blocks while the client is slow, but not longer than the write limit. */
    void flush();

    /**
     * From here on everything is stdout and the exit code will be 0: for results that are known to be good. Writes
     * block as long as the client doesn't read; they fail with {@code IOException} once it is gone. The stream is
     * buffered: flush it before waiting.
     */
    OutputStream stream();

    /** Ends the answer with an exit code, 0 to 255. */
    void exit(int code);

    /**
     * Ends the answer: the rest is for a program that draws on the client's terminal, which the client becomes.
     *
     * @param program its name, of lower-case letters
     */
    void client(String program);

    /**
     * The client's environment, {@code NAME=VALUE} each, in its order.
     *
     * @throws ClientGoneException when the client goes away or does not send it in time
     */
    List<String> askEnvironment();

    /**
     * Asks the user on the terminal.
     *
     * @return the line without its end; empty when the client's stdin is no terminal
     * @throws ClientGoneException when the client goes away before it answers
     */
    Optional<String> ask(String question);

    /**
     * Ends the answer: this daemon is about to be replaced by another one. The client waits until that one answers and
     * then ends with exit code 0, or sends its request again.
     */
    void replaced(boolean thenRetry);

    /**
     * Ends the answer, and nothing was done: the sources of the launcher's clone have changed. The launcher looks whether
     * there is something to build and sends its request again.
     *
     * @param change the number of the last change, which comes with that request
     */
    void uncheckedSources(long change);

    /**
     * Calls an action once if the client goes away before the answer has ended, on another thread; at once if it
     * already has.
     */
    void onGone(Runnable action);

    /** Whether the client went away. */
    boolean isGone();
}
