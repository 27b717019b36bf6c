package dev.tetra.tsm.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Tells whether something in some folders has changed. The system notes a change at the moment in which it is made, so
 * whoever asks later misses none. A file that is written by another of its hard links or on another machine has not
 * changed for it. Used by one thread at a time.
 */
public interface FolderChanges extends AutoCloseable {
    /**
     * Watches a folder, not those below it, from now on. One that is watched already may be given again.
     *
     * @param names of what in it counts; empty when all does
     * @throws java.nio.file.NoSuchFileException when there is no such folder
     * @throws IOException when it can't be watched, such as at the system's limit
     */
    void watch(Path folder, Set<String> names) throws IOException;

    /** Whether something has changed since it was watched or this was last asked. In doubt it has. */
    boolean any();

    @Override
    void close();
}
