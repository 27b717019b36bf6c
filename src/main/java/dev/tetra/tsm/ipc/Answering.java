package dev.tetra.tsm.ipc;

import java.nio.file.Path;
import java.util.function.Supplier;

/** Answers the requests that come in on channels. Called by many virtual threads at once. */
@FunctionalInterface
public interface Answering {
    /**
     * The answer to one line.
     *
     * @param line without its end
     * @param user gives the name of the user at the other end; may take a while
     * @return one line without its end
     */
    byte[] answer(long processKey, Path path, byte[] line, Supplier<String> user);
}
