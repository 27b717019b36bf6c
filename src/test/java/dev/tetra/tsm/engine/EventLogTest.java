package dev.tetra.tsm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventFilter;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventLogTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path home;

    private Host host;
    private Store store;
    private EventLog log;

    @BeforeEach
    void open() {
        store = Store.open(home, new BuildInfo("0.1.0", "0.1.0+1"), Clock.systemUTC());
        host = Hosts.forThisMachine();
        log = new EventLog(store, new Target(store, host));
    }

    /** A host that is left open reaps the children of those in other tests. */
    @AfterEach
    void close() throws IOException {
        store.close();
        host.close();
    }

    /** Reads on when it may. */
    private static final class Follower implements EventLog.Reader {
        private final CountDownLatch may = new CountDownLatch(1);
        private final List<Event> read = new CopyOnWriteArrayList<>();
        private final List<Runnable> onGone = new ArrayList<>();
        private volatile boolean began;
        private volatile boolean gone;

        @Override
        public void take(Event event) throws IOException {
            began = true;
            try {
                may.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            read.add(event);
        }

        @Override
        public void pause() {}

        @Override
        public boolean isGone() {
            return gone;
        }

        @Override
        public void onGone(Runnable action) {
            onGone.add(action);
        }

        void leave() {
            gone = true;
            onGone.forEach(Runnable::run);
        }

        List<Long> keys() {
            return read.stream().map(Event::key).toList();
        }
    }

    private Thread follow(Follower follower, long count) {
        return Thread.ofVirtual().start(() -> {
            try {
                log.follow(EventFilter.ALL, count, follower);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void happen(int count) {
        for (int i = 0; i < count; i++) {
            store.run(tx -> tx.journal().daemonEvent("something"));
        }
    }

    @Test
    void a_follower_that_does_not_read_slows_nobody_and_then_gets_each_event_once() throws InterruptedException {
        happen(3);
        Follower slow = new Follower();
        Thread thread = follow(slow, 1);
        Await.until("it began", SOON, () -> slow.began);
        // Most of them at once, so that the test is quick; these alone are more than are kept for a follower.
        store.run(tx -> IntStream.range(0, 5000).forEach(i -> tx.journal().daemonEvent("much")));
        happen(200);
        slow.may.countDown();
        Await.until("it caught up", SOON, () -> slow.read.size() >= 5201);
        happen(10);
        Await.until("it follows again", SOON, () -> slow.read.size() >= 5211);
        slow.leave();
        assertTrue(thread.join(SOON));
        assertEquals(LongStream.rangeClosed(3, 5213).boxed().toList(), slow.keys());
    }

    @Test
    void what_a_long_transaction_writes_is_not_missed() throws InterruptedException {
        Follower follower = new Follower();
        follower.may.countDown();
        Thread thread = follow(follower, 0);
        CountDownLatch wrote = new CountDownLatch(1);
        CountDownLatch commit = new CountDownLatch(1);
        Thread slow = Thread.ofPlatform()
                .start(() -> store.run(tx -> {
                    tx.journal().daemonEvent("long");
                    wrote.countDown();
                    await(commit);
                }));
        wrote.await();
        Await.until("the follower saw a later one", SOON, () -> {
            happen(1);
            return !follower.read.isEmpty();
        });
        commit.countDown();
        assertTrue(slow.join(SOON));
        Await.until(
                "the earlier one",
                SOON,
                () -> follower.read.stream().anyMatch(e -> e.message().equals("long")));
        follower.leave();
        assertTrue(thread.join(SOON));
        assertEquals(follower.keys().stream().distinct().toList(), follower.keys());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_last_ones_are_read_in_pieces_without_a_gap() throws IOException {
        store.run(tx -> IntStream.range(0, 1700).forEach(i -> tx.journal().daemonEvent("much")));
        Follower reader = new Follower();
        reader.may.countDown();
        log.last(EventFilter.ALL, 1600, reader);
        assertEquals(LongStream.rangeClosed(101, 1700).boxed().toList(), reader.keys());
    }

    @Test
    void a_word_is_a_process_or_the_name_of_one_that_was() {
        store.run(tx -> tx.journal().event(EventKind.EXIT, 7, "old", null, Origin.PROCESS, "exit code 0"));
        EventFilter filter = log.filter(List.of("old"), null, Set.of(), null);
        assertEquals(Set.of("old"), filter.names());
        assertThrows(TsmException.NotFound.class, () -> log.filter(List.of("never"), null, Set.of(), null));
    }
}
