package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The views as users and other programs read them. */
class SqlIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome tsm;

    @BeforeEach
    void open() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void close() throws IOException {
        tsm.close();
    }

    private static String field(String json, String name) {
        Matcher field = Pattern.compile("\"" + name + "\": \"([^\"]*)\"").matcher(json);
        assertTrue(field.find(), name + " in " + json);
        return field.group(1);
    }

    /** H2's own tool, in a program of its own. */
    private static List<String> shell(String url, String user, String password, String sql) throws IOException {
        Path lib = Path.of(System.getProperty("tsm.root"), "target", "lib");
        try (Stream<Path> files = Files.list(lib)) {
            String jar = files.filter(file -> file.getFileName().toString().startsWith("h2-"))
                    .findFirst()
                    .orElseThrow()
                    .toString();
            List<String> words = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", jar));
            words.addAll(List.of("org.h2.tools.Shell", "-url", url, "-user", user, "-password", password, "-sql", sql));
            return words;
        }
    }

    @Test
    void what_happened_is_read_in_every_form() {
        tsm.tsm("start", "--name", "web", "-e", "API_KEY=s3cret", "sleep 1000").expect(0);
        tsm.tsm("stop", "web").expect(0);
        assertEquals(
                "name,status,wanted\r\nweb,stopped,stop\r\n",
                tsm.tsm("sql", "--csv", "SELECT name, status, wanted FROM processes")
                        .expect(0)
                        .out());
        String json = tsm.tsm("sql", "--json", "SELECT shown FROM environments WHERE variable = 'API_KEY'")
                .expect(0)
                .out();
        assertEquals("[\n  {\"shown\":\"********\"}\n]\n", json);
        assertTrue(tsm.tsm("sql", "--recipe", "who-does-what").expect(0).out().contains("stop"));
        assertEquals("", tsm.tsm("sql", "SELECT * FROM nothing").expect(2).out());
        assertTrue(tsm.tsm("sql", "--json", "DELETE FROM processes")
                .expect(1)
                .out()
                .startsWith("{\n  \"error\""));
    }

    @Test
    void a_million_rows_and_a_greedy_query_do_not_hurt_the_daemon() {
        tsm.tsm("start", "--name", "web", "sleep 1000").expect(0);
        long pid = tsm.daemonPid();
        String counted = tsm.bash("tsm sql --csv 'SELECT x FROM SYSTEM_RANGE(1, 1000000)' | tail -n 1")
                .expect(0)
                .out();
        assertEquals("1000000", counted.strip());
        TsmHome.Result greedy = tsm.tsm("sql", "SELECT ARRAY_AGG(x) FROM SYSTEM_RANGE(1, 100000000)")
                .expect(1);
        assertTrue(greedy.err().contains("too much memory"), greedy.err());
        assertEquals(
                "1",
                tsm.bash("tsm sql --csv 'SELECT 1 AS x' | tail -n 1")
                        .expect(0)
                        .out()
                        .strip());
        tsm.tsm("stop", "web").expect(0);
        assertEquals(pid, tsm.daemonPid());
    }

    @Test
    void a_value_larger_than_all_memory_ends_its_query_and_not_the_daemon() {
        tsm.tsm("start", "--name", "web", "sleep 1000").expect(0);
        long pid = tsm.daemonPid();
        for (String query : List.of(
                "SELECT REPEAT('x', 1000000000)",
                "SELECT REPEAT('x', 1000000000 + x) FROM SYSTEM_RANGE(1, 1)",
                "SELECT REPEAT(name, 30000000) FROM processes")) {
            for (String form : List.of("--csv", "--json")) {
                TsmHome.Result greedy = tsm.tsm("sql", form, query).expect(1);
                assertTrue((greedy.err() + greedy.out()).contains("too much memory"), query + greedy.err());
            }
            assertEquals("web\n", tsm.tsm("list", "-q").expect(0).out());
        }
        tsm.tsm("stop", "web").expect(0);
        assertEquals(
                "status\nstopped\n",
                tsm.tsm("sql", "SELECT status FROM processes").expect(0).out());
        assertEquals(pid, tsm.daemonPid());
    }

    @Test
    void ctrl_c_ends_the_query_in_the_daemon() throws IOException, InterruptedException {
        tsm.tsm("start", "--name", "web", "sleep 1000").expect(0);
        Process query = tsm.start(List.of(
                tsm.launcher().toString(),
                "sql",
                "--timeout",
                "10m",
                "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 1000000) a, SYSTEM_RANGE(1, 1000000) b"));
        Await.until("the query runs", SOON, () -> cpuTicks() > 20);
        query.destroy();
        assertTrue(query.waitFor(10, TimeUnit.SECONDS));
        long[] since = {System.nanoTime(), cpuTicks()};
        Await.until("the daemon rests", SOON, () -> {
            if (System.nanoTime() - since[0] < 500_000_000L) {
                return false;
            }
            long computed = cpuTicks() - since[1];
            since[0] = System.nanoTime();
            since[1] += computed;
            return computed < 20;
        });
    }

    /** Hundredths of a second that the daemon has computed. */
    private long cpuTicks() {
        try {
            String stat = Files.readString(Path.of("/proc", "" + tsm.daemonPid(), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    void another_program_reads_while_the_daemon_is_up_and_while_it_is_down() throws Exception {
        tsm.tsm("start", "--name", "web", "sleep 1000").expect(0);
        String access = tsm.tsm("sql", "--url", "--json").expect(0).out();
        String user = field(access, "user");
        String password = field(access, "password");
        String sql = "SELECT name, status FROM processes";
        TsmHome.Result online = tsm.run(shell(field(access, "url"), user, password, sql), new byte[0]);
        assertTrue(online.out().contains("web") && online.out().contains("online"), online.out() + online.err());
        TsmHome.Result refused =
                tsm.run(shell(field(access, "url"), user, password, "DELETE FROM tsm.event"), new byte[0]);
        assertTrue((refused.out() + refused.err()).contains("Not enough rights"), refused.out() + refused.err());

        tsm.tsm("daemon", "stop").expect(0);
        String offlineUrl = field(access, "offlineUrl");
        TsmHome.Result offline = tsm.run(shell(offlineUrl, user, password, sql), new byte[0]);
        assertTrue(offline.out().contains("web"), offline.out() + offline.err());
        Path file = tsm.home().resolve("tsm.mv.db");
        byte[] before = Files.readAllBytes(file);
        for (String change : List.of("DELETE FROM tsm.event", "SET PASSWORD 'x'", "CREATE TABLE x (a INT)")) {
            tsm.run(shell(offlineUrl, user, password, change), new byte[0]);
        }
        assertArrayEquals(before, Files.readAllBytes(file), "the file is as it was");
    }

    @Test
    void a_tool_that_reads_the_file_does_not_keep_the_daemon_from_starting() throws Exception {
        tsm.tsm("start", "--name", "web", "sleep 1000").expect(0);
        String access = tsm.tsm("sql", "--url", "--json").expect(0).out();
        tsm.tsm("daemon", "stop").expect(0);
        List<String> words = new ArrayList<>(
                shell(field(access, "offlineUrl"), field(access, "user"), field(access, "password"), "x"));
        words.removeLast();
        words.removeLast();
        Process reader = tsm.start(words);
        try {
            reader.getOutputStream()
                    .write("SELECT 'it is ' || 'open' FROM processes;\n".getBytes(StandardCharsets.UTF_8));
            reader.getOutputStream().flush();
            StringBuilder seen = new StringBuilder();
            Await.until("the tool has the file open", SOON, () -> {
                try {
                    while (reader.getInputStream().available() > 0) {
                        seen.append((char) reader.getInputStream().read());
                    }
                } catch (IOException e) {
                    return false;
                }
                return seen.indexOf("it is open") >= 0;
            });
            tsm.tsm("list").expect(0);
            tsm.tsm("stop", "web").expect(0);
            assertTrue(reader.isAlive());
        } finally {
            reader.destroy();
            reader.waitFor(10, TimeUnit.SECONDS);
        }
        assertEquals(
                "status\nstopped\n",
                tsm.tsm("sql", "SELECT status FROM processes").expect(0).out());
    }

    @Test
    void statements_on_stdin_are_one_document_of_json() {
        assertEquals(
                "[\n[\n  {\"a\":1}\n],\n[\n  {\"b\":2}\n]\n]\n",
                tsm.bash("printf 'SELECT 1 AS a;\\nSELECT 2 AS b' | tsm sql --json")
                        .expect(0)
                        .out());
        assertTrue(tsm.bash("printf 'SELECT 1;\\nSELECT x y z;' | tsm sql --json")
                .expect(2)
                .out()
                .startsWith("{"));
    }

    @Test
    void without_a_stdin_there_is_no_statement() {
        TsmHome.Result closed = tsm.bash("tsm sql <&-").expect(2);
        assertTrue(closed.err().contains("there is no statement on stdin"), closed.err());
        assertFalse(closed.err().contains("xception"), closed.err());
    }

    @Test
    void what_is_set_and_not_in_the_query_is_wrong() {
        TsmHome.Result unknown = tsm.tsm("sql", "--recipe", "before-the-end", "--set", "nmae=web")
                .expect(2);
        assertTrue(unknown.err().contains("there is no @nmae in recipe before-the-end"), unknown.err());
        assertTrue(unknown.err().contains("@name"), unknown.err());
        tsm.tsm("sql", "--set", "x=1", "SELECT 1").expect(2);
        assertEquals(
                "x\n1\n",
                tsm.tsm("sql", "--set", "a=1", "SELECT @A AS x").expect(0).out());
    }

    @Test
    void settings_outlive_the_daemon() {
        assertEquals(
                "30d\n", tsm.tsm("config", "set", "keep-runs", "30d").expect(0).out());
        tsm.tsm("daemon", "restart").expect(0);
        assertEquals("30d\n", tsm.tsm("config", "get", "keep-runs").expect(0).out());
    }
}
