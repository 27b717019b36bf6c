package dev.tetra.tsm.logs;

import java.io.IOException;

/** Takes the lines that are read. Called by one thread at a time. */
@FunctionalInterface
public interface LogSink {
    /** An exception ends the reading and reaches its caller. */
    void line(LogLine line) throws IOException;

    /** Nothing more is there at the moment: the time to flush what was buffered. */
    default void pause() throws IOException {}
}
