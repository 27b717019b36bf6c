package dev.tetra.tsm.logs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Cuts the bytes of one file into lines, and keeps the line that is not finished. */
final class LineSplitter {
    private static final int KEPT_BUFFER = 16 * 1024;

    private final LogSource source;
    private ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private boolean midLine;
    private long pendingOffset;

    LineSplitter(LogSource source) {
        this.source = source;
    }

    /**
     * Takes the next bytes and gives on every line that they finish.
     *
     * @param offset of the first of them
     */
    void feed(byte[] bytes, int from, int to, long offset, LogSink sink) throws IOException {
        int start = from;
        long zero = offset - from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                add(bytes, start, i, zero, sink);
                emit(true, sink);
                start = i + 1;
            }
        }
        if (start < to) {
            add(bytes, start, to, zero, sink);
        }
    }

    /** Whether there are bytes of an unfinished line that were not given on. */
    boolean hasRest() {
        return pending.size() > 0;
    }

    /** Gives on what there is of an unfinished line; its continuation comes as a piece of its own. */
    void giveRest(LogSink sink) throws IOException {
        if (hasRest()) {
            emit(false, sink);
        }
    }

    /** The next bytes begin a line, whatever came before them. */
    void restart(LogSink sink) throws IOException {
        giveRest(sink);
        midLine = false;
    }

    private void add(byte[] bytes, int from, int to, long zero, LogSink sink) throws IOException {
        int at = from;
        if (pending.size() == 0) {
            pendingOffset = zero + from;
        }
        while (at < to) {
            int part = Math.min(to - at, LogLine.MAX_BYTES - pending.size());
            pending.write(bytes, at, part);
            at += part;
            // a full piece waits until more comes, so that a line of just that length is whole
            if (at < to) {
                emit(false, sink);
                pendingOffset = zero + at;
            }
        }
    }

    private void emit(boolean ends, LogSink sink) throws IOException {
        LogLine line = new LogLine(source, pending.toByteArray(), !midLine, ends, pendingOffset);
        if (line.bytes().length > KEPT_BUFFER) {
            pending = new ByteArrayOutputStream();
        } else {
            pending.reset();
        }
        midLine = !ends;
        sink.line(line);
    }
}
