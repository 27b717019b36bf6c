package dev.tetra.tsm.logs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the last lines of a log begin: from the end backwards in the file, then part by part, so that neither the
 * log's size nor the number of lines costs memory.
 */
final class LineFinder {
    private static final int BLOCK = 64 * 1024;

    private final LogReader reader;
    private final StoredLog log;
    private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
    private long newlines;

    LineFinder(LogReader reader, StoredLog log) {
        this.reader = reader;
        this.log = log;
    }

    /** The offset at which the wanted lines of the bytes before {@code end} begin. */
    long beginning(long end, From from) throws IOException {
        if (from.lines() == 0) {
            return end;
        }
        long start = reader.start();
        long floor = from.offset() > end ? start : Math.max(start, from.offset());
        if (from.lines() == Long.MAX_VALUE) {
            return floor;
        }
        // the newline that ends the last line does not begin another
        long upTo = end - 1;
        while (upTo > floor) {
            long blockStart = Math.max(floor, Math.max(upTo - BLOCK, reader.head()));
            int read = blockStart < upTo ? reader.read(blockStart, buffer, (int) (upTo - blockStart)) : -1;
            long found;
            if (read >= 0) {
                found = inBlock(blockStart, read, from.lines());
                upTo = blockStart;
            } else {
                LogPart part = partBefore(upTo);
                if (part == null) {
                    return upTo;
                }
                long first = Math.max(floor, part.start());
                found = inPart(part, first, upTo, from.lines());
                upTo = first;
            }
            if (found >= 0) {
                return found;
            }
        }
        return floor;
    }

    private long inBlock(long blockStart, int read, long wanted) {
        for (int i = read - 1; i >= 0; i--) {
            if (buffer.get(i) == '\n' && ++newlines == wanted) {
                return blockStart + i + 1;
            }
        }
        return -1;
    }

    /** A part can be read forward only, so its newlines are counted first. */
    private long inPart(LogPart part, long first, long upTo, long wanted) throws IOException {
        long count = scan(part, first, upTo, Long.MAX_VALUE)[0];
        if (newlines + count < wanted) {
            newlines += count;
            return -1;
        }
        return scan(part, first, upTo, newlines + count - wanted + 1)[1];
    }

    /** Counts newlines up to a number; the second is the offset after the last one counted. */
    private long[] scan(LogPart part, long first, long upTo, long most) throws IOException {
        long count = 0;
        long after = first;
        byte[] block = buffer.array();
        try (InputStream bytes = part.open(first)) {
            long at = first;
            while (at < upTo && count < most) {
                int read = bytes.read(block, 0, (int) Math.min(BLOCK, upTo - at));
                if (read <= 0) {
                    break;
                }
                for (int i = 0; i < read && count < most; i++) {
                    if (block[i] == '\n') {
                        count++;
                        after = at + i + 1;
                    }
                }
                at += read;
            }
        }
        return new long[] {count, after};
    }

    private @Nullable LogPart partBefore(long upTo) throws IOException {
        return log.parts().stream()
                .filter(part -> part.holds(upTo - 1))
                .findFirst()
                .orElse(null);
    }
}
