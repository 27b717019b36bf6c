package dev.tetra.tsm.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the end of a log. The beginning of the last lines is found from the end backwards and the bytes are streamed,
 * so neither the file's size nor the length of its lines nor their number costs memory. A file that is not there is an
 * empty one.
 */
public final class LogTail {
    private static final int BLOCK = 64 * 1024;

    private LogTail() {}

    /**
     * Gives on the lines, then {@link LogSink#pause}. The last piece has {@link LogLine#ends} false when the file does
     * not end with a newline.
     */
    public static void lines(LogSource source, From from, LogSink sink) throws IOException {
        try (FileChannel file = FileChannel.open(source.path(), StandardOpenOption.READ)) {
            long end = file.size();
            long at = beginning(file, end, from);
            LineSplitter splitter = new LineSplitter(source);
            ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
            while (at < end) {
                int read = read(file, buffer, at, (int) Math.min(BLOCK, end - at));
                if (read == 0) {
                    break;
                }
                splitter.feed(buffer.array(), 0, read, sink);
                at += read;
            }
            splitter.giveRest(sink);
        } catch (NoSuchFileException e) {
            // an empty one
        }
        sink.pause();
    }

    /** The lines as a list, for a number of lines that is known to be small. */
    public static List<LogLine> list(LogSource source, From from) throws IOException {
        List<LogLine> lines = new ArrayList<>();
        lines(source, from, lines::add);
        return lines;
    }

    /**
     * Writes the bytes just as they are in the file.
     *
     * @return how many there were
     */
    public static long copy(Path path, From from, OutputStream to) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            long end = file.size();
            long begin = beginning(file, end, from);
            WritableByteChannel out = Channels.newChannel(to);
            long at = begin;
            while (at < end) {
                long sent = file.transferTo(at, end - at, out);
                if (sent <= 0) {
                    break;
                }
                at += sent;
            }
            return at - begin;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** The offset at which the wanted lines of the first {@code end} bytes begin. */
    static long beginning(FileChannel file, long end, From from) throws IOException {
        long floor = from.offset() > end ? 0 : from.offset();
        if (from.lines() == Long.MAX_VALUE) {
            return floor;
        }
        if (from.lines() == 0) {
            return end;
        }
        // the newline that ends the last line does not begin another
        long upTo = end - 1;
        long newlines = 0;
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(BLOCK, end)));
        while (upTo > floor) {
            long blockStart = Math.max(floor, upTo - buffer.capacity());
            int read = read(file, buffer, blockStart, (int) (upTo - blockStart));
            for (int i = read - 1; i >= 0; i--) {
                if (buffer.get(i) == '\n' && ++newlines == from.lines()) {
                    return blockStart + i + 1;
                }
            }
            upTo = blockStart;
        }
        return floor;
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
