package dev.tetra.tsm.logs;

import dev.tetra.tsm.model.LogPolicy;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Cuts the head off a log that others write to, after it was copied to a compressed part. What is cut are whole blocks
 * of the file system, so a line may begin in one part and end in the next: the parts and the file, one after the other,
 * are what was written, byte for byte.
 *
 * <p>Where the file system can't cut, what is there is copied and the file is emptied; what is written between the last
 * look at its size and that is lost.
 */
final class LogCutter {
    private static final int BLOCK = 64 * 1024;
    /** So much must be free for copying to begin, besides an eighth of what is copied. */
    private static final long RESERVE = 1 << 20;

    private final StoredLog log;
    private final Steps steps;
    private boolean punches = true;
    private boolean collapses = true;
    private boolean unsaved;

    /** The steps of a cut, after each of which the daemon may die. */
    enum Step {
        /** The part is written under its draft's name. */
        DRAFTED,
        /** The part is whole; its bytes are in the file too. */
        COPIED,
        /** Its bytes are a hole in the file, which is not written down. */
        PUNCHED,
        /** It is written down that the hole is to be taken out. */
        DECIDED,
        /** The hole is taken out, which is not written down. */
        COLLAPSED
    }

    /** Told of each step that was done. */
    @FunctionalInterface
    interface Steps {
        void done(Step step);
    }

    LogCutter(StoredLog log, Steps steps) {
        this.log = log;
        this.steps = steps;
    }

    /** Whether this log can be cut only by copying and emptying it, as far as is known. */
    boolean copies() {
        return !punches;
    }

    /** Cuts off whatever can be, and removes the parts that are too many. */
    void cut(LogPolicy policy) throws IOException {
        log.cutting().lock();
        try {
            if (unsaved) {
                save(0);
            }
            if (punches) {
                cutInPlace(policy);
            }
            if (!punches) {
                copyAndEmpty(policy);
            }
            prune(policy);
        } finally {
            log.cutting().unlock();
        }
    }

    /** Whether the oldest byte that is in no part was written longer ago than the policy allows. */
    boolean tooOld(LogPolicy policy, StoredLog.Look look, Instant now) throws IOException {
        Duration age = policy.maxAge();
        return !age.isZero()
                && look.end() > look.head()
                && log.times()
                        .at(look.head())
                        .filter(stretch -> stretch.by().isBefore(now.minus(age)))
                        .isPresent();
    }

    private void cutInPlace(LogPolicy policy) throws IOException {
        try (FileChannel file = FileChannel.open(log.file(), StandardOpenOption.READ)) {
            log.placementOf(StoredLog.key(Objects.requireNonNull(OpenLog.stat(log.file()))));
            long block = Files.getFileStore(log.file()).getBlockSize();
            // the last byte stays, as COLLAPSE_RANGE may not reach the end of the file
            long last = (file.size() - 1) / block * block;
            long piece = policy.maxSize() == 0 ? Math.max(block, last) : (policy.maxSize() + block - 1) / block * block;
            long from = headInFile();
            if (last <= from) {
                return;
            }
            finishEarlier(last);
            from = headInFile();
            // what would be removed right after it was copied is not copied
            long excess = last - from - policy.keep() * piece - piece;
            if (policy.keep() == 0 || excess > 0) {
                long to = policy.keep() == 0 ? last : from + (excess + block - 1) / block * block;
                if (!punch(from, to)) {
                    return;
                }
                from = to;
            }
            while (from < last) {
                long to = last - from < 2 * piece ? last : from + piece;
                LogPart part = copy(file, from, to);
                steps.done(Step.COPIED);
                if (!punch(from, to)) {
                    Files.deleteIfExists(part.path());
                    return;
                }
                from = to;
            }
            collapse();
        }
    }

    /** A part that is whole, whose bytes are in the file still because punching failed. */
    private void finishEarlier(long last) throws IOException {
        for (LogPart part : LogPart.all(log.file())) {
            long from = headInFile();
            if (part.start() == head() && part.end() > part.start()) {
                long to = from + part.end() - part.start();
                if (to > last || !punch(from, to)) {
                    Files.deleteIfExists(part.path());
                }
            }
        }
    }

    private boolean punch(long from, long to) throws IOException {
        log.changing().lock();
        try {
            if (!log.cutter().punch(log.file(), from, to)) {
                punches = false;
                return false;
            }
            log.placement().head += to - from;
            steps.done(Step.PUNCHED);
            save(0);
            return true;
        } finally {
            log.changing().unlock();
        }
    }

