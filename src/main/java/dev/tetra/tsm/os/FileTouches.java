package dev.tetra.tsm.os;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntConsumer;

/**
 * Tells that files have been touched, so that nobody need look at those that are quiet. It is told of each once: a file that
 * is written all the time costs its writer nothing. What is written on another machine, or through memory, does not count.
 * Used by one thread, but for {@link #wake}.
 */
public interface FileTouches extends AutoCloseable {
    /**
     * Waits from now on for the next time that a file is written, emptied, renamed or deleted.
     *
     * @return the number by which that is told; the same for the same file by another name
     * @throws java.nio.file.NoSuchFileException when there is no such file
     * @throws IOException when it can't be waited for, such as at the system's limit
     */
    int await(Path file) throws IOException;

    /** Waits no more for that. */
    void forget(int number);

    /**
     * Gives the numbers of those that were touched, which are not waited for any more; some may be of none.
     *
     * @return false when any may have been touched
     */
    boolean touched(IntConsumer number);

    /** Waits until there is something to give, {@link #wake} was called since the last such wait, or the time is over. */
    void awaitTouch(Duration atMost);

    /** Ends the wait, this one or the next; for any thread, also when this is closed. */
    void wake();

    @Override
    void close();
}
