package dev.tetra.tsm.logs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** One inode that is followed, by a descriptor that stays open whatever happens to its name. */
final class OpenLog implements Closeable {
    /** How much one call of {@link #advance} reads at most, so that one busy log does not starve the others. */
    private static final int SHARE = 4 * 1024 * 1024;

    private final LogReader reader;
    private final LineSplitter lines;
    private long lastGrowth;
    private boolean hasMore;

    private OpenLog(LogReader reader, LineSplitter lines, long now) {
        this.reader = reader;
        this.lines = lines;
        this.lastGrowth = now;
    }

    /** Opens the file of the source; null when it is not there, or was replaced at this moment. */
    static @Nullable OpenLog open(LogSource source, From from, long now) throws IOException {
        LogReader reader = LogReader.open(source.log());
        if (reader == null) {
            return null;
        }
        try {
            reader.seek(reader.beginning(reader.end(), from));
            return new OpenLog(reader, new LineSplitter(source), now);
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** What the name means at present; null when nothing is there. */
    static @Nullable BasicFileAttributes stat(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    boolean is(BasicFileAttributes attributes) {
        return reader.key().equals(StoredLog.key(attributes));
    }

    /** When bytes were last read, by {@link System#nanoTime}. */
    long lastGrowth() {
        return lastGrowth;
    }

    /**
     * Gives on what is new.
     *
     * @return whether there was anything, so that there may be more
     */
    boolean advance(long now, LogSink sink) throws IOException {
        hasMore = false;
        int taken = 0;
        while (taken < SHARE) {
            boolean more = reader.next();
            if (reader.broken()) {
                lines.restart(sink);
            }
            if (!more) {
                break;
            }
            int count = reader.to() - reader.from();
            lines.feed(reader.bytes(), reader.from(), reader.to(), reader.offset() - count, sink);
            taken += count;
            lastGrowth = now;
            hasMore = taken >= SHARE;
        }
        return taken > 0;
    }

    /** Whether the last {@link #advance} left something for the next. */
    boolean hasMore() {
        return hasMore;
    }

    /** Whether bytes of an unfinished line wait. */
    boolean hasRest() {
        return lines.hasRest();
    }

    void giveRest(LogSink sink) throws IOException {
        lines.giveRest(sink);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
