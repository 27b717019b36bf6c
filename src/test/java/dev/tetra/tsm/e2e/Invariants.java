package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.e2e.Witnesses.Listed;
import dev.tetra.tsm.e2e.Witnesses.Living;
import dev.tetra.tsm.e2e.Witnesses.Run;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What must hold after any fault: no process is lost, none doubled, none killed that was not asked for, no port, name or ID
 * held twice, what is wanted is carried out, and every run has one end. What tsm says is compared with what the machine and
 * the witnesses themselves say.
 */
final class Invariants {
    /** What a talker writes: its run, and a number that counts from 1. */
    private static final Pattern SAID = Pattern.compile("(\\S+) (\\d+)");

    private final Witnesses machine;
    /** What was remembered of processes which nobody asks anything of. */
    private final Map<String, Listed> untouched = new HashMap<>();
    /** How much each talker had said at the last look. */
    private final Map<String, Long> said = new HashMap<>();
    /** Of how many of the first runs no database knows any more. */
    private int unknownRuns;

    Invariants(Witnesses machine) {
        this.machine = machine;
    }

    /** What must hold at any moment: nobody ran twice at once, no decision to run was carried out twice. */
    void assertNoneDoubled() {
        List<String> doubles = machine.lines("doubles");
        if (!doubles.isEmpty()) {
            String name = doubles.getFirst().split(" ", 2)[0];
            throw new AssertionError("runs that began while another of the same process lived: " + doubles + "\n"
                    + machine.living() + "\n" + historyOrWhyNot(name));
        }
        List<String> tokens = machine.runs().stream().map(Run::token).toList();
        assertEquals(tokens.stream().distinct().toList(), tokens, "tokens of runs, each executed once");
    }

    /** What ran before now is known to no database any more. */
    void historyLost() {
        unknownRuns = machine.runs().size();
    }

    /** From now on nobody asks anything of what is there: it keeps all it has, be it a pid, a port or its rest. */
    Invariants untouched() {
        settled().forEach(process -> untouched.put(process.name(), process));
        return this;
    }

    /** Somebody asks something of it. */
    void touched(String name) {
        untouched.remove(name);
    }

    /** All that must hold at any moment, once things have settled; returns what tsm says then. */
    List<Listed> hold() {
        List<Listed> all = settled();
        Map<String, Listed> now = all.stream().collect(Collectors.toMap(Listed::name, Function.identity()));
        untouched.forEach((name, before) -> assertEquals(before, now.get(name), "what nobody asked anything of"));
        for (Listed process : all) {
            if (process.wantedToRun() && machine.talks(process.name())) {
                assertLogComplete(process.name());
            }
        }
        return all;
    }

    /** A talker's log has everything that each of its runs said, once and in order, and it goes on. */
    private void assertLogComplete(String name) {
        AtomicLong last = new AtomicLong();
        Await.until(name + " goes on talking", Witnesses.SOON, () -> {
            last.set(wordsIn(name));
            return last.get() > said.getOrDefault(name, 0L);
        });
        said.put(name, last.get());
    }

    private long wordsIn(String name) {
        Map<String, Long> latest = new HashMap<>();
        String log = machine.tsm("logs", name, "--out", "--raw", "--lines", "100000000")
                .expect(0)
                .out();
        long words = 0;
        for (String line : log.substring(0, log.lastIndexOf('\n') + 1).split("\n", -1)) {
            Matcher said = SAID.matcher(line);
            if (line.isEmpty()) {
                continue;
            }
            assertTrue(said.matches(), () -> "a torn line in the log of " + name + ": " + line);
            long number = Long.parseLong(said.group(2));
            Long before = latest.put(said.group(1), number);
            assertEquals(before == null ? 1 : before + 1, number, () -> "a gap in the log of " + name + " at " + line);
            words++;
        }
        return words;
    }

    /**
     * The end of a test: all of the above; then the daemon is killed, and the one that follows starts without a word, finds
     * everything, and has nothing to complain of; then its database is read.
     */
    void holdToTheEnd() throws IOException, SQLException {
        List<Listed> before = hold();
        machine.killDaemon();
        long logged = Files.size(machine.home().home().resolve("daemon.log"));
        Result next = machine.tsm("list").expect(0);
        assertEquals("", next.err(), "what the next daemon has to say");
        assertEquals(before, hold(), "what the next daemon has");
        List<String> complaints = Files.readString(machine.home().home().resolve("daemon.log"))
                .substring(Math.toIntExact(logged))
                .lines()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .toList();
        assertEquals(List.of(), complaints, "what the next daemon complains of");
        machine.tsm("doctor", "healthcheck").expect(0);
        assertEquals(
                "[]",
                machine.home()
                        .bash("tsm doctor orphans --json | jq -c .orphans")
                        .expect(0)
                        .out()
                        .strip(),
                "what is left of runs");
        audit();
    }

    /** Waits until every process is at rest or runs as wanted, and the machine agrees; returns what tsm says then. */
    List<Listed> settled() {
        List<List<Listed>> last = new ArrayList<>();
        try {
            Await.until("tsm and the machine agree", Witnesses.SOON, () -> {
                List<Listed> all = machine.list();
                last.add(all);
                return disagreements(all).isEmpty();
            });
        } catch (AssertionError e) {
            if (last.isEmpty()) {
                throw e;
            }
            throw new AssertionError(
                    e.getMessage() + "\n" + String.join("\n", disagreements(last.getLast())) + "\n" + machine.living()
                            + "\n" + machine.log() + "\n" + lastEvents(),
                    e);
        }
        assertNoneDoubled();
        return last.getLast();
    }

    /** What happened last, for whoever has to find out why they do not agree. */
    private String lastEvents() {
        return machine.tsm(
                        "sql", "SELECT at, process_name, kind, message FROM events ORDER BY event_key DESC LIMIT 100")
                .out();
    }

