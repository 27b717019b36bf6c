package dev.tetra.tsm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Account;
import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RunCommands;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.testing.Specs;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is remembered of tracked processes is never older than what whoever asks has heard of. */
@Timeout(60)
class RememberedTest {
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

    private long add(int id, String name) {
        return store.call(tx -> tx.processes().insert(id, name, Specs.of("sleep", "1"), Lifecycle.NEW));
    }

    private List<ManagedProcess> all() {
        return store.call(tx -> tx.processes().all());
    }

    private static Lifecycle online() {
        return Lifecycle.NEW.withStatus(Status.ONLINE);
    }

    @Test
    void what_has_not_changed_is_not_read_again() {
        long key = add(0, "a");
        List<ManagedProcess> before = all();
        assertSame(before, all());
        assertSame(before.getFirst(), store.call(tx -> tx.processes().find(key)).orElseThrow());
        assertSame(
                before.getFirst(), store.call(tx -> tx.processes().named("a")).orElseThrow());
        assertTrue(store.call(tx -> tx.processes().named("b")).isEmpty());
    }

    @Test
    void every_change_is_seen_by_the_next_look() {
        long key = add(0, "a");
        assertEquals(1, all().size());
        add(1, "b");
        assertEquals(2, all().size());
        store.run(tx -> tx.processes().saveLife(key, online()));
        assertEquals(Status.ONLINE, all().getFirst().status());
        store.run(tx -> tx.processes().delete(key));
        assertEquals(List.of("b"), all().stream().map(ManagedProcess::name).toList());
        assertTrue(store.call(tx -> tx.processes().find(key)).isEmpty());
    }

    @Test
    void a_transaction_sees_its_own_changes_and_others_do_not() throws Exception {
        long key = add(0, "a");
        all();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        Thread writer = Thread.ofPlatform()
                .start(() -> store.run(tx -> {
                    tx.processes().saveLife(key, online());
                    assertEquals(
                            Status.ONLINE,
                            tx.processes().find(key).orElseThrow().status());
                    assertEquals(Status.ONLINE, tx.processes().all().getFirst().status());
                    written.countDown();
                    try {
                        looked.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        written.await();
        assertEquals(Lifecycle.NEW.status(), all().getFirst().status());
        looked.countDown();
        writer.join();
        assertEquals(Status.ONLINE, all().getFirst().status());
    }

    @Test
    void what_was_rolled_back_is_not_remembered() {
        long key = add(0, "a");
        all();
        assertThrows(
                IllegalStateException.class,
                () -> store.run(tx -> {
                    tx.processes().saveLife(key, online());
                    tx.processes().all();
                    throw new IllegalStateException("expected by a test");
                }));
        assertEquals(Lifecycle.NEW.status(), all().getFirst().status());
    }

    @Test
    void a_look_during_a_commit_is_not_taken_for_a_look_after_it() {
        Remembered remembered = new Remembered();
        List<ManagedProcess> old = remembered.all(() -> {
            remembered.written(Set.of("process"));
            return List.of();
        });
        assertNotSame(old, remembered.all(() -> List.of(all0())));
    }

    private ManagedProcess all0() {
        add(0, "a");
        return all().getFirst();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    SELECT 1 FROM tsm.process                    | false
                    INSERT INTO tsm.process (pk) VALUES (1)      | true
                    UPDATE tsm.probe SET x = 1                   | true
                    DELETE FROM tsm.run WHERE pk = 1             | true
                    MERGE INTO tsm.process_instance KEY (x)      | true
                    INSERT INTO tsm.event (pk) VALUES (1)        | false
                    merge into tsm.sample KEY (x)                | false
                    WITH x AS (SELECT 1) DELETE FROM tsm.process | true
                    ALTER TABLE tsm.event ADD x INT              | true
                    """)
    void what_writes_of_processes_counts_and_so_does_what_is_not_known(String sql, boolean counts) {
        assertEquals(counts, !sql.startsWith("SELECT") && Writes.ofProcesses(Writes.table(sql)));
    }

    @Test
    void a_table_is_empty_until_something_is_written_there() {
        Remembered remembered = new Remembered();
        assertTrue(remembered.isEmpty("hook", () -> true));
        assertTrue(remembered.isEmpty("hook", () -> false), "it was looked at already");
        remembered.writing("hook");
        assertTrue(remembered.isEmpty("hook", () -> true), "it is not committed yet");
        remembered.written(Set.of("hook"));
        assertFalse(remembered.isEmpty("hook", () -> false));
        remembered.written(Set.of(Writes.ANY));
        assertTrue(remembered.isEmpty("hook", () -> true));
    }

    @Test
    void what_few_processes_have_is_read_of_the_first_that_has_it() {
        add(0, "a");
        assertEquals(HealthPolicy.NONE, all().getFirst().spec().supervision().health());
        ProcessSpec plain = Specs.of("sleep", "1");
        LimitPolicy limits = new LimitPolicy(
                new Allowance(5, List.of(), null, null, null), Account.NONE, SuccessCodes.USUAL, RunCommands.NONE);
        ProcessSpec limited = Specs.with(limits, plain.restart(), plain.stop(), "sleep", "1");
        store.run(tx -> {
            long key = tx.processes().insert(1, "b", limited, Lifecycle.NEW);
            assertEquals(
                    limits,
                    tx.processes().find(key).orElseThrow().spec().supervision().limits());
        });
        assertEquals(limits, all().getLast().spec().supervision().limits());
    }

    @Test
    void events_do_not_count() {
        add(0, "a");
        List<ManagedProcess> before = all();
        store.run(tx -> tx.settings().put("x", "y"));
        assertSame(before, all());
        assertFalse(before.isEmpty());
    }
}
