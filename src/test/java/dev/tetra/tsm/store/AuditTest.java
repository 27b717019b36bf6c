package dev.tetra.tsm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.CommandRecord;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ResultColumn;
import dev.tetra.tsm.model.RowSink;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.spec.SecretMasking;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the auditor sees, and what it cannot do. */
class AuditTest {
    private static final BuildInfo BUILD = new BuildInfo("0.1.0", "0.1.0+1");

    @TempDir
    Path home;

    private final SetClock clock = new SetClock(Instant.parse("2026-03-01T12:00:00Z"));
    private Store store;

    /** A clock that stands until it is set. */
    private static final class SetClock extends Clock {
        private volatile Instant now;

        SetClock(Instant now) {
            this.now = now;
        }

        void set(String instant) {
            now = Instant.parse(instant);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    /** Keeps rows as lists. */
    private static final class Rows implements RowSink {
        final List<String> names = new ArrayList<>();
        final List<List<? extends @Nullable Object>> all = new ArrayList<>();

        @Override
        public void columns(List<ResultColumn> columns) {
            columns.forEach(column -> names.add(column.name()));
        }

        @Override
        public void row(List<? extends @Nullable Object> values) {
            all.add(values);
        }

        @Override
        public void end() {}
    }

    @BeforeEach
    void open() {
        store = Store.open(home, BUILD, clock, null, new SecretMasking());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Rows ask(String sql) throws IOException {
        Rows rows = new Rows();
        store.auditor().read(Auditor.statements(sql), Map.of(), Duration.ofSeconds(20), cancel -> {}, () -> rows);
        return rows;
    }

    private SqlProblem refused(String sql) {
        return assertThrows(SqlProblem.class, () -> ask(sql), sql);
    }

    private long add(String name, String... argv) {
        return store.decide(tx -> tx.processes()
                .insert(
                        tx.processes().nextId(),
                        name,
                        Specs.of(argv.length == 0 ? new String[] {"/bin/true"} : argv),
                        Lifecycle.NEW));
    }

    private void life(long key, Wanted wanted, Status status) {
        store.run(tx -> tx.processes().saveLife(key, new Lifecycle(wanted, status, 1, 0, 0, 0)));
    }

    @Test
    void no_view_shows_a_secret() throws IOException {
        long key = add("web", "/bin/web", "--token=s3cret", "PASSWORD=s3cret");
        store.run(tx -> {
            tx.environments()
                    .save(
                            key,
                            EnvSource.CALLER,
                            List.of(
                                    new EnvVar("DB_PASSWORD", "s3cret", EnvSource.CALLER),
                                    new EnvVar("DB", "postgres://u:s3cret@host/db", EnvSource.CALLER)));
            tx.journal().configEvent(Origin.USER, "called with --password s3cret");
            tx.journal()
                    .command(new CommandRecord(
                            clock.instant(), "anna", 1, "/", "start", 1, "failed: API_TOKEN=s3cret", Duration.ZERO));
            long run = tx.runs().decide(key, 1, "t", RunCause.START);
            tx.runs().ended(run, new Exit.Unknown("not executed: SECRET=s3cret"), clock.instant());
        });
        for (String view : store.views().keySet()) {
            Rows rows = ask("SELECT * FROM " + view);
            assertFalse(rows.all.toString().contains("s3cret"), view + " " + rows.all);
        }
        assertEquals(
                List.of(List.of("/bin/web '--token=********' 'PASSWORD=********'")),
                ask("SELECT command FROM processes").all);
    }

    @Test
    void rows_of_an_older_tsm_show_nothing_until_they_were_looked_at() throws IOException, SQLException {
        long key = add("web", "/bin/web", "--token=s3cret", "-v");
        store.run(tx ->
                tx.environments().save(key, EnvSource.FILE, List.of(new EnvVar("LEVEL", "debug", EnvSource.FILE))));
        try (Connection owner = AuditFixture.owner(home);
                Statement statement = owner.createStatement()) {
            statement.execute("UPDATE tsm.process SET command_shown = NULL");
            statement.execute("UPDATE tsm.process_env SET shown = NULL, fingerprint = NULL");
        }
        String sql = "SELECT p.command, e.shown, e.fingerprint IS NULL FROM processes p"
                + " JOIN environments e ON e.process_key = p.process_key";
        assertEquals(List.of(List.of("********", "********", true)), ask(sql).all);
        assertEquals(Integer.valueOf(2), store.call(tx -> tx.oldRows().mask()));
        assertEquals(Integer.valueOf(0), store.call(tx -> tx.oldRows().mask()));
        assertEquals(List.of(List.of("/bin/web '--token=********' -v", "debug", false)), ask(sql).all);
    }

    @Test
    void a_database_of_an_older_tsm_is_brought_up_and_shows_no_secret() throws IOException, SQLException {
        Path old = createdFolder(home.resolve("old"));
        Credentials credentials = Credentials.of(old.resolve("db.secret"));
        String url = Urls.file(old.resolve("tsm"));
        Flyway.configure()
                .dataSource(url, Credentials.OWNER, credentials.owner())
                .locations("classpath:db/migration")
                .defaultSchema("TSM")
                .schemas("TSM")
                .createSchemas(true)
                .target("3")
                .load()
                .migrate();
        // as the store does: what H2 has made by one connection is of use to others once it was read from the file
        try (Connection owner = Urls.connect(url, Credentials.OWNER, credentials.owner());
                Statement statement = owner.createStatement()) {
            statement.execute("SHUTDOWN");
        }
        try (Connection owner = Urls.connect(url, Credentials.OWNER, credentials.owner());
                Statement statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO tsm.process (tsm_id, name, namespace, kind, type, command, argv, executable, cwd, umask,
                      restart_policy, backoff_min_ms, backoff_max_ms, stable_after_ms, min_uptime_ms, max_unstable,
                      stop_signal, kill_timeout_ms, wanted, status, generation, attempt, unstable, restarts, created_at)
                    VALUES (0, 'web', 'default', 'binary', 'pid', 'web --token s3cret', ARRAY['web'], '/bin/web', '/', 18,
                      'no', 0, 0, 0, 0, 1, 'TERM', 0, 'run', 'online', 1, 0, 0, 0, CURRENT_TIMESTAMP)
                    """);
            statement.execute("INSERT INTO tsm.process_env VALUES (1, 'PASS', 'file', 's3cret')");
            statement.execute("SHUTDOWN");
        }
        try (Store opened = Store.open(old, BUILD, clock, null, new SecretMasking())) {
            Rows rows = new Rows();
            List<String> sql = List.of("SELECT p.command, e.shown, w.state FROM processes p"
                    + " JOIN environments e ON e.process_key = p.process_key"
                    + " JOIN wanted_times w ON w.process_key = p.process_key");
            opened.auditor().read(sql, Map.of(), Duration.ofSeconds(20), cancel -> {}, () -> rows);
            while (opened.call(tx -> tx.oldRows().mask()) > 0) {
                // until nothing is left to look at
            }
            opened.auditor().read(sql, Map.of(), Duration.ofSeconds(20), cancel -> {}, () -> rows);
            assertEquals(
                    List.of(
                            List.of("********", "********", "online"),
                            List.of("web --token '********'", "********", "online")),
                    rows.all);
        }
    }

    @Test
    void secrets_can_be_compared_and_not_guessed() throws IOException {
        long one = add("one");
        long other = add("other");
        store.run(tx -> {
            tx.environments()
                    .save(
                            one,
                            EnvSource.FILE,
                            List.of(
                                    new EnvVar("KEY", "same", EnvSource.FILE),
                                    new EnvVar("PASS", "a", EnvSource.FILE)));
            tx.environments()
                    .save(
                            other,
                            EnvSource.FILE,
                            List.of(
                                    new EnvVar("KEY", "same", EnvSource.FILE),
                                    new EnvVar("PASS", "b", EnvSource.FILE)));
        });
        assertEquals(
                List.of(List.of("KEY", 1L), List.of("PASS", 2L)),
                ask("SELECT variable, COUNT(DISTINCT fingerprint) FROM environments GROUP BY variable ORDER BY 1").all);
        String mine = String.valueOf(ask("SELECT fingerprint FROM environments WHERE name = 'one' AND variable = 'KEY'")
                .all
                .getFirst()
                .getFirst());
        Path elsewhere = home.resolve("elsewhere");
        try (Store second = Store.open(createdFolder(elsewhere), BUILD, clock, null, new SecretMasking())) {
            long key = second.decide(tx -> tx.processes().insert(0, "x", Specs.of("/bin/true"), Lifecycle.NEW));
            second.run(tx ->
                    tx.environments().save(key, EnvSource.FILE, List.of(new EnvVar("KEY", "same", EnvSource.FILE))));
            Rows rows = new Rows();
            second.auditor()
                    .read(
                            List.of("SELECT fingerprint FROM environments"),
                            Map.of(),
                            Duration.ofSeconds(20),
                            c -> {},
                            () -> rows);
            assertNotEquals(mine, rows.all.getFirst().getFirst());
        }
        assertEquals(
                SqlProblem.Kind.FORBIDDEN,
                refused("SELECT text FROM tsm.setting").kind());
    }

    private static Path createdFolder(Path folder) throws IOException {
        return Files.createDirectories(folder);
    }

    @Test
    void the_variable_that_wins_is_the_one_that_is_shown() throws IOException {
        long key = add("web");
        store.run(tx -> {
            tx.environments().save(key, EnvSource.CALLER, List.of(new EnvVar("A", "1", EnvSource.CALLER)));
            tx.environments().save(key, EnvSource.OPTION, List.of(new EnvVar("A", "3", EnvSource.OPTION)));
            tx.environments().save(key, EnvSource.FILE, List.of(new EnvVar("A", "2", EnvSource.FILE)));
        });
        assertEquals(List.of(List.of("option", "3")), ask("SELECT source, shown FROM environments").all);
    }

    private void assertCommented() throws IOException {
        Rows bare = ask("""
                SELECT c.table_name, c.column_name FROM information_schema.columns c
                JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
                WHERE c.table_schema = 'PUBLIC' AND (c.remarks IS NULL OR t.remarks IS NULL)
                """);
        assertEquals(List.of(), bare.all);
    }

    @Test
    void the_comments_are_there_again_when_h2_has_closed_the_database_under_the_daemon() throws Exception {
        add("web");
        assertCommented();
        Credentials credentials = Credentials.of(home.resolve("db.secret"));
        try (Connection owner = Urls.connect(Urls.again(home.resolve("tsm")), Credentials.OWNER, credentials.owner());
                var statement = owner.createStatement()) {
            statement.execute("SHUTDOWN IMMEDIATELY");
        } catch (SQLException closing) {
            assertEquals(ErrorCode.DATABASE_IS_CLOSED, closing.getErrorCode(), closing.getMessage());
        }
        assertEquals(1, store.call(tx -> tx.processes().all()).size());
        assertCommented();
    }

    @Test
    void every_column_of_every_view_has_a_comment() throws IOException {
        assertCommented();
        Rows differ = ask("""
                SELECT c.table_name, c.column_name, c.ordinal_position, d.position FROM information_schema.columns c
                LEFT JOIN documentation d
                  ON d.view_name = LOWER(c.table_name) AND d.column_name = LOWER(c.column_name)
                WHERE c.table_schema = 'PUBLIC' AND d.position IS DISTINCT FROM c.ordinal_position
                """);
        assertEquals(List.of(), differ.all);
    }

    @Test
    void availability_is_exact_over_midnight_and_counts_only_wanted_time() throws IOException {
        clock.set("2026-03-01T22:00:00Z");
        long key = add("web");
        clock.set("2026-03-01T22:00:01Z");
        life(key, Wanted.RUN, Status.ONLINE);
        clock.set("2026-03-02T12:00:00Z");
        life(key, Wanted.RUN, Status.WAITING);
        clock.set("2026-03-02T12:00:30Z");
        life(key, Wanted.RUN, Status.STARTING);
        clock.set("2026-03-02T12:01:00Z");
        life(key, Wanted.RUN, Status.ONLINE);
        clock.set("2026-03-03T06:00:00Z");
        life(key, Wanted.STOP, Status.STOPPING);
        clock.set("2026-03-03T06:00:05Z");
        life(key, Wanted.STOP, Status.STOPPED);
        clock.set("2026-03-03T18:00:00Z");
        store.run(tx -> tx.processes().delete(key));
        String sql = "SELECT CAST(day_utc AS VARCHAR), wanted_seconds, online_seconds, availability FROM availability"
                + " ORDER BY 1";
        assertEquals(
                List.of(
                        List.of("2026-03-01", seconds(7200), seconds(7199), new BigDecimal("0.999861")),
                        List.of("2026-03-02", seconds(86_400), seconds(86_340), new BigDecimal("0.999306")),
                        List.of("2026-03-03", seconds(21_600), seconds(21_600), new BigDecimal("1.000000"))),
                ask(sql).all);
    }

    private static BigDecimal seconds(long seconds) {
        return BigDecimal.valueOf(seconds).setScale(3);
    }

    @Test
    void a_stretch_that_still_goes_on_counts_until_now() throws IOException {
        Instant hourAgo = Instant.now().minusSeconds(3600);
        clock.set(hourAgo.toString());
        long key = add("web");
        life(key, Wanted.RUN, Status.ONLINE);
        Rows rows = ask("SELECT SUM(online_seconds), SUM(wanted_seconds) FROM availability");
        double online = ((Number) Objects.requireNonNull(rows.all.getFirst().get(0))).doubleValue();
        assertTrue(online >= 3599 && online < 3660, "online for " + online + " s");
    }

    @Test
    void a_process_that_ended_with_success_is_not_wanted_any_more() throws IOException {
        long key = add("job");
        life(key, Wanted.RUN, Status.ONLINE);
        clock.set("2026-03-01T12:10:00Z");
        life(key, Wanted.RUN, Status.EXITED);
        clock.set("2026-03-01T13:00:00Z");
        life(key, Wanted.RUN, Status.STARTING);
        clock.set("2026-03-01T13:00:10Z");
        life(key, Wanted.STOP, Status.STOPPED);
        assertEquals(
                List.of(List.of(seconds(610), seconds(600))),
                ask("SELECT wanted_seconds, online_seconds FROM availability").all);
    }

    @Test
    void time_in_which_no_daemon_looked_counts_only_for_what_lived_through_it() throws IOException {
        long lived = add("lived");
        long died = add("died");
        life(lived, Wanted.RUN, Status.ONLINE);
        life(died, Wanted.RUN, Status.ONLINE);
        clock.set("2026-03-01T13:00:00Z");
        store.run(tx -> tx.spans().seen());
        clock.set("2026-03-01T15:00:00Z");
        store.run(tx -> {
            tx.spans().unseen();
            tx.spans().seenAgain(lived);
        });
        life(died, Wanted.RUN, Status.STARTING);
        clock.set("2026-03-01T15:00:10Z");
        life(died, Wanted.RUN, Status.ONLINE);
        clock.set("2026-03-01T16:00:00Z");
        life(lived, Wanted.STOP, Status.STOPPED);
        life(died, Wanted.STOP, Status.STOPPED);
        assertEquals(
                List.of(
                        List.of("died", seconds(7200), seconds(7190), seconds(7200)),
                        List.of("lived", seconds(14_400), seconds(14_400), seconds(0))),
                ask("SELECT name, wanted_seconds, online_seconds, unseen_seconds FROM availability ORDER BY 1").all);
    }

    @Test
    void restarts_are_counted_by_the_day_of_utc() throws IOException {
        long key = add("web");
        for (String at : List.of("2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z", "2026-03-02T10:00:00Z")) {
            clock.set(at);
            store.run(tx -> tx.runs().decide(key, 1, at, at.contains("10:00") ? RunCause.RESTART : RunCause.EXIT));
        }
        store.run(tx -> tx.runs().decide(key, 1, "first", RunCause.START));
        assertEquals(
                List.of(List.of("2026-03-01", 1L, 0L, 1L), List.of("2026-03-02", 2L, 1L, 1L)),
                ask("SELECT CAST(day_utc AS VARCHAR), restarts, by_user, after_exit FROM restarts_by_day ORDER BY 1")
                        .all);
    }

    @Test
    void whatever_changes_something_or_looks_elsewhere_is_refused() throws IOException {
        add("web");
        Path file = home.resolve("out.txt");
        for (String sql : List.of(
                "DELETE FROM processes",
                "UPDATE processes SET name = 'x'",
                "INSERT INTO events (message) VALUES ('x')",
                "CREATE TABLE x (a INT)",
                "CREATE LOCAL TEMPORARY TABLE x (a INT)",
                "CREATE ALIAS x FOR 'java.lang.System.getProperty'",
                "CREATE ALIAS x AS 'int x() { return 1; }'",
                "CREATE LINKED TABLE x ('', 'jdbc:h2:mem:x', '', '', 'T')",
                "CALL LINK_SCHEMA('a', '', 'jdbc:h2:mem:x', 'sa', '', 'PUBLIC')",
                "SCRIPT",
                "SCRIPT TO '" + file + "'",
                "RUNSCRIPT FROM '/etc/passwd'",
                "BACKUP TO '" + file + "'",
                "SHUTDOWN",
                "SELECT * FROM CSVREAD('/etc/passwd')",
                "CALL CSVWRITE('" + file + "', 'SELECT 1')",
                "SELECT FILE_READ('/etc/passwd')",
                "SELECT FILE_WRITE('x', '" + file + "')",
                "SELECT * FROM tsm.process_env",
                "SELECT * FROM tsm.setting",
                "SELECT COUNT(*) FROM tsm.process",
                "TABLE tsm.process",
                "EXPLAIN SELECT * FROM tsm.process",
                "SELECT CANCEL_SESSION(1)",
                "SELECT ABORT_SESSION(1)",
                "SELECT MEMORY_USED()",
                "SET PASSWORD 'x'",
                "SET EXCLUSIVE 1",
                "SET WRITE_DELAY 1000",
                "SET SCHEMA tsm",
                "ALTER USER auditor SET PASSWORD 'x'",
                "ALTER USER auditor ADMIN TRUE",
                "GRANT SELECT ON SCHEMA tsm TO auditor",
                "CREATE USER x PASSWORD 'x' ADMIN",
                "DROP VIEW processes",
                "COMMENT ON VIEW processes IS 'x'",
                "CREATE TRIGGER x BEFORE SELECT ON processes CALL 'x'",
                "COMMIT")) {
            assertEquals(SqlProblem.Kind.FORBIDDEN, refused(sql).kind(), sql);
        }
        assertFalse(Files.exists(file));
        assertEquals(1, ask("SELECT * FROM processes").all.size());
    }

    @Test
    void of_the_catalogue_it_sees_nobody_elses_statements_and_no_other_role() throws IOException {
        assertEquals(
                List.of(List.of("AUDITOR")), ask("SELECT DISTINCT user_name FROM information_schema.sessions").all);
        assertEquals(
                List.of(List.of("AUDITOR", false)),
                ask("SELECT user_name, is_admin FROM information_schema.users").all);
        assertFalse(ask("SELECT * FROM information_schema.settings")
                .all
                .toString()
                .contains(Credentials.of(home.resolve("db.secret")).owner()));
    }

    @Test
    void a_reader_does_not_hold_up_a_writer() throws IOException {
        long key = add("web");
        RowSink slow = new RowSink() {
            @Override
            public void columns(List<ResultColumn> columns) {}

            @Override
            public void row(List<? extends @Nullable Object> values) {
                life(key, Wanted.RUN, Status.ONLINE);
                store.run(tx -> tx.processes().delete(key));
            }

            @Override
            public void end() {}
        };
        store.auditor()
                .read(
                        List.of("SELECT * FROM processes FOR UPDATE"),
                        Map.of(),
                        Duration.ofSeconds(20),
                        cancel -> {},
                        () -> slow);
        assertEquals(List.of(), store.call(tx -> tx.processes().all()));
    }

    @Test
    void an_error_names_the_place_and_the_word() {
        SqlProblem syntax = refused("SELECT name\n  FORM processes");
        assertEquals(SqlProblem.Kind.SYNTAX, syntax.kind());
        assertEquals("SELECT name\n  FORM ".length(), syntax.offset());
        SqlProblem view = refused("SELECT * FROM proceses");
        assertEquals(SqlProblem.Kind.NO_SUCH_VIEW, view.kind());
        assertEquals("PROCESES", view.name());
        assertEquals(14, view.offset());
        SqlProblem column = refused("SELECT 'ü', nam FROM processes");
        assertEquals(SqlProblem.Kind.NO_SUCH_COLUMN, column.kind());
        assertEquals(12, column.offset());
        assertEquals(SqlProblem.Kind.DATA, refused("SELECT 1 / 0").kind());
    }

    @Test
    void statements_are_split_where_sql_ends_them() {
        assertEquals(
                List.of("SELECT ';'", "\nSELECT /* ; */ 2", "\n-- a ; b\nSELECT $$;$$"),
                Auditor.statements("SELECT ';';\nSELECT /* ; */ 2;\n-- a ; b\nSELECT $$;$$;\n-- end"));
        assertEquals(List.of(), Auditor.statements(" ; -- nothing\n;"));
    }

    @Test
    void a_query_that_takes_too_long_is_ended() {
        SqlProblem problem = assertThrows(
                SqlProblem.class,
                () -> store.auditor()
                        .read(
                                List.of("SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) a, SYSTEM_RANGE(1, 100000) b"),
                                Map.of(),
                                Duration.ofMillis(200),
                                cancel -> {},
                                Rows::new));
        assertEquals(SqlProblem.Kind.CANCELLED, problem.kind());
    }

    @Test
    void a_query_whose_client_went_away_is_ended() {
        SqlProblem problem = assertThrows(
                SqlProblem.class,
                () -> store.auditor()
                        .read(
                                List.of("SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) a, SYSTEM_RANGE(1, 100000) b"),
                                Map.of(),
                                Duration.ofMinutes(10),
                                cancel -> Thread.ofVirtual().start(cancel),
                                Rows::new));
        assertEquals(SqlProblem.Kind.CANCELLED, problem.kind());
    }

    @Test
    void history_that_is_too_old_goes_and_what_is_needed_stays() throws IOException {
        clock.set("2026-01-01T00:00:00Z");
        long live = add("live");
        long gone = add("gone");
        store.run(tx -> {
            long old = tx.runs().decide(live, 1, "old", RunCause.START);
            tx.runs().ended(old, new Exit.Code(1), clock.instant());
            long present = tx.runs().decide(live, 2, "present", RunCause.EXIT);
            tx.runs().ended(present, new Exit.Code(1), clock.instant());
            tx.processes().setRun(live, present);
            long last = tx.runs().decide(gone, 1, "last", RunCause.START);
            tx.processes().setRun(gone, last);
            tx.runs().ended(last, new Exit.Code(0), clock.instant());
            tx.environments().save(gone, EnvSource.FILE, List.of(new EnvVar("A", "1", EnvSource.FILE)));
            tx.ports().allocate(8000, live, PortSource.RANGE);
            tx.processes().delete(gone);
            for (int i = 0; i < 1200; i++) {
                tx.journal().daemonEvent("event " + i);
            }
            tx.journal().command(new CommandRecord(clock.instant(), "anna", 1, "/", "old", 0, null, Duration.ZERO));
        });
        clock.set("2026-06-01T00:00:00Z");
        store.run(tx -> {
            tx.journal().daemonEvent("new");
            tx.journal().command(new CommandRecord(clock.instant(), "anna", 1, "/", "new", 0, null, Duration.ZERO));
        });
        Instant before = Instant.parse("2026-05-01T00:00:00Z");
        History.Keep keep = new History.Keep(before, before, before, 1000);
        int rounds = 0;
        while (store.call(tx -> tx.history().prune(keep)) > 0) {
            rounds++;
        }
        assertTrue(rounds > 1, "in several transactions");
        assertEquals(List.of(List.of("new")), ask("SELECT message FROM events").all);
        assertEquals(List.of(List.of("new")), ask("SELECT words FROM commands").all);
        assertEquals(List.of(List.of("live")), ask("SELECT name FROM processes").all);
        assertEquals(List.of(List.of("live", "exit")), ask("SELECT name, cause FROM runs").all);
        assertEquals(List.of(List.of(8000)), ask("SELECT port FROM ports").all);
    }

    @Test
    void of_too_much_history_the_oldest_goes() throws IOException {
        store.run(tx -> {
            for (int i = 1; i <= 2500; i++) {
                tx.journal().daemonEvent("event " + i);
            }
        });
        History.Keep keep = new History.Keep(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, 1000);
        while (store.call(tx -> tx.history().prune(keep)) > 0) {
            // until nothing is left to drop
        }
        assertEquals(
                List.of(List.of(1000L, "event 1501")),
                ask("SELECT COUNT(*), (SELECT message FROM events ORDER BY event_key LIMIT 1) FROM events").all);
    }

    @Test
    void the_file_gives_back_what_was_dropped() throws IOException {
        for (int round = 0; round < 5; round++) {
            store.run(tx -> {
                for (int i = 0; i < 4000; i++) {
                    tx.journal().daemonEvent("an event with a message that has some length " + i);
                }
            });
            History.Keep keep = new History.Keep(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, 1000);
            while (store.call(tx -> tx.history().prune(keep)) > 0) {
                // until nothing is left to drop
            }
            store.compact(Duration.ofSeconds(2));
        }
        long size = Files.size(home.resolve("tsm.mv.db"));
        assertTrue(size < 4_000_000, "the file has " + size + " bytes");
    }

    @Test
    void another_program_reads_the_views_and_does_nothing_else() throws SQLException, IOException {
        add("web");
        Store.Access access = store.letIn();
        try (Connection tool = Urls.connect(access.url(), access.user(), access.password());
                Statement statement = tool.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT name FROM processes")) {
                assertTrue(row.next());
                assertEquals("web", row.getString(1));
            }
            for (String sql : List.of(
                    "SELECT * FROM tsm.process",
                    "DELETE FROM processes",
                    "CREATE ALIAS x AS 'int x() { return 1; }'",
                    "SELECT FILE_READ('/etc/passwd')",
                    "BACKUP TO '" + home.resolve("b.zip") + "'",
                    "ALTER USER auditor ADMIN TRUE",
                    "SHUTDOWN")) {
                assertThrows(SQLException.class, () -> statement.execute(sql), sql);
            }
            // H2 lets every role change its own password
            statement.execute("SET PASSWORD 'taken'");
        }
        assertEquals(1, ask("SELECT * FROM processes").all.size(), "the password is set back");
        Store.Access again = store.letIn();
        assertEquals(access, again);
        Urls.connect(again.url(), again.user(), again.password()).close();
        String server = access.url().substring(0, access.url().lastIndexOf('/') + 1);
        for (String other :
                List.of("other", "mem:x", "tsm2", home.resolve("tsm").toString(), "~/x")) {
            assertThrows(
                    SQLException.class, () -> Urls.connect(server + other, access.user(), access.password()), other);
        }
        assertThrows(SQLException.class, () -> Urls.connect(access.url(), access.user(), "wrong"));
        int port = Integer.parseInt(access.url().replaceAll(".*:([0-9]+)/.*", "$1"));
        assertThrows(IOException.class, () -> new Socket("127.0.0.2", port).close(), "on loopback's one address");
    }
}
