package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A home whose processes bear witness: each run writes its name, token and pid down, and holds a lock as long as it or a
 * child in its group lives, so that no two of a process can run at once without a trace. What tsm says is compared with
 * what the machine says.
 */
final class Witnesses implements AutoCloseable {
    /** Long, as machines are busy and some init programs reap only now and then. */
    static final Duration SOON = Duration.ofSeconds(30);

    private static final Pattern TRACE = Pattern.compile("^\\s+at |Exception|\\bError:", Pattern.MULTILINE);

    private static final String PROGRAM = """
            #!/bin/bash
            place=${0%/*}
            exec 9>>"$place/lock.$TSM_NAME"
            flock -n 9 || echo "$TSM_NAME $TSM_RUN" >>"$place/doubles"
            echo "$TSM_NAME $TSM_RUN $$ $EPOCHREALTIME" >>"$place/runs"
            case $1 in
                plain) exec sleep 100000 ;;
                # A child in its group, and one that has left group and session.
                family)
                    sleep 100000 &
                    setsid sleep 100000 9>&- &
                    wait
                    ;;
                stubborn)
                    trap '' TERM
                    exec sleep 100000
                    ;;
            esac
            """;

    private final TsmHome home = TsmHome.create();
    private final Path place = home.work();

    /** A process as {@code tsm list all --json} has it. */
    record Listed(int id, String name, String status, String wanted, long pid, int port) {
        boolean wantedToRun() {
            return wanted.equals("run");
        }
    }

    /** A living process of the machine that tsm started in this home. */
    record Living(long pid, int id, String run) {
        void kill() {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** What a run wrote down. */
    record Run(String name, String token, long pid) {}

    Witnesses() throws IOException {
        Files.writeString(place.resolve("witness"), PROGRAM);
    }

    TsmHome home() {
        return home;
    }

    /** From its next start, the daemon dies where {@link #arm} says. */
    void mayCrash() {
        home.environment().put("TSM_JAVA_OPTS", "-Dtsm.crash-at=" + place.resolve("crash"));
    }

    void arm(String point) throws IOException {
        Path draft = place.resolve("crash.new");
        Files.writeString(draft, point);
        Files.move(draft, place.resolve("crash"), StandardCopyOption.ATOMIC_MOVE);
    }

    void disarm() throws IOException {
        Files.deleteIfExists(place.resolve("crash"));
    }

    /** Calls tsm; whatever comes of it, it is told in words. */
    Result tsm(String... words) {
        Result result;
        try {
            result = home.tsm(words);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + threads() + "\n" + log(), e);
        }
        String told = String.join(" ", words) + "\n" + result.out() + result.err();
        assertNotEquals(70, result.code(), told);
        // A daemon that died says its last lines, which are a log, and may hold what the log holds.
        if (result.code() != 69) {
            assertFalse(TRACE.matcher(result.err()).find(), told);
        }
        return result;
    }

