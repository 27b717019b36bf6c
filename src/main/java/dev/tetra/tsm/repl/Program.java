package dev.tetra.tsm.repl;

import java.io.IOException;
import java.util.List;

/** What the client becomes for a verb that draws on the terminal. */
@FunctionalInterface
interface Program {
    /**
     * Runs until the user leaves it. The terminal is left as it was found.
     *
     * @param words the whole command line, the verb first; the daemon has found it right
     * @return the exit code
     * @throws IOException when stdout can't be written any more
     */
    int run(Session session, List<String> words) throws IOException;
}
