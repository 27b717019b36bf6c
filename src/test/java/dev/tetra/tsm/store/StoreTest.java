package dev.tetra.tsm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.h2.api.ErrorCode;
import org.h2.engine.SessionLocal;
import org.h2.index.Cursor;
import org.h2.index.Index;
import org.h2.jdbc.JdbcConnection;
import org.h2.message.DbException;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.table.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final BuildInfo BUILD = new BuildInfo("0.1.0", "0.1.0+1");

    @TempDir
    Path home;

    private Store open() {
        return Store.open(home, BUILD, Clock.systemUTC());
    }

    private static long add(Store store, String name) {
        return store.decide(tx -> {
            long key = tx.processes()
                    .insert(tx.processes().nextId(), name, Specs.of("/bin/sleep", "a b", "ü\n"), Lifecycle.NEW);
            tx.processes().setRun(key, tx.runs().decide(key, 1, "token-" + key, RunCause.START));
            return key;
        });
    }

    @Test
    void what_the_database_failed_of_is_told_without_names_of_classes() {
        SQLException closed = DbException.toSQLException(
                DataUtils.newMVStoreException(DataUtils.ERROR_CLOSED, "This store is closed"));
        assertTrue(String.valueOf(closed.getMessage()).contains("Exception"), closed::toString);
        assertEquals("This store is closed", Store.reason(closed));
        SQLException full = DbException.toSQLException(DataUtils.newMVStoreException(
                DataUtils.ERROR_WRITING_FAILED, "Writing failed", new IOException("No space left on device")));
        assertEquals("No space left on device", Store.reason(full));
    }

    @Test
    void the_newest_schema_is_the_highest_migration() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("db/migration"))) {
            int highest = files.map(f -> f.getFileName().toString())
                    .mapToInt(n -> Integer.parseInt(n.substring(1, n.indexOf("__"))))
                    .max()
                    .orElseThrow();
            assertEquals(highest, Schema.NEWEST);
        }
    }

    @Test
    void a_new_home_begins_with_a_copy_of_the_template_and_has_its_own_passwords() throws Exception {
        Path template = home.resolve("template.mv.db");
        Template.write(template, BUILD);
        Path fresh = Files.createDirectory(home.resolve("fresh"));
        try (Store store = Store.open(fresh, BUILD, Clock.systemUTC(), template)) {
            assertEquals(Schema.NEWEST, store.state().schema());
            assertEquals(1, add(store, "web"));
        }
        assertEquals(
                PosixFilePermissions.fromString("rw-------"),
                Files.getPosixFilePermissions(fresh.resolve("tsm.mv.db")));
        Credentials own = Credentials.of(fresh.resolve("db.secret"));
        String url = "jdbc:h2:file:" + fresh.resolve("tsm") + ";FILE_LOCK=NO";
        for (String user : List.of(Credentials.OWNER, Credentials.AUDITOR)) {
            assertThrows(
                    SQLException.class,
                    () -> Urls.connect(url, user, "template").close());
        }
        Urls.connect(url, Credentials.OWNER, own.owner()).close();
        Urls.connect(url, Credentials.AUDITOR, own.auditor()).close();
    }

    @Test
    @Timeout(60)
    void what_somebody_waits_for_does_not_queue_behind_the_transactions_of_others() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        List<Thread> others = new ArrayList<>();
        try (Store store = open()) {
            try {
                CountDownLatch begun = new CountDownLatch(12);
                for (int i = 0; i < 20; i++) {
                    others.add(Thread.ofPlatform()
                            .daemon()
                            .start(() -> store.run(tx -> {
                                begun.countDown();
                                awaitQuietly(over);
                            })));
                }
                assertTrue(begun.await(20, TimeUnit.SECONDS));
                AtomicInteger known = new AtomicInteger(-1);
                Urgency.run(
                        () -> known.set(store.call(tx -> tx.processes().all().size())));
                assertEquals(0, known.get());
            } finally {
                over.countDown();
                for (Thread other : others) {
                    other.join();
                }
            }
            assertEquals(0, store.<Integer>call(tx -> tx.processes().all().size()));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_copy_of_the_template_whose_daemon_died_before_it_was_claimed_is_claimed_by_the_next() throws Exception {
        Path template = home.resolve("template.mv.db");
        Template.write(template, BUILD);
        Path fresh = Files.createDirectory(home.resolve("fresh"));
        Credentials own = Credentials.of(fresh.resolve("db.secret"));
        Template.copy(template, fresh.resolve("tsm.mv.db"));
        try (Store store = Store.open(fresh, BUILD, Clock.systemUTC(), template)) {
            assertEquals(List.of(), store.notices());
            assertEquals(1, add(store, "web"));
        }
        try (Stream<Path> files = Files.list(fresh)) {
            assertEquals(
                    List.of("db.secret", "tsm.mv.db"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        String url = "jdbc:h2:file:" + fresh.resolve("tsm") + ";FILE_LOCK=NO";
        assertThrows(
                SQLException.class,
                () -> Urls.connect(url, Credentials.OWNER, "template").close());
        Urls.connect(url, Credentials.OWNER, own.owner()).close();
    }

    @Test
    void a_database_with_the_password_of_somebody_else_is_moved_aside() throws Exception {
        open().close();
        Files.writeString(home.resolve("db.secret"), "0011\n2233\n");
        try (Store store = open()) {
            assertTrue(
                    store.notices().getFirst().contains("tsm.broken-"),
                    store.notices().toString());
        }
    }

    @Test
    void a_template_that_is_of_no_use_is_done_without() throws IOException {
        Path template = Files.writeString(home.resolve("template.mv.db"), "no database");
        try (Store store = Store.open(home, BUILD, Clock.systemUTC(), template)) {
            assertEquals(1, add(store, "web"));
        }
        Files.delete(home.resolve("tsm.mv.db"));
        try (Store store = Store.open(home, BUILD, Clock.systemUTC(), home.resolve("none.mv.db"))) {
            assertEquals(1, add(store, "web"));
        }
    }

    @Test
    void what_was_committed_is_there_after_a_new_opening_without_a_proper_close() throws IOException {
        Path copy = Files.createDirectory(home.resolve("copy"));
        try (Store store = open()) {
            long key = add(store, "web");
            store.run(tx -> {
                tx.ports().allocate(8000, key, PortSource.RANGE);
                tx.environments().save(key, EnvSource.CALLER, List.of(new EnvVar("A", "1\n2", EnvSource.CALLER)));
            });
            // What is on the disk now is what a killed daemon would leave.
            for (String file : List.of("tsm.mv.db", "db.secret")) {
                Files.copy(home.resolve(file), copy.resolve(file));
            }
        }
        try (Store store = Store.open(copy, BUILD, Clock.systemUTC())) {
            ManagedProcess web = store.call(tx -> tx.processes().all()).getFirst();
            assertEquals("web", web.name());
            assertEquals(8000, web.port());
            assertEquals(List.of("/bin/sleep", "a b", "ü\n"), web.spec().argv());
            assertEquals(
                    List.of(new EnvVar("A", "1\n2", EnvSource.CALLER)),
                    store.call(tx -> tx.environments().of(web.key())));
        }
    }

    @Test
    void ids_count_from_zero_and_holes_are_not_reused() {
        try (Store store = open()) {
            long zero = add(store, "a");
            long one = add(store, "b");
            add(store, "c");
            store.run(tx -> tx.processes().delete(one));
            assertEquals(Integer.valueOf(3), store.call(tx -> tx.processes().nextId()));
            store.run(tx -> {
                tx.processes().delete(zero);
                tx.processes().delete(tx.processes().named("c").orElseThrow().key());
            });
            assertEquals(Integer.valueOf(0), store.call(tx -> tx.processes().nextId()));
        }
    }

    @Test
    void a_name_an_id_and_a_port_are_held_once_among_the_tracked() {
        try (Store store = open()) {
            long web = add(store, "web");
            assertThrows(TsmException.Conflict.class, () -> add(store, "web"));
            assertThrows(
                    TsmException.Conflict.class,
                    () -> store.run(tx -> tx.processes().insert(0, "other", Specs.of("/bin/true"), Lifecycle.NEW)));
            long api = add(store, "api");
            store.run(tx -> tx.ports().allocate(8000, web, PortSource.OPTION));
            assertThrows(
                    TsmException.Conflict.class,
                    () -> store.run(tx -> tx.ports().allocate(8000, api, PortSource.RANGE)));
            store.run(tx -> {
                tx.ports().release(web);
                tx.ports().allocate(8000, api, PortSource.RANGE);
                tx.processes().delete(web);
            });
            add(store, "web");
        }
    }

    @Test
    void an_end_for_its_memory_keeps_the_limit() {
        try (Store store = open()) {
            long key = add(store, "web");
            Run decided = store.call(tx -> tx.runs().latest(key, 1)).getFirst();
            Exit end = new Exit.Signalled(9, "KILL", 64L << 20);
            store.run(tx -> tx.runs().ended(decided.key(), end, Instant.parse("2026-01-02T03:04:05.678Z")));
            assertEquals(
                    end,
                    store.call(tx -> tx.runs().withToken(decided.token()))
                            .orElseThrow()
                            .exit());
            Run shown = store.call(tx -> tx.processes().find(key)).orElseThrow().run();
            assertEquals(end, shown == null ? null : shown.exit());
        }
    }

    @Test
    void a_run_ends_once_and_the_first_end_counts() {
        try (Store store = open()) {
            long key = add(store, "web");
            Run decided = store.call(tx -> tx.runs().latest(key, 1)).getFirst();
            Identity identity = new Identity(4711, 99, "boot");
            Instant now = Instant.parse("2026-01-02T03:04:05.678Z");
            store.run(tx -> {
                tx.runs().spawned(decided.key(), identity, now);
                tx.runs().ended(decided.key(), new Exit.Signalled(9, "KILL"), now);
                tx.runs().ended(decided.key(), new Exit.Code(0), now);
            });
            Run ended = store.call(tx -> tx.runs().withToken(decided.token())).orElseThrow();
            assertEquals(new Exit.Signalled(9, "KILL"), ended.exit());
            assertEquals(identity, ended.identity());
            assertEquals(now, ended.endedAt());
        }
    }

    @Test
    void the_auditor_reads_the_views_and_nothing_else() throws SQLException {
        try (Store store = open()) {
            add(store, "web");
            Credentials credentials = Credentials.of(home.resolve("db.secret"));
            String url = Urls.again(home.resolve("tsm"));
            try (Connection auditor = Urls.connect(url, Credentials.AUDITOR, credentials.auditor());
                    var statement = auditor.createStatement()) {
                try (var row = statement.executeQuery("SELECT name FROM processes")) {
                    assertTrue(row.next());
                    assertEquals("web", row.getString(1));
                }
                for (String sql : List.of(
                        "SELECT * FROM tsm.process_env",
                        "SELECT * FROM tsm.process",
                        "DELETE FROM tsm.event",
                        "UPDATE processes SET name = 'x'",
                        "CREATE TABLE public.x (a INT)",
                        "CREATE ALIAS x AS 'int x() { return 1; }'",
                        "SELECT FILE_READ('/etc/passwd')",
                        "SHUTDOWN")) {
                    assertThrows(SQLException.class, () -> statement.execute(sql), sql);
                }
            }
        }
    }

    @Test
    void a_database_of_a_newer_tsm_is_refused_with_both_versions() throws SQLException {
        try (Store store = open()) {
            store.run(tx -> tx.settings().put("written-by", "9.9.9"));
        }
        Credentials credentials = Credentials.of(home.resolve("db.secret"));
        try (Connection owner = Urls.connect(Urls.file(home.resolve("tsm")), Credentials.OWNER, credentials.owner());
                var statement = owner.createStatement()) {
            statement.execute("UPDATE tsm.\"flyway_schema_history\" SET \"version\" = '99' WHERE \"version\" = '1'");
            statement.execute("SHUTDOWN");
        }
        TsmException refused = assertThrows(TsmException.Unavailable.class, this::open);
        assertTrue(refused.getMessage().contains("schema 99"), refused.getMessage());
        assertTrue(refused.getMessage().contains("9.9.9"), refused.getMessage());
        assertTrue(refused.getMessage().contains("0.1.0"), refused.getMessage());
    }

    @Test
    void a_damaged_file_is_moved_aside_and_the_newest_good_backup_used() throws IOException {
        try (Store store = open()) {
            add(store, "web");
            assertTrue(store.backUpDaily());
            assertFalse(store.backUpDaily(), "one a day");
            add(store, "lost");
        }
        try (FileChannel file = FileChannel.open(home.resolve("tsm.mv.db"), StandardOpenOption.WRITE)) {
            file.truncate(100);
        }
        Files.writeString(home.resolve("backups/tsm-99999999-000000-000.zip"), "no zip");
        try (Store store = open()) {
            assertEquals(1, store.notices().size());
            assertTrue(
                    store.notices().getFirst().contains("backup"),
                    store.notices().getFirst());
            assertNotNull(store.call(tx -> tx.processes().named("web")).orElseThrow());
        }
        try (Stream<Path> files = Files.list(home)) {
            assertTrue(files.anyMatch(f -> f.getFileName().toString().startsWith("tsm.broken-")));
        }
    }

    @Test
    void a_database_that_was_removed_is_replaced_by_its_backup_and_that_is_told() throws IOException {
        try (Store store = open()) {
            assertEquals(List.of(), store.notices(), "a new home has nothing to tell");
            add(store, "web");
            store.backUpDaily();
        }
        Files.delete(home.resolve("tsm.mv.db"));
        try (Store store = open()) {
            assertTrue(store.notices().getFirst().contains("is not there; the backup tsm-"), store.notices()::toString);
            assertNotNull(store.call(tx -> tx.processes().named("web")).orElseThrow());
        }
        Files.delete(home.resolve("tsm.mv.db"));
        try (Stream<Path> backups = Files.list(home.resolve("backups"))) {
            for (Path backup : backups.toList()) {
                Files.delete(backup);
            }
        }
        try (Store store = open()) {
            assertTrue(store.notices().getFirst().contains("starts with an empty one"), store.notices()::toString);
            assertEquals(List.of(), store.call(tx -> tx.processes().all()));
        }
    }

    @Test
    void rubbish_without_a_backup_gives_an_empty_database_and_a_notice() throws IOException {
        Files.writeString(home.resolve("tsm.mv.db"), "rubbish".repeat(5000));
        try (Store store = open()) {
            assertEquals(1, store.notices().size());
            assertEquals(List.of(), store.call(tx -> tx.processes().all()));
        }
    }

    @Test
    void a_transaction_that_meets_a_database_which_h2_has_closed_is_done_all_the_same() throws SQLException {
        Credentials credentials = Credentials.of(home.resolve("db.secret"));
        try (Store store = open()) {
            add(store, "web");
            for (int i = 0; i < 5; i++) {
                String name = "later" + i;
                try (Connection owner =
                                Urls.connect(Urls.again(home.resolve("tsm")), Credentials.OWNER, credentials.owner());
                        var statement = owner.createStatement()) {
                    statement.execute("SHUTDOWN IMMEDIATELY");
                } catch (SQLException closing) {
                    assertEquals(ErrorCode.DATABASE_IS_CLOSED, closing.getErrorCode(), closing.getMessage());
                }
                assertEquals(i + 1, store.call(tx -> tx.processes().all()).size());
                add(store, name);
            }
        }
    }

    /** As when the disk is full: H2 takes no more writes and has not yet closed what it gives to all who connect. */
    @Test
    void a_database_that_can_still_be_read_and_no_longer_written_is_left_for_a_new_one() throws SQLException {
        Credentials credentials = Credentials.of(home.resolve("db.secret"));
        try (Store store = open()) {
            for (int i = 0; i < 5; i++) {
                try (Connection owner =
                        Urls.connect(Urls.again(home.resolve("tsm")), Credentials.OWNER, credentials.owner())) {
                    SessionLocal session =
                            (SessionLocal) owner.unwrap(JdbcConnection.class).getSession();
                    MVStore file = session.getDatabase().getStore().getMvStore();
                    MVStoreException full = DataUtils.newMVStoreException(DataUtils.ERROR_WRITING_FAILED, "full");
                    assertEquals(full, assertThrows(MVStoreException.class, () -> file.panic(full)));
                } catch (SQLException closing) {
                    assertTrue(String.valueOf(closing.getMessage()).contains("full"), "" + closing);
                }
                assertEquals(i, store.call(tx -> tx.processes().all()).size());
                add(store, "later" + i);
            }
        }
    }

    /**
     * As when the disk is full while two transactions are under way. H2 counts the end of one twice that it fails to take
     * back, and then a thread that begins a statement in one that was open before counts for ever.
     */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_transaction_that_cannot_be_taken_back_holds_up_nobody() throws Exception {
        Credentials credentials = Credentials.of(home.resolve("db.secret"));
        try (Store store = open()) {
            for (int i = 0; i < 3; i++) {
                int before = i;
                CountDownLatch begun = new CountDownLatch(1);
                CountDownLatch broken = new CountDownLatch(1);
                FutureTask<Boolean> other = new FutureTask<>(() -> store.call(tx -> {
                    tx.settings().put("other", "begins");
                    begun.countDown();
                    await(broken);
                    tx.settings().put("other", "v" + before);
                    return true;
                }));
                Thread counting = Thread.ofPlatform().daemon().start(other);
                TsmException.Usage own = new TsmException.Usage("no such thing", "try another");
                Connection owner =
                        Urls.connect(Urls.again(home.resolve("tsm")), Credentials.OWNER, credentials.owner());
                TsmException told = assertThrows(
                        TsmException.Usage.class,
                        () -> store.run(tx -> {
                            assertEquals(before, tx.processes().all().size());
                            tx.settings().put("k", "v" + before);
                            await(begun);
                            fillDisk(owner);
                            broken.countDown();
                            Await.until(
                                    "the other counts",
                                    Duration.ofSeconds(10),
                                    () -> Stream.of(counting.getStackTrace())
                                            .anyMatch(at -> at.getMethodName().equals("registerVersionUsage")));
                            throw own;
                        }));
                assertEquals(own, told);
                try {
                    assertTrue(other.get(), "it is done again");
                    assertEquals(
                            Optional.of("v" + i), store.call(tx -> tx.settings().get("other")));
                } catch (ExecutionException e) {
                    // The database was closed in the middle of its commit: that is told, and not done twice.
                    assertInstanceOf(TsmException.Failed.class, e.getCause());
                }
                assertEquals(i, store.call(tx -> tx.processes().all()).size());
                assertEquals(Optional.empty(), store.call(tx -> tx.settings().get("k")));
                add(store, "later" + i);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** H2 finds out that it can no longer write, has counted wrong, and is about to close the file. */
    private void fillDisk(Connection owner) {
        try {
            SessionLocal session =
                    (SessionLocal) owner.unwrap(JdbcConnection.class).getSession();
            MVStore file = session.getDatabase().getStore().getMvStore();
            VarHandle current = MethodHandles.privateLookupIn(MVStore.class, MethodHandles.lookup())
                    .findVarHandle(MVStore.class, "currentTxCounter", MVStore.TxCounter.class);
            while (!current.getVolatile(file).toString().endsWith("cnt=-1")) {
                file.decrementVersionUsageCounter((MVStore.TxCounter) current.getVolatile(file));
            }
            MVStoreException full = DataUtils.newMVStoreException(DataUtils.ERROR_WRITING_FAILED, "full");
            assertThrows(MVStoreException.class, () -> file.panic(full));
        } catch (SQLException | ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_database_with_a_damaged_index_is_written_anew_from_its_tables() throws SQLException {
        long key;
        try (Store store = open()) {
            add(store, "before");
            key = add(store, "web");
            add(store, "after");
        }
        String owner = Credentials.of(home.resolve("db.secret")).owner();
        try (Connection connection = Urls.connect(Urls.file(home.resolve("tsm")), Credentials.OWNER, owner)) {
            SessionLocal session =
                    (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
            Table table = session.getDatabase().getSchema("TSM").findTableOrView(session, "PROCESS");
            Index index = table.getIndexes().stream()
                    .filter(it -> it.getName().startsWith("PROCESS_NAME_IS_UNIQUE"))
                    .findFirst()
                    .orElseThrow();
            Cursor cursor = table.getScanIndex(session).find(session, null, null, false);
            while (cursor.next()) {
                if (cursor.get().getKey() == key) {
                    index.remove(session, cursor.get());
                }
            }
            session.commit(false);
            Database.shutdown(connection);
        }
        try (Store store = open()) {
            assertTrue(store.notices().toString().contains("PROCESS_NAME_IS_UNIQUE"), () -> "" + store.notices());
            assertEquals(
                    List.of("before", "web", "after"),
                    store.call(tx -> tx.processes().all()).stream()
                            .map(it -> it.name())
                            .toList());
            assertThrows(TsmException.Conflict.class, () -> add(store, "web"));
            store.run(tx -> tx.processes().delete(key));
            add(store, "web");
        }
        try (Store store = open()) {
            assertEquals(List.of(), store.notices());
            assertEquals(3, store.call(tx -> tx.processes().all()).size());
        }
    }

    @Test
    void everything_it_writes_is_for_its_owner_alone() throws IOException, SQLException {
        try (Store store = open()) {
            store.backUpDaily();
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                        file.toString());
            }
        }
    }

    @Test
    void the_file_stays_bounded_over_thousands_of_commits() throws IOException, SQLException {
        try (Store store = open()) {
            long key = add(store, "web");
            long after = 0;
            long commits = store.commits();
            for (int round = 1; round <= 6; round++) {
                for (int i = 0; i < 1000; i++) {
                    int restarts = i;
                    store.run(tx -> tx.processes()
                            .saveLife(
                                    key,
                                    new Lifecycle(Lifecycle.NEW.wanted(), Lifecycle.NEW.status(), 1, 0, 0, restarts)));
                }
                store.compact(Duration.ofSeconds(2));
                long size = Files.size(home.resolve("tsm.mv.db"));
                after = size;
            }
            assertTrue(after < 4_000_000, "the file has " + after + " bytes");
            assertTrue(store.commits() - commits >= 6000, store.commits() + " commits after " + commits);
        }
        try (Store again = open()) {
            ManagedProcess web = again.call(tx -> tx.processes().named("web")).orElseThrow();
            assertEquals(999, web.life().restarts());
        }
    }
}
