package dev.tetra.tsm.logs;

import dev.tetra.tsm.os.FileGlance;
import dev.tetra.tsm.os.HeadCutter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock.ReadLock;
import java.util.concurrent.locks.ReentrantReadWriteLock.WriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One log: the file that a process writes, and the parts that were cut off before it. Every byte has an offset, counted
 * over all that were ever written, which cutting does not change. One object a log and program, as its locks are what
 * keeps readers from looking while the file is cut.
 */
public final class StoredLog {
    private static final Logger LOG = LoggerFactory.getLogger(StoredLog.class);

    private final Path file;
    private final byte[] name;
    private final boolean kept;
    private final HeadCutter cutter;
    private final TimeIndex times;
    /** Held by what cuts, empties or deletes, from its beginning to its end. */
    private final ReentrantLock cutting = new ReentrantLock();
    /** Guards the placement; readers hold it only while they read a block. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private Placement placement = new Placement(null, 0);
    private @Nullable Instant lookedAt;
    private @Nullable Unchanged unchanged;
    private boolean loaded;

    private StoredLog(Path file, boolean kept, HeadCutter cutter) {
        this.file = file;
        this.name = FileGlance.name(file);
        this.kept = kept;
        this.cutter = cutter;
        this.times = new TimeIndex(file.resolveSibling(LogState.stem(file) + ".times"));
        this.loaded = !kept;
    }

    /** A file that is never cut and has no parts. */
    public static StoredLog plain(Path file) {
        return new StoredLog(file, false, HeadCutter.NONE);
    }

    /** The log of a process, with what belongs to it beside it. */
    static StoredLog of(Path file, HeadCutter cutter) {
        return new StoredLog(file, true, cutter);
    }

    /**
     * How a log is.
     *
     * @param head the offset of the first byte in the file itself
     * @param end the offset after the last byte
     * @param grew whether bytes came since the look before
     */
    public record Look(long head, long end, boolean grew) {}

    /** What a look found, and by what it is known that another would find the same. */
    private record Unchanged(long device, long inode, Placement placement, Look look) {
        boolean holds(FileGlance glance, Placement now) {
            return now == placement
                    && glance.inode() == inode
                    && glance.device() == device
                    && glance.size() == now.seen
                    && now.head == look.head()
                    && now.shift + now.seen == look.end();
        }
    }

    /** The file that the process writes. */
    public Path file() {
        return file;
    }

    TimeIndex times() {
        return times;
    }

    HeadCutter cutter() {
        return cutter;
    }

    ReentrantLock cutting() {
        return cutting;
    }

    ReadLock reading() {
        return lock.readLock();
    }

    WriteLock changing() {
        return lock.writeLock();
    }

    /** The present placement; to be looked at under one of the locks. */
    Placement placement() {
        return placement;
    }

    /** The parts whose bytes are no longer in the file, oldest first. */
    List<LogPart> parts() throws IOException {
        if (!kept) {
            return List.of();
        }
        load();
        long head;
        lock.readLock().lock();
        try {
            head = placement.head;
        } finally {
            lock.readLock().unlock();
        }
        return LogPart.all(file).stream().filter(part -> part.end() <= head).toList();
    }

