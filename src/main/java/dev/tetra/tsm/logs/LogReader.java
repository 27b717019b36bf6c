package dev.tetra.tsm.logs;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log forward by offsets: first the parts that were cut off, then the file, by a descriptor that stays open
 * whatever happens to its name. Used by one thread.
 */
final class LogReader implements Closeable {
    private static final int BLOCK = 64 * 1024;

    /** So many bytes before the offset are compared with what was read there. */
    private static final int REMEMBERED = 64;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final StoredLog log;
    private final FileChannel file;
    private final Object key;
    private final Placement placement;
    private ByteBuffer buffer = NONE;
    private long offset;
    private byte[] before = new byte[0];
    private int from;
    private int to;
    private boolean broken;
    private @Nullable InputStream part;

    private enum Found {
        BYTES,
        NOTHING,
        /** The bytes at the offset are in the file no more. */
        CUT,
        /** The file was emptied. */
        EMPTIED
    }

    private LogReader(StoredLog log, FileChannel file, Object key, Placement placement) {
        this.log = log;
        this.file = file;
        this.key = key;
        this.placement = placement;
    }

    /** A reader at the beginning of the file; null when it is not there, or was replaced at this moment. */
    static @Nullable LogReader open(StoredLog log) throws IOException {
        BasicFileAttributes named = OpenLog.stat(log.file());
        if (named == null) {
            return null;
        }
        FileChannel file;
        try {
            file = FileChannel.open(log.file(), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            return null;
        }
        LogReader opened = null;
        try {
            // no call tells the inode of an open channel, so its name must have meant the same before and after
            BasicFileAttributes after = OpenLog.stat(log.file());
            Object key = StoredLog.key(named);
            if (after != null && StoredLog.key(after).equals(key)) {
                opened = new LogReader(log, file, key, log.placementOf(key));
            }
        } finally {
            if (opened == null) {
                file.close();
            }
        }
        return opened;
    }

    /** The file that is read, by device and inode. */
    Object key() {
        return key;
    }

    /** The offset of the next byte. */
    long offset() {
        return offset;
    }

    /** The offset after the last byte that is there at present. */
    long end() throws IOException {
        log.reading().lock();
        try {
            return Math.max(placement.head, placement.shift + file.size());
        } finally {
            log.reading().unlock();
        }
    }

    /** The offset of the oldest byte from which on all are there. */
    long start() throws IOException {
        long start = head();
        List<LogPart> parts = log.parts();
        for (int i = parts.size() - 1; i >= 0 && parts.get(i).end() == start; i--) {
            start = parts.get(i).start();
        }
        return start;
    }

    /** The offset at which the wanted lines of the bytes before {@code end} begin. */
    long beginning(long end, From wanted) throws IOException {
        return new LineFinder(this, log).beginning(end, wanted);
    }

    /** Goes on reading at this offset. */
    void seek(long to) throws IOException {
        closePart();
        offset = to;
        log.reading().lock();
        try {
            int length = (int) Math.max(0, Math.min(REMEMBERED, to - placement.head));
            ByteBuffer remembered = ByteBuffer.allocate(length);
            int read = LogTail.read(file, remembered, to - placement.shift - length, length);
            before = Arrays.copyOf(remembered.array(), read);
        } finally {
            log.reading().unlock();
        }
    }

    /**
     * Reads what comes next into {@link #bytes}, from {@link #from} to {@link #to}.
     *
     * @return whether there was anything
     */
    boolean next() throws IOException {
        broken = false;
        while (true) {
            if (part != null && nextOfPart(part)) {
                return true;
            }
            switch (inFile()) {
                case BYTES -> {
                    return true;
                }
                case NOTHING -> {
                    // many logs may be followed, most of which rest
                    buffer = NONE;
                    return false;
                }
                case CUT -> openPart();
                case EMPTIED -> {
                    log.emptied(placement, offset);
                    offset = head();
                    before = new byte[0];
                    broken = true;
                }
            }
        }
    }

    byte[] bytes() {
        return buffer.array();
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** Whether the bytes that {@link #next} looked for do not continue those before them. */
    boolean broken() {
        return broken;
    }

    /**
     * Reads bytes of the file at an offset.
     *
     * @return how many; -1 when those at the offset are not in the file
     */
    int read(long at, ByteBuffer into, int length) throws IOException {
        log.reading().lock();
        try {
            return at < placement.head ? -1 : LogTail.read(file, into, at - placement.shift, length);
        } finally {
            log.reading().unlock();
        }
    }

    long head() {
        log.reading().lock();
        try {
            return placement.head;
        } finally {
            log.reading().unlock();
        }
    }

    @Override
    public void close() throws IOException {
        closePart();
        file.close();
    }

    private Found inFile() throws IOException {
        log.reading().lock();
        try {
            if (offset < placement.head) {
                return Found.CUT;
            }
            long at = offset - placement.shift;
            long size = file.size();
            if (size < at) {
                return Found.EMPTIED;
            }
            if (size == at) {
                return Found.NOTHING;
            }
            int known = (int) Math.min(before.length, offset - placement.head);
            int length = (int) Math.min(BLOCK, size - at + known);
            room(length);
            int read = LogTail.read(file, buffer, at - known, length);
            if (read <= known) {
                // emptied since its size was looked up: the next look tells
                return Found.NOTHING;
            }
            if (!Arrays.equals(buffer.array(), 0, known, before, before.length - known, before.length)) {
                return Found.EMPTIED;
            }
            took(known, read);
            return Found.BYTES;
        } finally {
            log.reading().unlock();
        }
    }

    private boolean nextOfPart(InputStream bytes) throws IOException {
        int read;
        room(BLOCK);
        try {
            read = bytes.read(buffer.array(), 0, BLOCK);
        } catch (EOFException | ZipException e) {
            throw new IOException("a part of " + log.file() + " is damaged: " + e.getMessage(), e);
        }
        if (read <= 0) {
            closePart();
            return false;
        }
        took(0, read);
        return true;
    }

    private void room(int length) {
        if (buffer.capacity() < length) {
            buffer = ByteBuffer.allocate(length);
        }
    }

    private void took(int first, int last) {
        from = first;
        to = last;
        offset += last - first;
        before = Arrays.copyOfRange(buffer.array(), Math.max(0, last - REMEMBERED), last);
    }

    /** Opens the part that has the offset, or the next there is: what was in between is gone. */
    private void openPart() throws IOException {
        long next = head();
        for (LogPart candidate : log.parts()) {
            if (candidate.end() > offset && candidate.start() < next) {
                try {
                    long start = Math.max(offset, candidate.start());
                    part = candidate.open(start);
                    next = start;
                    break;
                } catch (NoSuchFileException e) {
                    // the oldest, removed meanwhile
                }
            }
        }
        if (next != offset) {
            broken = true;
            before = new byte[0];
            offset = next;
        }
    }

    private void closePart() throws IOException {
        if (part != null) {
            part.close();
            part = null;
        }
    }
}
