package dev.tetra.tsm.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the end of a log, through the parts that were cut off it. The beginning of the last lines is found from the end
 * backwards and the bytes are streamed, so neither the log's size nor the length of its lines nor their number costs
 * memory. A file that is not there is an empty one.
 */
public final class LogTail {
    private LogTail() {}

    /**
     * Gives on the lines, then {@link LogSink#pause}. The last piece has {@link LogLine#ends} false when the file does
     * not end with a newline.
     */
    public static void lines(LogSource source, From from, LogSink sink) throws IOException {
        LineSplitter splitter = new LineSplitter(source);
        blocks(source, from, (bytes, first, last, offset, broken) -> {
            if (broken) {
                splitter.restart(sink);
            }
            splitter.feed(bytes, first, last, offset, sink);
        });
        splitter.giveRest(sink);
        sink.pause();
    }

    /** The lines as a list, for a number of lines that is known to be small. */
    public static List<LogLine> list(LogSource source, From from) throws IOException {
        List<LogLine> lines = new ArrayList<>();
        lines(source, from, lines::add);
        return lines;
    }

    /**
     * Writes the bytes just as the process wrote them.
     *
     * @return how many there were
     */
    public static long copy(LogSource source, From from, OutputStream to) throws IOException {
        long[] count = {0};
        blocks(source, from, (bytes, first, last, offset, broken) -> {
            to.write(bytes, first, last - first);
            count[0] += last - first;
        });
        return count[0];
    }

    @FunctionalInterface
    private interface Block {
        void take(byte[] bytes, int first, int last, long offset, boolean broken) throws IOException;
    }

    private static void blocks(LogSource source, From from, Block each) throws IOException {
        try (LogReader reader = LogReader.open(source.log())) {
            if (reader == null) {
                return;
            }
            long end = reader.end();
            reader.seek(reader.beginning(end, from));
            while (reader.offset() < end && reader.next()) {
                int over = (int) Math.max(0, reader.offset() - end);
                int last = reader.to() - over;
                if (last > reader.from()) {
                    each.take(
                            reader.bytes(),
                            reader.from(),
                            last,
                            reader.offset() - (reader.to() - reader.from()),
                            reader.broken());
                }
            }
        }
    }

    /** Reads {@code length} bytes, or fewer when the file has become shorter. */
    static int read(FileChannel file, ByteBuffer buffer, long at, int length) throws IOException {
        buffer.clear().limit(length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                break;
            }
        }
        return buffer.position();
    }
}
