package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventFilter;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.store.EventFeed;
import dev.tetra.tsm.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The use cases of {@code tsm events}: what happened, and what happens. */
public final class EventLog {
    private static final int CHUNK = 500;
    /** So many keys are remembered by a follower, which may meet an event in the table and in the feed. */
    private static final int REMEMBERED = 8 * CHUNK;

    private static final Duration LOOK = Duration.ofSeconds(60);

    private final Store store;
    private final Target targets;

    EventLog(Store store, Target targets) {
        this.store = store;
        this.targets = targets;
    }

    /** Takes events, as slowly as it likes. */
    public interface Reader {
        /** Takes the next one. */
        void take(Event event) throws IOException;

        /** Nothing more is to come at once. */
        void pause() throws IOException;

        /** Whether nobody reads any more. */
        boolean isGone();

        /** Has an action called once nobody reads any more. */
        void onGone(Runnable action);
    }

    /**
     * A filter by what a user said. A word that means no tracked process is taken for the name of a deleted one.
     *
     * @param namespace only what happened to processes while they were in it; null for all
     * @param kinds only these; empty for all
     * @throws TsmException.NotFound for a word that never was the name of a process
     * @throws TsmException.Ambiguous for a word that means several processes
     */
    public EventFilter filter(
            List<String> words, @Nullable String namespace, Set<EventKind> kinds, @Nullable Instant since) {
        @Nullable Set<EventKind> only = kinds.isEmpty() ? null : kinds;
        if (words.isEmpty()) {
            if (namespace != null && !isPast(new EventFilter(null, null, null, null, namespace))) {
                targets.find(List.of(), namespace);
            }
            return new EventFilter(null, null, only, since, namespace);
        }
        Set<Long> keys = new HashSet<>();
        Set<String> names = new HashSet<>();
        Consumer<ManagedProcess> add = process -> {
            keys.add(process.key());
            names.add(process.name());
        };
        for (String word : words) {
            try {
                targets.find(List.of(word), namespace).forEach(add);
            } catch (TsmException.NotFound e) {
                if (!isPast(new EventFilter(null, Set.of(word), null, null, namespace))) {
                    throw e;
                }
                names.add(word);
            }
        }
        return new EventFilter(keys, names, only, since, namespace);
    }

    private boolean isPast(EventFilter filter) {
        return store.call(tx -> !tx.journal().from(filter, 0, 1).isEmpty());
    }

    /**
     * Gives the last wanted events, in order.
     *
     * @param count how many at most
     * @throws IOException when the reader fails
     */
    public void last(EventFilter filter, long count, Reader reader) throws IOException {
        read(filter, start(filter, count), reader, new LinkedHashSet<>());
        reader.pause();
    }

    private long start(EventFilter filter, long count) {
        return count == 0 ? Long.MAX_VALUE : store.call(tx -> tx.journal().startOfLast(filter, count));
    }

    /**
     * Gives the last wanted events and those that come, each once, until nobody reads any more.
     *
     * @throws IOException when the reader fails
     */
    public void follow(EventFilter filter, long count, Reader reader) throws IOException {
        try (EventFeed.Subscription subscription = store.feed().subscribe()) {
            reader.onGone(subscription::wake);
            Set<Long> given = new LinkedHashSet<>();
            read(filter, start(filter, count), reader, given);
            reader.pause();
            while (!reader.isGone()) {
                EventFeed.Next next = subscription.next(LOOK);
                if (next.readFrom() > 0) {
                    read(filter, next.readFrom(), reader, given);
                }
                for (Event event : next.events()) {
                    if (filter.accepts(event)) {
                        give(event, reader, given);
                    }
                }
                reader.pause();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** No transaction is open while the reader takes its time. */
    private void read(EventFilter filter, long from, Reader reader, Set<Long> given) throws IOException {
        long next = from;
        List<Event> chunk;
        do {
            long start = next;
            chunk = store.call(tx -> tx.journal().from(filter, start, CHUNK));
            for (Event event : chunk) {
                give(event, reader, given);
                next = event.key() + 1;
            }
        } while (chunk.size() == CHUNK && !reader.isGone());
    }

    private static void give(Event event, Reader reader, Set<Long> given) throws IOException {
        if (given.add(event.key())) {
            reader.take(event);
            if (given.size() > REMEMBERED) {
                given.remove(given.iterator().next());
            }
        }
    }
}
