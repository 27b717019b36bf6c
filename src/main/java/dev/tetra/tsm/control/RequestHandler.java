package dev.tetra.tsm.control;

/** What a {@link ControlServer} does with requests. Called on a thread a request, many at once. */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Answers a request. What it throws becomes the message of an internal error with exit code 70, and a trace in the
     * log; a {@link dev.tetra.tsm.model.TsmException} becomes its own message and exit code.
     */
    void handle(Request request, Answer answer) throws Exception;
}
