package dev.tetra.tsm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventFilter;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Origin;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventFeedTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path home;

    private Store store;

    @BeforeEach
    void open() {
        store = Store.open(home, new BuildInfo("0.1.0", "0.1.0+1"), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void write(EventKind kind, long process, String name, String message) {
        store.run(tx -> tx.journal().event(kind, process, name, null, Origin.TSM, message));
    }

    private static List<String> messages(List<Event> events) {
        return events.stream().map(Event::message).toList();
    }

    @Test
    void a_follower_is_told_what_was_committed_and_nothing_else() throws InterruptedException {
        try (EventFeed.Subscription subscription = store.feed().subscribe()) {
            assertThrows(
                    IllegalStateException.class,
                    () -> store.run(tx -> {
                        tx.journal().daemonEvent("taken back");
                        throw new IllegalStateException("the transaction fails");
                    }));
            store.run(tx -> {
                tx.journal().daemonEvent("one");
                tx.journal().daemonEvent("two");
            });
            EventFeed.Next next = subscription.next(SOON);
            assertEquals(List.of("one", "two"), messages(next.events()));
            assertEquals(0, next.readFrom());
            assertEquals(
                    next.events(),
                    store.call(tx -> tx.journal().from(EventFilter.ALL, 0, 10)),
                    "as they are in the table");
        }
    }

    @Test
    void a_follower_that_does_not_keep_up_is_told_from_where_to_read() throws InterruptedException {
        try (EventFeed.Subscription subscription = store.feed().subscribe()) {
            store.run(tx -> tx.journal().daemonEvent("first"));
            store.run(tx -> IntStream.range(0, EventFeed.LIMIT)
                    .forEach(i -> tx.journal().daemonEvent("more")));
            store.run(tx -> tx.journal().daemonEvent("last"));
            EventFeed.Next next = subscription.next(SOON);
            long first = store.call(tx -> tx.journal().from(EventFilter.ALL, 0, 1))
                    .getFirst()
                    .key();
            assertEquals(first, next.readFrom());
            assertEquals(List.of("last"), messages(next.events()));
        }
    }

    @Test
    void a_follower_that_nobody_needs_any_more_is_woken() throws InterruptedException {
        try (EventFeed.Subscription subscription = store.feed().subscribe()) {
            subscription.wake();
            assertTrue(subscription.next(Duration.ofDays(1)).events().isEmpty());
        }
    }

    @Test
    void a_filter_gives_from_the_table_what_it_accepts() {
        write(EventKind.START, 1, "web", "a");
        write(EventKind.EXIT, 1, "web", "b");
        write(EventKind.EXIT, 2, "db", "c");
        write(EventKind.EXIT, 3, "old", "d");
        store.run(tx -> tx.journal().daemonEvent("e"));
        List<Event> all = store.call(tx -> tx.journal().from(EventFilter.ALL, 0, 100));
        Instant last = all.getLast().at();
        for (EventFilter filter : List.of(
                EventFilter.ALL,
                new EventFilter(Set.of(1L), null, null, null),
                new EventFilter(Set.of(1L), Set.of("old"), null, null),
                new EventFilter(null, Set.of("db"), null, null),
                new EventFilter(Set.of(), Set.of(), null, null),
                new EventFilter(null, null, Set.of(EventKind.EXIT, EventKind.DAEMON), null),
                new EventFilter(Set.of(1L, 2L), null, Set.of(EventKind.EXIT), null),
                new EventFilter(null, null, null, last))) {
            assertEquals(
                    all.stream().filter(filter::accepts).toList(),
                    store.call(tx -> tx.journal().from(filter, 0, 100)),
                    filter.toString());
        }
    }

    @Test
    void the_last_events_begin_at_the_right_one() {
        for (int i = 0; i < 5; i++) {
            write(i % 2 == 0 ? EventKind.EXIT : EventKind.START, 1, "web", "" + i);
        }
        EventFilter exits = new EventFilter(null, null, Set.of(EventKind.EXIT), null);
        for (int count = 0; count <= 4; count++) {
            int wanted = count;
            List<Event> last =
                    store.call(tx -> tx.journal().from(exits, tx.journal().startOfLast(exits, wanted), 100));
            assertEquals(List.of("0", "2", "4").subList(Math.max(0, 3 - count), 3), messages(last));
        }
    }
}
