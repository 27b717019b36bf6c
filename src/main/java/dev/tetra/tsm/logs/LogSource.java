package dev.tetra.tsm.logs;

import java.nio.file.Path;

/**
 * Where log lines come from.
 *
 * @param name the process
 * @param log the file with what was cut off it; none of it need exist
 */
public record LogSource(String name, LogStream stream, StoredLog log) {
    /** A file that is never cut. */
    public LogSource(String name, LogStream stream, Path path) {
        this(name, stream, StoredLog.plain(path));
    }

    /** The file that is written at present. */
    public Path path() {
        return log.file();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogSource(String otherName, LogStream otherStream, StoredLog otherLog)
                && name.equals(otherName)
                && stream == otherStream
                && log.file().equals(otherLog.file());
    }

    @Override
    public int hashCode() {
        return log.file().hashCode();
    }
}