    /** Looks at the file, and notes that it grew, was emptied or replaced. */
    Look look(Instant now) throws IOException {
        load();
        lock.writeLock().lock();
        try {
            BasicFileAttributes attributes = OpenLog.stat(file);
            long before = placement.shift + placement.seen;
            if (attributes != null) {
                bind(key(attributes));
                notice(attributes.size());
            }
            long end = placement.shift + placement.seen;
            boolean grew = end > before;
            if (grew && kept && attributes != null) {
                Instant changed = attributes.lastModifiedTime().toInstant();
                note(before, changed.isBefore(now) ? changed : now, end);
            }
            lookedAt = now;
            return new Look(placement.head, end, grew);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Nothing was written from the last look to then. */
    void quietUntil(Instant then) {
        lock.writeLock().lock();
        try {
            Instant last = lookedAt;
            lookedAt = last == null || last.isBefore(then) ? then : last;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The same; when nothing has happened to the file since the last such look, for a fraction of the price. */
    Look look(Instant now, FileGlance glance) throws IOException {
        load();
        lock.writeLock().lock();
        try {
            boolean there = glance.at(name);
            Unchanged before = unchanged;
            if (there && before != null && before.holds(glance, placement)) {
                lookedAt = now;
                return before.look;
            }
            unchanged = null;
            long device = there ? glance.device() : 0;
            long inode = there ? glance.inode() : 0;
            Look look = look(now);
            if (there) {
                unchanged = new Unchanged(device, inode, placement, new Look(look.head(), look.end(), false));
            }
            return look;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The placement of a file that has, or had, this log's name. */
    Placement placementOf(Object key) throws IOException {
        load();
        lock.writeLock().lock();
        try {
            bind(key);
            return placement;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Says that a reader at this offset found the file emptied, whatever has come since. From then on the file's bytes
     * are new ones.
     */
    void emptied(Placement at, long offset) throws IOException {
        lock.writeLock().lock();
        try {
            if (at.head <= offset) {
                at.shift = Math.max(offset, at.shift + at.seen);
                at.head = at.shift;
                at.seen = 0;
                saveQuietly(at);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Empties the log in place and removes its parts. Its writers opened it with O_APPEND, so they go on at the new end
     * (open(2)).
     *
     * @return how many bytes were there
     */
    long flush() throws IOException {
        cutting.lock();
        try {
            List<LogPart> parts = parts();
            long inParts = parts.stream().mapToLong(p -> p.end() - p.start()).sum();
            long inFile = 0;
            lock.writeLock().lock();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                bind(key(Objects.requireNonNull(OpenLog.stat(file))));
                long size = channel.size();
                inFile = Math.max(0, size - placement.headInFile());
                channel.truncate(0);
                placement.shift += Math.max(size, placement.seen);
                placement.head = placement.shift;
                placement.seen = 0;
            } catch (NoSuchFileException e) {
                // nothing to empty
            } finally {
                lock.writeLock().unlock();
            }
            for (LogPart part : parts) {
                Files.deleteIfExists(part.path());
            }
            times.trim(Long.MAX_VALUE);
            if (inParts + inFile > 0) {
                save(0);
            }
            return inParts + inFile;
        } finally {
            cutting.unlock();
        }
    }

    /** Forgets everything, because the log is deleted. Files that are open still are read on as they were. */
    void forget() {
        lock.writeLock().lock();
        try {
            placement = new Placement(null, 0);
            times.forget();
            lookedAt = null;
            loaded = true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Writes down where the file's bytes are.
     *
     * @param collapsing see {@link LogState}
     */
    void save(long collapsing) throws IOException {
        if (kept && placement.key != null) {
            new LogState(inode(file), placement.shift, placement.head, collapsing).save(file);
        }
    }

    /** Makes a placement the present one, as the recovery found it. */
    void place(Placement recovered) {
        placement = recovered;
    }

    static Object key(BasicFileAttributes attributes) {
        return Objects.requireNonNull(attributes.fileKey(), "a file system without inodes");
    }

    static long inode(Path file) throws IOException {
        return ((Number) Files.getAttribute(file, "unix:ino")).longValue();
    }

    /** Takes up what an earlier daemon left, once. */
    private void load() throws IOException {
        if (loaded) {
            return;
        }
        cutting.lock();
        lock.writeLock().lock();
        try {
            if (!loaded) {
                LogRecovery.of(this);
                loaded = true;
            }
        } finally {
            lock.writeLock().unlock();
            cutting.unlock();
        }
    }

    /** Times that can't be noted, as on a full disk, are known less exactly later. */
    private void note(long before, Instant by, long end) {
        try {
            times.grew(lookedAt, before, by, end);
        } catch (IOException e) {
            LOG.debug("the times of {} were not noted: {}", file, e.getMessage());
        }
    }

    private void bind(Object key) {
        if (placement.key == null) {
            placement.key = key;
        } else if (!placement.key.equals(key)) {
            placement = new Placement(key, placement.shift + placement.seen);
            saveQuietly(placement);
        }
    }

    private void notice(long size) {
        if (size < Math.max(placement.seen, placement.headInFile())) {
            placement.shift += Math.max(placement.seen, placement.headInFile());
            placement.head = placement.shift;
            placement.seen = size;
            saveQuietly(placement);
        }
        placement.seen = size;
    }

    /** What others did to the file is found out again by the next daemon when it can't be written down now. */
    private void saveQuietly(Placement changed) {
        if (!kept || changed != placement) {
            return;
        }
        try {
            save(0);
        } catch (IOException e) {
            LOG.warn("the state of {} was not written down: {}", file, e.getMessage());
        }
    }
}
