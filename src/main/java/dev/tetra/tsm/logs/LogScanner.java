package dev.tetra.tsm.logs;

import java.io.IOException;
import java.time.Instant;

/** Reads what comes to a log from an offset on, now and then. Between two looks no file is open. Used by one thread at a time. */
public final class LogScanner {
    private final StoredLog log;
    private final LineSplitter lines;
    private long offset;

    /**
     * What comes to a log after an offset.
     *
     * @param offset counted over all bytes that were ever written, as {@link #end} tells it
     */
    public LogScanner(LogSource source, long offset) {
        this.log = source.log();
        this.lines = new LineSplitter(source);
        this.offset = offset;
    }

    /** The offset after the last byte that is there at present. */
    public static long end(LogSource source) throws IOException {
        return source.log().look(Instant.now()).end();
    }

    /**
     * What was written to a log since a time, and what comes to it.
     *
     * @param most how many bytes of what is there at most, the last ones
     */
    public static LogScanner since(LogSource source, Instant time, long most) throws IOException {
        long end = end(source);
        return new LogScanner(
                source, Math.min(end, Math.max(source.log().times().since(time), end - most)));
    }

    /** Gives on the lines that have come since the last look; of an unfinished one what there is when nothing else came. */
    public void scan(LogSink sink) throws IOException {
        LogReader reader = LogReader.open(log);
        if (reader == null) {
            return;
        }
        try (reader) {
            reader.seek(offset);
            boolean any = false;
            while (reader.next()) {
                any = true;
                if (reader.broken()) {
                    lines.restart(sink);
                }
                int count = reader.to() - reader.from();
                lines.feed(reader.bytes(), reader.from(), reader.to(), reader.offset() - count, sink);
            }
            offset = reader.offset();
            if (!any) {
                lines.giveRest(sink);
            }
        }
    }
}
