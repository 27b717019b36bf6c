package dev.tetra.tsm.logs;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Gives on the lines of logs as they are written, by one stat(2) of each file every {@value #POLL_MILLIS} ms.
 *
 * <p>Emptied files are read from their new beginning. When another file takes the name, the old one is read to its end
 * first, then the new one from its beginning; the old one is read on as long as it is written to. A file that is deleted
 * is read on until another takes its name. Lost are only bytes that were emptied away, or files that had the name, before
 * they could be looked at.
 *
 * <p>Whole lines are given on; of an unfinished one what there is when nothing came for 200 ms, and its continuation as
 * a further piece.
 */
public final class LogFollower {
    private static final int POLL_MILLIS = 50;
    private static final long SOURCES_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Supplier<? extends Collection<LogSource>> sources;
    private final Beginning first;
    private final LogSink sink;
    private final Map<LogSource, FollowedLog> followed = new LinkedHashMap<>();

    /** Where to begin in the log of a source. */
    @FunctionalInterface
    public interface Beginning {
        /** The place. */
        From in(LogSource source) throws IOException;
    }

    /**
     * A follower for one call of {@link #run}.
     *
     * @param sources what to follow at present; asked four times a second. A source that is no longer among them is
     *     followed until its file is gone
     * @param first where to begin in the files of the sources that are there at first; those which come later are read
     *     from their beginning
     */
    public LogFollower(Supplier<? extends Collection<LogSource>> sources, Beginning first, LogSink sink) {
        this.sources = sources;
        this.first = first;
        this.sink = sink;
    }

    /**
     * Follows until cancelled, or until the thread is interrupted, which stays set.
     *
     * @param cancelled asked before every look at the files
     * @throws IOException of a file that cannot be read, or of the sink
     */
    public void run(BooleanSupplier cancelled) throws IOException {
        try {
            Set<LogSource> wanted = update(first);
            long asked = System.nanoTime();
            while (!cancelled.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
                if (System.nanoTime() - asked > SOURCES_NANOS) {
                    wanted = update(source -> From.start());
                    asked = System.nanoTime();
                }
                if (poll(wanted)) {
                    sink.pause();
                } else {
                    TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ClosedByInterruptException e) {
            // by the interrupt of this thread, which the channel leaves set
        } finally {
            close();
        }
    }

    private Set<LogSource> update(Beginning from) throws IOException {
        Collection<LogSource> present = sources.get();
        for (LogSource source : present) {
            if (!followed.containsKey(source)) {
                followed.put(source, new FollowedLog(source, from.in(source)));
            }
        }
        return Set.copyOf(present);
    }

    private boolean poll(Set<LogSource> wanted) throws IOException {
        boolean grew = false;
        Iterator<Map.Entry<LogSource, FollowedLog>> all = followed.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<LogSource, FollowedLog> entry = all.next();
            FollowedLog log = entry.getValue();
            boolean more = log.poll(sink);
            grew |= more;
            if (!more && !log.named() && !wanted.contains(entry.getKey())) {
                log.giveRest(sink);
                log.close();
                all.remove();
            }
        }
        return grew;
    }

    private void close() throws IOException {
        for (FollowedLog log : followed.values()) {
            log.close();
        }
    }
}
