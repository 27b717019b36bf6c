package dev.tetra.tsm.logs;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * When lines were written, as exactly as it was noted: within the second while a log grows, and by the time of its last
 * write before it rested. What was written while no daemon ran has the time of the last write in that while. Used by one
 * thread.
 */
public final class LogTimes {
    private final Clock clock;
    private final Map<LogSource, TimeIndex.Stretch> present = new HashMap<>();

    public LogTimes(Clock clock) {
        this.clock = clock;
    }

    /** Looks at the logs now, so that what is there is known by its time. */
    public void refresh(Collection<LogSource> sources) throws IOException {
        for (LogSource source : sources) {
            source.log().look(clock.instant());
        }
    }

    /** By when the first byte of a line was written; now for what has just come. */
    public Instant of(LogLine line) throws IOException {
        TimeIndex.Stretch stretch = present.get(line.source());
        if (stretch == null || line.offset() < stretch.start() || line.offset() >= stretch.end()) {
            stretch = line.source().log().times().at(line.offset()).orElse(null);
            if (stretch == null) {
                return clock.instant();
            }
            present.put(line.source(), stretch);
        }
        return stretch.by();
    }

    /** Where to begin so that every line which begins there or later may have been written since this time. */
    public static From since(LogSource source, Instant time, long lines) throws IOException {
        long offset = source.log().times().since(time);
        try (LogReader reader = LogReader.open(source.log())) {
            if (reader == null || offset <= reader.start()) {
                return new From(reader == null ? 0 : reader.start(), lines);
            }
            long end = reader.end();
            if (offset > end) {
                return new From(end, lines);
            }
            // the byte before tells whether a line begins here
            reader.seek(offset - 1);
            while (reader.offset() < end && reader.next()) {
                for (int i = reader.from(); i < reader.to(); i++) {
                    if (reader.bytes()[i] == '\n') {
                        return new From(reader.offset() - (reader.to() - i) + 1, lines);
                    }
                }
            }
            return new From(reader.offset(), lines);
        }
    }
}
