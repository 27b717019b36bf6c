package dev.tetra.tsm.logs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One name that is followed, through every file that it stands for in turn. */
final class FollowedLog implements Closeable {
    /** An unfinished line is shown when nothing came for so long: it may be a prompt. */
    private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** A file that lost its name to another is read on as long as somebody wrote to it within this time. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int MOST_LINGERING = 4;

    private final LogSource source;
    private From next;
    private @Nullable OpenLog current;
    private final Deque<OpenLog> replaced = new ArrayDeque<>();
    private boolean named;

    FollowedLog(LogSource source, From first) {
        this.source = source;
        this.next = first;
    }

    /** Whether a file had the name when last looked at. */
    boolean named() {
        return named;
    }

    /**
     * Looks once and gives on what is new.
     *
     * @return whether there was anything
     */
    boolean poll(LogSink sink) throws IOException {
        long now = System.nanoTime();
        BasicFileAttributes attributes = OpenLog.stat(source.path());
        named = attributes != null;
        if (current != null && attributes != null && !current.is(attributes)) {
            replaced.addLast(current);
            current = null;
        }
        boolean grew = readReplaced(now, sink);
        if (current == null) {
            if (attributes == null) {
                // what is not there at first is new when it comes
                next = From.start();
                return grew;
            }
            // the rest of the old file comes first, so while it is long the new one waits
            boolean longRest = replaced.stream().anyMatch(OpenLog::hasMore);
            return longRest || openNext(now, sink) || grew;
        }
        return advance(current, now, sink) || grew;
    }

    /** Gives on unfinished lines without waiting, before the log is left. */
    void giveRest(LogSink sink) throws IOException {
        for (OpenLog old : replaced) {
            old.giveRest(sink);
        }
        if (current != null) {
            current.giveRest(sink);
        }
    }

    @Override
    public void close() throws IOException {
        for (OpenLog old : replaced) {
            old.close();
        }
        if (current != null) {
            current.close();
        }
    }

    private boolean openNext(long now, LogSink sink) throws IOException {
        OpenLog opened = OpenLog.open(source, next, now);
        if (opened == null) {
            return false;
        }
        // whatever takes the name after the first is new from its beginning
        next = From.start();
        current = opened;
        return opened.advance(now, sink);
    }

    private boolean readReplaced(long now, LogSink sink) throws IOException {
        boolean grew = false;
        for (Iterator<OpenLog> all = replaced.iterator(); all.hasNext(); ) {
            OpenLog old = all.next();
            grew |= advance(old, now, sink);
            boolean crowded = replaced.size() > MOST_LINGERING && !grew;
            if (crowded || now - old.lastGrowth() > LINGER_NANOS) {
                old.giveRest(sink);
                old.close();
                all.remove();
            }
        }
        return grew;
    }

    private static boolean advance(OpenLog log, long now, LogSink sink) throws IOException {
        boolean grew = log.advance(now, sink);
        if (!grew && log.hasRest() && now - log.lastGrowth() >= PROMPT_NANOS) {
            log.giveRest(sink);
            return true;
        }
        return grew;
    }
}
