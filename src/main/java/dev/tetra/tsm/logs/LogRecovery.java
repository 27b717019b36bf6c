package dev.tetra.tsm.logs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Takes up a log as an earlier daemon left it, which may have died between any two steps of a cut:
 *
 * <ol>
 *   <li>the part is being written: its draft has no range in its name, and is removed;
 *   <li>the part is whole, and its bytes are in the file too, punched out of it or not: they are punched out, which does
 *       nothing the second time;
 *   <li>the file was to be collapsed: if it was not, a hole is still at its beginning.
 * </ol>
 *
 * <p>Where files can be cut only by copying and emptying, a file that still begins with the bytes of the last part was
 * not emptied, so that part is removed.
 */
final class LogRecovery {
    private final StoredLog log;

    private LogRecovery(StoredLog log) {
        this.log = log;
    }

    static void of(StoredLog log) throws IOException {
        new LogRecovery(log).run();
    }

    private void run() throws IOException {
        Files.deleteIfExists(LogPart.draft(log.file()));
        List<LogPart> parts = LogPart.all(log.file());
        Optional<LogState> known = LogState.load(log.file());
        long inParts = parts.isEmpty() ? 0 : parts.getLast().end();
        BasicFileAttributes attributes = OpenLog.stat(log.file());
        if (attributes == null) {
            log.place(new Placement(null, atLeast(known.map(LogState::head).orElse(inParts))));
            return;
        }
        Placement placement = new Placement(StoredLog.key(attributes), 0);
        log.place(placement);
        if (known.isEmpty()) {
            // the first cut may have got as far as its part
            if (!parts.isEmpty()) {
                placement.shift = parts.getFirst().start();
                placement.head = placement.shift;
            }
        } else if (known.get().inode() == StoredLog.inode(log.file())) {
            restore(known.get(), placement);
        } else {
            placement.shift = atLeast(Math.max(known.get().head(), inParts));
            placement.head = placement.shift;
            log.save(0);
        }
        if (!emptied(placement)) {
            for (LogPart part : parts) {
                if (part.end() > placement.head) {
                    finish(part, placement);
                }
            }
        }
    }

    private void restore(LogState state, Placement placement) throws IOException {
        placement.shift = state.shift();
        placement.head = state.head();
        if (state.collapsing() > 0) {
            if (log.cutter().firstData(log.file()) < state.collapsing()) {
                placement.shift += state.collapsing();
            }
            log.save(0);
        }
    }

    /** Whether somebody emptied the file meanwhile; its bytes are new ones then. */
    private boolean emptied(Placement placement) throws IOException {
        long size = Files.size(log.file());
        if (size >= placement.headInFile()
                && placement.shift + size >= log.times().end()) {
            return false;
        }
        placement.shift = atLeast(placement.head);
        placement.head = placement.shift;
        log.save(0);
        return true;
    }

    private long atLeast(long offset) throws IOException {
        return Math.max(offset, log.times().end());
    }

    private void finish(LogPart part, Placement placement) throws IOException {
        long from = part.start() - placement.shift;
        long to = part.end() - placement.shift;
        long size = Files.size(log.file());
        if (part.start() == placement.head && size > to && log.cutter().punch(log.file(), from, to)) {
            placement.head = part.end();
        } else if (part.start() == placement.head && size >= to && same(part, from)) {
            Files.deleteIfExists(part.path());
            return;
        } else {
            placement.shift = part.end();
            placement.head = part.end();
        }
        log.save(0);
    }

    private boolean same(LogPart part, long from) throws IOException {
        try (InputStream inPart = part.open(part.start());
                InputStream inFile = Files.newInputStream(log.file(), StandardOpenOption.READ)) {
            inFile.skipNBytes(from);
            byte[] a = new byte[64 * 1024];
            long left = part.end() - part.start();
            while (left > 0) {
                int count = inPart.readNBytes(a, 0, (int) Math.min(a.length, left));
                byte[] b = inFile.readNBytes(count);
                if (count == 0 || !Arrays.equals(a, 0, count, b, 0, b.length)) {
                    return false;
                }
                left -= count;
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