    /** Waits until the end of every run that is not the present one of a process is written down. */
    void settledEnds() {
        String open = "SELECT COUNT(*) FROM runs WHERE ended_at IS NULL";
        String present = "SELECT COUNT(*) FROM processes WHERE pid IS NOT NULL AND ended_at IS NULL";
        Await.until("the ends of all runs are written down", Witnesses.SOON, () -> count(open) == count(present));
    }

    private long count(String query) {
        return Long.parseLong(machine.tsm("sql", "--csv", query)
                .expect(0)
                .out()
                .lines()
                .toList()
                .getLast());
    }

    private List<String> disagreements(List<Listed> all) {
        List<String> found = new ArrayList<>();
        Map<Integer, List<Living>> living = machine.living().stream().collect(Collectors.groupingBy(Living::id));
        for (Listed process : all) {
            List<Living> mine = living.getOrDefault(process.id(), List.of());
            Optional<Living> leader =
                    mine.stream().filter(l -> l.pid() == process.pid()).findFirst();
            if (!process.wantedToRun() && !mine.isEmpty()) {
                found.add(process + " is not wanted and alive: " + mine);
            }
            if (machine.isJob(process.name())) {
                if (!Set.of("exited", "errored", "stopped").contains(process.status()) || !mine.isEmpty()) {
                    found.add(process + " is a job that is not over: " + mine);
                }
                continue;
            }
            if (!process.wantedToRun() && !process.status().equals("stopped")) {
                found.add(process + " is not wanted and not stopped");
            }
            boolean rests = process.awaitsTime() && mine.isEmpty();
            if (process.wantedToRun() && !rests && (!process.status().equals("online") || leader.isEmpty())) {
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

    /** Something to be asked of the database. */
    private interface Question {
        void ask(Statement statement) throws SQLException;
    }

    /** Asks a copy of the database. */
    private void withDatabase(Question question) throws IOException, SQLException {
        String owner =
                Files.readAllLines(machine.home().home().resolve("db.secret")).getFirst();
        Path copy = machine.home().work().resolve("audit.mv.db");
        Files.copy(machine.home().home().resolve("tsm.mv.db"), copy, StandardCopyOption.REPLACE_EXISTING);
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:h2:file:" + machine.home().work().resolve("audit"), "TSM", owner);
                Statement statement = connection.createStatement()) {
            question.ask(statement);
            // The daemon's setting to keep it open is in the file; at the end of the tests H2 would make the folder
            // again.
            statement.execute("SHUTDOWN");
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
        machine.lines("runs").stream()
                .filter(line -> line.startsWith(name + " "))
                .forEach(told::add);
        return String.join("\n", told);
    }

    private String historyOrWhyNot(String name) {
        try {
            return history(name);
        } catch (IOException | SQLException e) {
            return "its history cannot be read: " + e;
        }
    }

    /** Changes what a dead daemon left. */
    void changeDatabase(String... statements) throws IOException, SQLException {
        String owner =
                Files.readAllLines(machine.home().home().resolve("db.secret")).getFirst();
        List<Connection> opened = new ArrayList<>();
        // H2 keeps the file a moment longer than the last connection to it.
        Await.until("the database is nobody's", Witnesses.SOON, () -> {
            try {
                opened.add(DriverManager.getConnection(
                        "jdbc:h2:file:" + machine.home().home().resolve("tsm"), "TSM", owner));
                return true;
            } catch (SQLException e) {
                return false;
            }
        });
        try (Connection connection = opened.getFirst();
                Statement statement = connection.createStatement()) {
            for (String change : statements) {
                statement.execute(change);
            }
            statement.execute("SHUTDOWN");
        }
    }

    /** The first column of what a copy of the database answers. */
    List<String> ask(String query) throws IOException, SQLException {
        List<String> answer = new ArrayList<>();
        withDatabase(statement -> answer.addAll(column(statement, query)));
        return answer;
    }

    /** Ends the daemon and reads what it left: every run but the present ones ended, once, and none overlaps another. */
    void audit() throws IOException, SQLException {
        machine.killDaemon();
        withDatabase(this::audit);
    }

    private void audit(Statement statement) throws SQLException {
        assertEquals(List.of(), column(statement, """
                    SELECT r.pk FROM tsm.run r JOIN tsm.process p ON p.pk = r.process_key
                    WHERE r.ended_at IS NULL AND (r.pk <> p.run_key OR p.deleted_at IS NOT NULL)
                    """), "runs that are over and have no end");
        assertEquals(List.of(), column(statement, """
                    SELECT run_key FROM tsm.event WHERE kind = 'exit' AND message NOT LIKE 'job failed%' AND message NOT LIKE 'given up%'
                    GROUP BY run_key HAVING COUNT(*) > 1
                    """), "runs that ended more than once");
        assertEquals(List.of(), column(statement, """
                    SELECT later.pk FROM tsm.run earlier JOIN tsm.run later
                    ON earlier.process_key = later.process_key AND earlier.pk < later.pk
                    WHERE later.started_at < earlier.ended_at AND later.cause <> 'reload'
                    """), "runs that began before an earlier one ended");
        assertEquals(List.of(), column(statement, """
                    SELECT r.pk FROM tsm.run r WHERE r.ended_at IS NOT NULL AND r.pid IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM tsm.event e WHERE e.run_key = r.pk AND e.kind = 'exit')
                    """), "runs whose end was not told");
        Set<String> known = new HashSet<>(column(statement, "SELECT token FROM tsm.run"));
        assertEquals(
                List.of(),
                machine.runs().stream()
                        .skip(unknownRuns)
                        .map(Run::token)
                        .filter(t -> !known.contains(t))
                        .toList(),
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
}
