package dev.tetra.tsm.logs;

/**
 * Where in a file reading begins: at its last {@code lines} lines, but not before {@code offset}. A line without a
 * newline at the end of the file counts. An offset behind the end means that the file was emptied since, and counts as
 * 0.
 *
 * @param offset in bytes, at least 0
 * @param lines at least 0
 */
public record From(long offset, long lines) {
    public From {
        if (offset < 0 || lines < 0) {
            throw new IllegalArgumentException("offset " + offset + ", lines " + lines);
        }
    }

    /** The whole file. */
    public static From start() {
        return new From(0, Long.MAX_VALUE);
    }

    /** Nothing of what is there: only what comes. */
    public static From end() {
        return new From(0, 0);
    }

    /** The last lines of the file. */
    public static From lastLines(long lines) {
        return new From(0, lines);
    }
}