    private void collapse() throws IOException {
        if (!collapses) {
            return;
        }
        log.changing().lock();
        try {
            long hole = log.placement().headInFile();
            save(hole);
            steps.done(Step.DECIDED);
            collapses = log.cutter().collapse(log.file(), hole);
            if (collapses) {
                log.placement().shift += hole;
                log.placement().seen = Math.max(0, log.placement().seen - hole);
                steps.done(Step.COLLAPSED);
            }
            save(0);
        } finally {
            log.changing().unlock();
        }
    }

    private void copyAndEmpty(LogPolicy policy) throws IOException {
        try (FileChannel file = FileChannel.open(log.file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            log.placementOf(StoredLog.key(Objects.requireNonNull(OpenLog.stat(log.file()))));
            long from = headInFile();
            long to = file.size();
            if (to <= from) {
                return;
            }
            Path draft = LogPart.draft(log.file());
            Files.deleteIfExists(draft);
            if (policy.keep() > 0) {
                write(file, from, to, draft);
                steps.done(Step.DRAFTED);
            }
            log.changing().lock();
            try {
                to = policy.keep() > 0 ? copyGrowth(file, from, to, draft) : file.size();
                file.truncate(0);
                log.placement().shift += to;
                log.placement().head = log.placement().shift;
                log.placement().seen = 0;
                save(0);
            } finally {
                log.changing().unlock();
            }
        }
    }

    /** Copies what came during the copying, until the part has all that is there. Returns the end in the file. */
    private long copyGrowth(FileChannel file, long from, long copied, Path draft) throws IOException {
        long to = copied;
        long shift = log.placement().shift;
        while (true) {
            for (long size = file.size(); size > to; size = file.size()) {
                write(file, to, size, draft);
                to = size;
            }
            LogPart part = LogPart.of(log.file(), shift + from, shift + to);
            Files.move(draft, part.path(), StandardCopyOption.ATOMIC_MOVE);
            if (file.size() == to) {
                steps.done(Step.COPIED);
                return to;
            }
            Files.move(part.path(), draft, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private LogPart copy(FileChannel file, long from, long to) throws IOException {
        Path draft = LogPart.draft(log.file());
        // a part that only just fits would take the last room from the program
        long usable = Files.getFileStore(log.file()).getUsableSpace();
        if (usable < RESERVE + (to - from) / 8) {
            throw new IOException("only " + usable + " bytes are free on its disk");
        }
        Files.deleteIfExists(draft);
        try {
            write(file, from, to, draft);
            steps.done(Step.DRAFTED);
            long shift = head() - headInFile();
            LogPart part = LogPart.of(log.file(), shift + from, shift + to);
            Files.move(draft, part.path(), StandardCopyOption.ATOMIC_MOVE);
            return part;
        } catch (IOException e) {
            // what there is of it only fills the disk
            Files.deleteIfExists(draft);
            throw e;
        }
    }

    /** Appends a gzip member (RFC 1952, 2.2) with these bytes of the file, so that they survive a crash. */
    private static void write(FileChannel file, long from, long to, Path draft) throws IOException {
        try (FileChannel channel = FileChannel.open(
                draft,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                LogState.ownerOnly())) {
            Fast gzip = new Fast(Channels.newOutputStream(channel));
            try {
                ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
                for (long at = from; at < to; at += buffer.position()) {
                    if (LogTail.read(file, buffer, at, (int) Math.min(BLOCK, to - at)) == 0) {
                        throw new EOFException("the log was emptied while it was copied");
                    }
                    gzip.write(buffer.array(), 0, buffer.position());
                }
                gzip.finish();
                channel.force(true);
            } finally {
                gzip.end();
            }
        }
    }

    /** The oldest go; so does what a burst left behind a gap. */
    private void prune(LogPolicy policy) throws IOException {
        List<LogPart> parts = log.parts();
        for (int i = 0; i < parts.size() - policy.keep(); i++) {
            Files.deleteIfExists(parts.get(i).path());
        }
        List<LogPart> left = log.parts();
        log.times().trim(left.isEmpty() ? head() : left.getFirst().start());
    }

    private void save(long collapsing) throws IOException {
        unsaved = true;
        log.save(collapsing);
        unsaved = false;
    }

    private long head() {
        log.reading().lock();
        try {
            return log.placement().head;
        } finally {
            log.reading().unlock();
        }
    }

    private long headInFile() {
        log.reading().lock();
        try {
            return log.placement().headInFile();
        } finally {
            log.reading().unlock();
        }
    }

    /** Level 1 takes a third of the time and logs become smaller by nine tenths all the same. */
    private static final class Fast extends GZIPOutputStream {
        Fast(OutputStream to) throws IOException {
            super(to, BLOCK);
            def.setLevel(Deflater.BEST_SPEED);
        }

        void end() {
            def.end();
        }
    }
}
