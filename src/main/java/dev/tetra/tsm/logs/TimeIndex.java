package dev.tetra.tsm.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When the bytes of a log were written: marks of (time, offset), each saying that all bytes before the offset were there
 * at the time. Two longs a mark, in a file beside the log, appended. Both never decrease. Safe for use by many threads.
 */
final class TimeIndex {
    /** 4 MB: three days of a log that grows every second. Then every second mark of the older half goes. */
    static final int MOST = 1 << 18;

    private static final int MARK = 2 * Long.BYTES;
    /** Marks are written together; a daemon that is killed loses at most so many. */
    private static final int TOGETHER = 16;

    private final Path file;
    private final ByteBuffer pending = ByteBuffer.allocate(TOGETHER * MARK);
    private boolean loaded;
    private long lastMillis;
    private long lastOffset;
    private long count;

    TimeIndex(Path file) {
        this.file = file;
    }

    /**
     * When a stretch of bytes was written.
     *
     * @param start the offset of its first byte
     * @param end the offset after its last byte
     * @param after nothing of it was written before; null when that is not known
     * @param by all of it was written by then
     */
    record Stretch(long start, long end, @Nullable Instant after, Instant by) {}

    /** The last offset that is known to have been reached. */
    synchronized long end() throws IOException {
        load();
        return lastOffset;
    }

    /**
     * The log grew.
     *
     * @param looked when it was looked at before; null when that was by another daemon
     * @param before the end at that look
     * @param now by when it grew
     * @param end its end since then
     */
    synchronized void grew(@Nullable Instant looked, long before, Instant now, long end) throws IOException {
        load();
        if (end <= lastOffset) {
            return;
        }
        if (looked != null && before >= lastOffset && looked.toEpochMilli() > lastMillis && looked.isBefore(now)) {
            add(looked.toEpochMilli(), before);
        }
        add(Math.max(now.toEpochMilli(), lastMillis), end);
    }

    /** The stretch with the byte at this offset; empty when it has not been marked yet. */
    synchronized Optional<Stretch> at(long offset) throws IOException {
        flush();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long index = first(channel, Long.BYTES, offset + 1);
            if (index == count) {
                return Optional.empty();
            }
            Instant by = Instant.ofEpochMilli(read(channel, index, 0));
            if (index == 0) {
                return Optional.of(new Stretch(0, read(channel, 0, Long.BYTES), null, by));
            }
            return Optional.of(new Stretch(
                    read(channel, index - 1, Long.BYTES),
                    read(channel, index, Long.BYTES),
                    Instant.ofEpochMilli(read(channel, index - 1, 0)),
                    by));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The offset before which every byte was written before this time. */
    synchronized long since(Instant time) throws IOException {
        flush();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long index = first(channel, 0, time.toEpochMilli());
            return index == 0 ? 0 : read(channel, index - 1, Long.BYTES);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Forgets the marks of bytes before this offset, except the last of them. */
    synchronized void trim(long start) throws IOException {
        flush();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long index = start == Long.MAX_VALUE ? count : first(channel, Long.BYTES, start + 1);
            // rewritten when it halves at least, so that the cost of it stays in proportion
            if (index - 1 > count / 2) {
                rewrite(channel, index - 1, 1);
            }
        } catch (NoSuchFileException e) {
            return;
        }
    }

    /** Writes what is not written yet. */
    synchronized void flush() throws IOException {
        load();
        if (pending.position() == 0) {
            return;
        }
        if (count >= MOST) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                rewrite(channel, 0, 2);
            }
        }
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), LogState.ownerOnly())) {
            // over what a failed attempt may have left
            ByteBuffer marks = pending.duplicate().flip();
            long at = count * MARK;
            while (marks.hasRemaining()) {
                at += channel.write(marks, at);
            }
            count += pending.position() / MARK;
            pending.clear();
        }
    }

    /** The log was deleted with its marks. */
    synchronized void forget() {
        pending.clear();
        lastMillis = 0;
        lastOffset = 0;
        count = 0;
        loaded = true;
    }

    private void add(long millis, long offset) throws IOException {
        if (!pending.hasRemaining()) {
            // a full disk: what lies between is known less exactly
            pending.clear();
        }
        pending.putLong(millis).putLong(offset);
        lastMillis = millis;
        lastOffset = offset;
        if (!pending.hasRemaining()) {
            flush();
        }
    }

    /** The index of the first mark whose field is at least this; the number of marks when none is. */
    private long first(FileChannel channel, int field, long atLeast) throws IOException {
        long low = 0;
        long high = count;
        while (low < high) {
            long middle = (low + high) / 2;
            if (read(channel, middle, field) < atLeast) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static long read(FileChannel channel, long index, int field) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
        if (LogTail.read(channel, bytes, index * MARK + field, Long.BYTES) < Long.BYTES) {
            throw new IOException("a mark is missing in the times of a log");
        }
        return bytes.getLong(0);
    }

    /** Keeps the marks from an index on; of the older half every {@code step}th. */
    private void rewrite(FileChannel channel, long from, int step) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(draft);
        long kept = 0;
        try (FileChannel to = FileChannel.open(
                draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), LogState.ownerOnly())) {
            ByteBuffer block = ByteBuffer.allocate(4096 * MARK);
            ByteBuffer out = ByteBuffer.allocate(4096 * MARK);
            for (long index = from; index < count; index += block.limit() / MARK) {
                int length = (int) Math.min(block.capacity(), (count - index) * MARK);
                LogTail.read(channel, block, index * MARK, length);
                block.flip();
                if (!block.hasRemaining()) {
                    break;
                }
                out.clear();
                for (int i = 0; i < block.limit() / MARK; i++) {
                    if (index + i >= count / 2 || (index + i) % step == 0) {
                        out.putLong(block.getLong(i * MARK)).putLong(block.getLong(i * MARK + Long.BYTES));
                    }
                }
                kept += out.position() / MARK;
                out.flip();
                while (out.hasRemaining()) {
                    to.write(out);
                }
            }
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        count = kept;
    }

    private void load() throws IOException {
        if (loaded) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            count = channel.size() / MARK;
            if (count > 0) {
                lastMillis = read(channel, count - 1, 0);
                lastOffset = read(channel, count - 1, Long.BYTES);
            }
        } catch (NoSuchFileException e) {
            count = 0;
        }
        loaded = true;
    }
}
