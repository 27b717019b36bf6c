package dev.tetra.tsm.logs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One inode that is followed, by a descriptor that stays open whatever happens to its name. */
final class OpenLog implements Closeable {
    /** How much one call of {@link #advance} reads at most, so that one busy log does not starve the others. */
    private static final int SHARE = 4 * 1024 * 1024;

    private static final int BLOCK = 64 * 1024;

    /** So many bytes before the offset are compared with what was read there. */
    private static final int REMEMBERED = 64;

    private final FileChannel file;
    private final Object key;
    private final LineSplitter lines;
    private long offset;
    private byte[] before;
    private long lastGrowth;
    private boolean hasMore;

    private OpenLog(FileChannel file, Object key, LineSplitter lines, long offset, byte[] before, long now) {
        this.file = file;
        this.key = key;
        this.lines = lines;
        this.offset = offset;
        this.before = before;
        this.lastGrowth = now;
    }

    /** Opens the file of the source; null when it is not there, or was replaced at this moment. */
    static @Nullable OpenLog open(LogSource source, From from, long now) throws IOException {
        BasicFileAttributes named = stat(source.path());
        if (named == null) {
            return null;
        }
        FileChannel file;
        try {
            file = FileChannel.open(source.path(), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            return null;
        }
        OpenLog opened = null;
        try {
            // no call tells the inode of an open channel, so its name must have meant the same before and after
            BasicFileAttributes after = stat(source.path());
            if (after != null && key(after).equals(key(named))) {
                long offset = LogTail.beginning(file, file.size(), from);
                opened =
                        new OpenLog(file, key(named), new LineSplitter(source), offset, bytesBefore(file, offset), now);
            }
        } finally {
            if (opened == null) {
                file.close();
            }
        }
        return opened;
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
        return key.equals(key(attributes));
    }

    long size() throws IOException {
        return file.size();
    }

    /** When bytes were last read, by {@link System#nanoTime}. */
    long lastGrowth() {
        return lastGrowth;
    }

    /**
     * Gives on what is new.
     *
     * @param size the present size of the file
     * @return whether there was anything, so that there may be more
     */
    boolean advance(long size, long now, LogSink sink) throws IOException {
        if (size < offset) {
            restart(sink);
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BLOCK, size - offset + before.length));
        boolean grew = false;
        hasMore = false;
        for (int taken = 0; offset < size && taken < SHARE; ) {
            int known = before.length;
            int length = (int) Math.min(buffer.capacity(), size - offset + known);
            int read = LogTail.read(file, buffer, offset - known, length);
            if (read <= known) {
                // emptied since its size was looked up: the next size tells
                break;
            }
            if (!Arrays.equals(buffer.array(), 0, known, before, 0, known)) {
                restart(sink);
                continue;
            }
            lines.feed(buffer.array(), known, read, sink);
            before = Arrays.copyOfRange(buffer.array(), Math.max(0, read - REMEMBERED), read);
            offset += read - known;
            taken += read - known;
            lastGrowth = now;
            grew = true;
            hasMore = taken >= SHARE;
        }
        return grew;
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
        file.close();
    }

    /**
     * The file was emptied. One that has since grown over the old offset shows it only by other bytes before the
     * offset, which is why these are remembered.
     */
    private void restart(LogSink sink) throws IOException {
        lines.restart(sink);
        offset = 0;
        before = new byte[0];
    }

    private static byte[] bytesBefore(FileChannel file, long offset) throws IOException {
        int length = (int) Math.min(REMEMBERED, offset);
        ByteBuffer buffer = ByteBuffer.allocate(length);
        int read = LogTail.read(file, buffer, offset - length, length);
        return Arrays.copyOf(buffer.array(), read);
    }

    private static Object key(BasicFileAttributes attributes) {
        return Objects.requireNonNull(attributes.fileKey(), "a file system without inodes");
    }
}