    /** What the daemon's threads do, for a call that was not answered in time. */
    private String threads() {
        try {
            Path dump = place.resolve("threads");
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            new ProcessBuilder(
                            jcmd,
                            String.valueOf(home.daemonPid()),
                            "Thread.dump_to_file",
                            "-overwrite",
                            dump.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(20, TimeUnit.SECONDS);
            return Files.readString(dump);
        } catch (IOException e) {
            return "the daemon's threads are unknown: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "the daemon's threads are unknown";
        }
    }

    /** Starts a witness of a mode; options go before the command. */
    Result start(String name, String mode, String... options) {
        List<String> words = new ArrayList<>(List.of("start", "--name", name));
        words.addAll(List.of(options));
        words.addAll(List.of("bash", place.resolve("witness").toString(), mode));
        return tsm(words.toArray(String[]::new));
    }

    /** What tsm says. */
    List<Listed> list() {
        Result result = tsm("list", "all", "--json").expect(0);
        try {
            return Json.objects(result.outBytes()).stream()
                    .map(o -> new Listed(
                            number(o.get("id")),
                            String.valueOf(o.get("name")),
                            String.valueOf(o.get("status")),
                            String.valueOf(o.get("wanted")),
                            number(o.get("pid")),
                            number(o.get("port"))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(result.out(), e);
        }
    }

    Optional<Listed> listed(String name) {
        return list().stream().filter(p -> p.name().equals(name)).findFirst();
    }

    private static int number(Object value) {
        return value instanceof Long number ? Math.toIntExact(number) : -1;
    }

    /** What the machine says. */
    List<Living> living() {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            List<Living> found = new ArrayList<>();
            all.filter(path -> Character.isDigit(path.getFileName().toString().charAt(0)))
                    .forEach(path -> {
                        Map<String, String> environment = environment(path);
                        if (home.home().toString().equals(environment.get("TSM_DIR"))
                                && environment.containsKey("TSM_ID")
                                && environment.containsKey("TSM_RUN")) {
                            found.add(new Living(
                                    Long.parseLong(path.getFileName().toString()),
                                    Integer.parseInt(environment.get("TSM_ID")),
                                    environment.get("TSM_RUN")));
                        }
                    });
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Living> living(int id) {
        return living().stream().filter(l -> l.id() == id).toList();
    }

    private static Map<String, String> environment(Path process) {
        Map<String, String> found = new HashMap<>();
        try {
            String all = new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1);
            for (String entry : all.split("\0", -1)) {
                if (entry.startsWith("TSM_")) {
                    found.put(entry.substring(0, entry.indexOf('=')), entry.substring(entry.indexOf('=') + 1));
                }
            }
        } catch (IOException gone) {
            return Map.of();
        }
        return found;
    }

    /** The daemon's pid, or empty when none lives. */
    Optional<ProcessHandle> daemon() {
        return ProcessHandle.of(home.daemonPid()).filter(ProcessHandle::isAlive);
    }

    void killDaemon() {
        long pid = home.daemonPid();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        awaitNoDaemon();
    }

    /** Waits until everything of this home that is no managed process is gone. */
    void awaitNoDaemon() {
        Await.until("the daemon died", SOON, () -> {
            Set<Long> managed = living().stream().map(Living::pid).collect(Collectors.toSet());
            return home.processes().stream().allMatch(process -> managed.contains(process.pid()));
        });
    }

    /** The runs that wrote themselves down, in order. */
    List<Run> runs() {
        return lines("runs").stream()
                .map(line -> line.split(" ", 4))
                .map(fields -> new Run(fields[0], fields[1], Long.parseLong(fields[2])))
                .toList();
    }

    long runsOf(String name) {
        return runs().stream().filter(run -> run.name().equals(name)).count();
    }

    private List<String> lines(String file) {
        try {
            Path path = place.resolve(file);
            return Files.exists(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What must hold at any moment: nobody ran twice at once, no decision to run was carried out twice. */
    void assertNoneDoubled() {
        List<String> doubles = lines("doubles");
        if (!doubles.isEmpty()) {
            String name = doubles.getFirst().split(" ", 2)[0];
            throw new AssertionError("runs that began while another of the same process lived: " + doubles + "\n"
                    + living() + "\n" + historyOrWhyNot(name));
        }
        List<String> tokens = runs().stream().map(Run::token).toList();
        assertEquals(tokens.stream().distinct().toList(), tokens, "tokens of runs, each executed once");
    }

    /** Waits until every process is at rest or runs as wanted, and the machine agrees; returns what tsm says then. */
    List<Listed> settled() {
        List<List<Listed>> last = new ArrayList<>();
        try {
            Await.until("tsm and the machine agree", SOON, () -> {
                List<Listed> all = list();
                last.add(all);
                return disagreements(all).isEmpty();
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + "\n" + String.join("\n", disagreements(last.getLast())) + "\n" + living() + "\n"
                            + log(),
                    e);
        }
        assertNoneDoubled();
        return last.getLast();
    }

    private List<String> disagreements(List<Listed> all) {
        List<String> found = new ArrayList<>();
        Map<Integer, List<Living>> living = living().stream().collect(Collectors.groupingBy(Living::id));
        for (Listed process : all) {
            List<Living> mine = living.getOrDefault(process.id(), List.of());
            Optional<Living> leader =
                    mine.stream().filter(l -> l.pid() == process.pid()).findFirst();
            if (!process.wantedToRun() && !mine.isEmpty()) {
                found.add(process + " is not wanted and alive: " + mine);
            }
            if (!process.wantedToRun() && !process.status().equals("stopped")) {
                found.add(process + " is not wanted and not stopped");
            }
            if (process.wantedToRun() && (!process.status().equals("online") || leader.isEmpty())) {
                found.add(process + " is wanted and does not run: " + mine);
            }
            leader.ifPresent(l -> mine.stream()
                    .filter(other -> !other.run().equals(l.run()))
                    .forEach(other -> found.add(other + " is left of an earlier run of " + process)));
        }
        Set<Integer> known = all.stream().map(Listed::id).collect(Collectors.toSet());
        living.keySet().stream()
                .filter(id -> !known.contains(id))
                .forEach(id -> found.add("nobody knows " + living.get(id)));
        twice(all.stream().map(Listed::id).toList(), "ID", found);
        twice(all.stream().map(Listed::name).toList(), "name", found);
        twice(all.stream().map(Listed::port).filter(port -> port > 0).toList(), "port", found);
        return found;
    }

    private static void twice(List<?> values, String what, List<String> found) {
        if (new HashSet<>(values).size() != values.size()) {
            found.add("a " + what + " twice: " + values);
        }
    }

    String log() {
        try {
            List<String> lines = Files.readAllLines(home.home().resolve("daemon.log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    /** Something to be asked of the database. */
    private interface Question {
        void ask(Statement statement) throws SQLException;
    }

    /** Asks a copy of the database. */
    private void withDatabase(Question question) throws IOException, SQLException {
        String owner = Files.readAllLines(home.home().resolve("db.secret")).getFirst();
        Path copy = place.resolve("audit.mv.db");
        Files.copy(home.home().resolve("tsm.mv.db"), copy, StandardCopyOption.REPLACE_EXISTING);
        try (Connection connection =
                        DriverManager.getConnection("jdbc:h2:file:" + place.resolve("audit"), "TSM", owner);
                Statement statement = connection.createStatement()) {
            question.ask(statement);
        }
        Files.delete(copy);
    }

    /** All that is known of processes of a name, for one that reads a failure. */
    String history(String name) throws IOException, SQLException {
        List<String> told = new ArrayList<>();
        withDatabase(statement -> {
            told.addAll(column(statement, """
                    SELECT e.at || ' ' || e.kind || ' of run ' || COALESCE(r.token, '-') || ' pid '
                        || COALESCE(CAST(r.pid AS VARCHAR), '-') || ': ' || e.message
                    FROM tsm.event e LEFT JOIN tsm.run r ON r.pk = e.run_key
                    WHERE e.process_name = '%s' OR e.kind = 'daemon' ORDER BY e.pk
                    """.formatted(name)));
            told.addAll(column(statement, """
                    SELECT c.at || ' command ' || c.words || ' exit ' || c.exit_code || ' after ' || c.duration_ms || ' ms'
                    FROM tsm.command c WHERE c.words LIKE '%%%s%%' ORDER BY c.pk
                    """.formatted(name)));
        });
        lines("runs").stream().filter(line -> line.startsWith(name + " ")).forEach(told::add);
        return String.join("\n", told);
    }

    private String historyOrWhyNot(String name) {
        try {
            return history(name);
        } catch (IOException | SQLException e) {
            return "its history cannot be read: " + e;
        }
    }

    /** Ends the daemon and reads what it left: every run but the present ones ended, once, and none overlaps another. */
    void audit() throws IOException, SQLException {
        killDaemon();
        withDatabase(this::audit);
    }

    private void audit(Statement statement) throws SQLException {
        assertEquals(List.of(), column(statement, """
                    SELECT r.pk FROM tsm.run r JOIN tsm.process p ON p.pk = r.process_key
                    WHERE r.ended_at IS NULL AND (r.pk <> p.run_key OR p.deleted_at IS NOT NULL)
                    """), "runs that are over and have no end");
        assertEquals(List.of(), column(statement, """
                    SELECT run_key FROM tsm.event WHERE kind = 'exit' GROUP BY run_key HAVING COUNT(*) > 1
                    """), "runs that ended more than once");
        assertEquals(List.of(), column(statement, """
                    SELECT later.pk FROM tsm.run earlier JOIN tsm.run later
                    ON earlier.process_key = later.process_key AND earlier.pk < later.pk
                    WHERE later.started_at < earlier.ended_at
                    """), "runs that began before an earlier one ended");
        Set<String> known = new HashSet<>(column(statement, "SELECT token FROM tsm.run"));
        assertEquals(
                List.of(),
                runs().stream().map(Run::token).filter(t -> !known.contains(t)).toList(),
                "runs that nobody decided");
    }

    private static List<String> column(Statement statement, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    @Override
    public void close() throws IOException {
        // Through an orderly stop this would take longer than most tests.
        disarm();
        Await.until("everything ended", SOON, () -> {
            home.processes().forEach(ProcessHandle::destroyForcibly);
            return home.processes().isEmpty();
        });
        home.close();
    }

    /** A list of flat objects; what is nested in them is left out. */
    private static final class Json {
        static List<Map<String, Object>> objects(byte[] text) throws IOException {
            List<Map<String, Object>> all = new ArrayList<>();
            try (JsonParser parser = JsonFactory.builder().build().createParser(text)) {
                assertEquals(JsonToken.START_ARRAY, parser.nextToken(), () -> Arrays.toString(text));
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    all.add(object(parser));
                }
            }
            return all;
        }

        private static Map<String, Object> object(JsonParser parser) throws IOException {
            Map<String, Object> fields = new HashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                switch (parser.nextToken()) {
                    case START_ARRAY, START_OBJECT -> parser.skipChildren();
                    case VALUE_NUMBER_INT -> fields.put(name, parser.getLongValue());
                    case VALUE_NULL -> {}
                    default -> fields.put(name, parser.getText());
                }
            }
            return fields;
        }
    }
}
