package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.engine.Caller;
import dev.tetra.tsm.engine.ServiceOptions;
import dev.tetra.tsm.store.AuditFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Services by command and by file, over a real engine with real processes. */
class ServicesTest {
    @TempDir
    Path place;

    private Path home;
    private Path folder;
    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(place);
        home = desk.home;
        folder = home.resolveSibling("work");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private Desk.Told tsm(String... words) {
        return desk.tell(words);
    }

    private Desk.Told good(String... words) {
        Desk.Told answer = tsm(words);
        assertEquals(0, answer.code(), answer.toString());
        return answer;
    }

    private Desk.Told bad(int code, String... words) {
        Desk.Told answer = tsm(words);
        assertEquals(code, answer.code(), answer.toString());
        return answer;
    }

    private void file(String name, String... lines) throws IOException {
        Path available = Files.createDirectories(home.resolve("services-available"));
        Files.writeString(available.resolve(name + ".tsm"), String.join("\n", lines) + "\n");
    }

    @Test
    void every_start_option_has_its_field() {
        Set<String> options = Verbs.commandLine(new StartVerb(), "start").getCommandSpec().options().stream()
                .map(CommandLine.Model.OptionSpec::longestName)
                .filter(name -> !Set.of("--help", "--json").contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> fields = new StartFields()
                .fields().stream().map(ServiceOptions.Field::option).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(options, fields);
        List<String> names = desk.engine.services().book().rules().names();
        assertTrue(
                names.containsAll(List.of(
                        "SERVICE_NAME",
                        "SERVICE_TYPE",
                        "SERVICE_COMMAND",
                        "SERVICE_PORT",
                        "SERVICE_ENV",
                        "SERVICE_DIR",
                        "SERVICE_DESCRIPTION",
                        "SERVICE_KILL_TIMEOUT",
                        "SERVICE_VARIABLES",
                        "SERVICE_EXACT_NAME")),
                names.toString());
        assertEquals(names.size(), Set.copyOf(names).size());
    }

    @Test
    void the_document_names_every_field() throws IOException {
        String document = Files.readString(Path.of("docs/services.md"));
        for (String name : desk.engine.services().book().rules().names()) {
            assertTrue(document.contains("`" + name + "`"), name);
        }
    }

    @Test
    void a_service_that_was_added_is_started_by_its_name_in_its_folder() {
        good(
                "service",
                "add",
                "--description",
                "naps",
                "nap",
                "--kill-timeout",
                "100ms",
                "-e",
                "API_KEY=hush",
                "sleep",
                "60");
        String list = good("list", "available").out();
        assertTrue(list.contains("nap") && list.contains("sleep 60") && list.contains("naps"), list);
        Desk.Told started = good("start", "nap");
        assertTrue(started.out().startsWith("nap started: ID 0"), started.out());
        String info = good("info", "nap", "--json").out();
        assertTrue(info.contains("\"service\": \"nap\""), info);
        assertTrue(info.contains("\"cwd\": \"" + folder + "\""), info);
        assertTrue(good("start", "nap").out().startsWith("nap runs already"));
        assertTrue(good("list", "available", "--json").out().contains("\"running\": true"));
        bad(4, "service", "add", "nap", "sleep", "70");
        bad(4, "start", "--namespace", "other", "nap");
    }

    @Test
    void secrets_of_a_definition_are_masked_wherever_it_is_shown() throws IOException {
        good("service", "add", "nap", "-e", "API_KEY=hush", "sleep", "60");
        for (List<String> words : List.of(
                List.of("show", "nap"),
                List.of("show", "nap", "--json"),
                List.of("service", "list", "--json"),
                List.of("list", "available"))) {
            String out = good(words.toArray(String[]::new)).out();
            assertFalse(out.contains("hush"), out);
        }
        assertTrue(good("show", "nap", "--reveal").out().contains("API_KEY=hush"));
        assertFalse(bad(1, "service", "export", "nap").err().contains("hush"));
        good("service", "export", "nap", "-o", "nap.tsm");
        Path written = folder.resolve("nap.tsm");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(written)));
        assertTrue(Files.readString(written).contains("SERVICE_VARIABLES=\"API_KEY=hush\""));
        bad(4, "service", "export", "nap", "-o", "nap.tsm");
        good("service", "rm", "nap");
        bad(3, "show", "nap");
        good("service", "import", "nap.tsm");
        assertTrue(good("show", "nap", "--reveal").out().contains("API_KEY=hush"));
    }

    @Test
    void secrets_of_a_shell_line_are_masked_in_every_field_of_a_definition() {
        good(words(
                "service",
                "add",
                "nap",
                new String[] {
                    "--pre-start",
                    "API_KEY=hush ./a --token hush",
                    "--stop-command",
                    "./stop --password hush",
                    "--post-stop",
                    "curl -H \"Authorization: Bearer hush\" x",
                    "--live-exec",
                    "DB_PASSWORD=hush ./look",
                    "--on",
                    "exit=./told --token hush"
                },
                "API_KEY=hush sleep 60 > /dev/null"));
        for (List<String> words : List.of(
                List.of("show", "nap"),
                List.of("show", "nap", "--json"),
                List.of("list", "available"),
                List.of("list", "available", "--json"),
                List.of("sql", "--json", "SELECT command FROM services UNION ALL SELECT text FROM service_fields"))) {
            String out = good(words.toArray(String[]::new)).out();
            assertTrue(out.contains("API_KEY=********") && !out.contains("hush"), out);
        }
        assertFalse(bad(1, "service", "export", "nap").err().contains("hush"));
        assertTrue(good("service", "export", "nap", "--reveal").out().contains("Bearer hush"));
    }

    @Test
    void what_was_noted_by_other_rules_of_masking_is_noted_anew() throws Exception {
        good("service", "add", "nap", "API_KEY=hush sleep 60 > /dev/null");
        try (Connection owner = AuditFixture.owner(home);
                Statement statement = owner.createStatement()) {
            statement.execute("UPDATE tsm.service_field SET shown = text");
        }
        String[] ask = {"sql", "--json", "SELECT command FROM services"};
        assertTrue(good(ask).out().contains("hush"));
        desk.engine.masks().bringUp(() -> false);
        assertTrue(
                good(ask).out().contains("API_KEY=******** sleep 60"), good(ask).out());
    }

    @Test
    void a_file_is_followed_when_it_changes_and_when_it_goes() throws Exception {
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder, "SERVICE_DESCRIPTION=\"from $PATH\"");
        assertTrue(good("show", "nap").out().contains("from /"));
        good("start", "nap");
        file("nap", "SERVICE_COMMAND=\"sleep 61\"", "SERVICE_DIR=" + folder, "SERVICE_KILL_TIMEOUT=1s");
        assertTrue(good("start", "nap").err().contains("differs"));
        Desk.Told restarted = good("restart", "nap");
        assertTrue(restarted.err().contains("changed command: sleep 61, was sleep 60"), restarted.err());
        assertTrue(restarted.err().contains("kill timeout: 1s, was 5s"), restarted.err());
        assertTrue(good("info", "nap").out().contains("sleep 61"));
        assertEquals("", good("restart", "nap").err());
        Files.delete(home.resolve("services-available/nap.tsm"));
        bad(3, "show", "nap");
        good("restart", "nap");
    }

    @Test
    void a_broken_new_version_of_a_file_keeps_the_last_good_one_and_warns() throws IOException {
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder);
        good("enable", "nap");
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_KIL_TIMEOUT=5s");
        Desk.Told shown = good("show", "nap");
        assertTrue(shown.err().contains("nap.tsm:2: there is no field SERVICE_KIL_TIMEOUT"), shown.err());
        assertTrue(shown.out().contains("SERVICE_DIR"), shown.out());
        Desk.Told started = good("start", "nap");
        assertTrue(started.err().contains("the definition from before counts"), started.err());
        assertTrue(good("list", "available", "--json").out().contains("\"problem\": \""));
    }

    @Test
    void wrong_fields_and_values_are_told_with_file_line_and_the_nearest_name() throws IOException {
        file("one", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_PROT=80");
        Desk.Told field = bad(1, "start", "one");
        assertTrue(
                field.err().contains("one.tsm:2:") && field.err().contains("did you mean SERVICE_PORT?"), field.err());
        for (String line : List.of(
                "SERVICE_PORT=eighty",
                "SERVICE_PORT=70000",
                "SERVICE_KILL_TIMEOUT=soon",
                "SERVICE_RESTART=maybe",
                "SERVICE_EXACT_NAME=perhaps",
                "SERVICE_TYPE=sokcet",
                "SERVICE_DIR=here",
                "SERVICE_NAME=other",
                "SERVICE_SIGNAL=NOPE",
                "SERVICE_VARIABLES=novalue",
                "SERVICE_MAX_RESTARTS=0")) {
            file("one", "SERVICE_COMMAND=\"sleep 60\"", line);
            String err = bad(1, "show", "one").err();
            assertTrue(err.contains("one.tsm:2: " + line.substring(0, line.indexOf('='))), err);
        }
        file("one", "SERVICE_PORT=8000");
        assertTrue(bad(1, "show", "one").err().contains("SERVICE_COMMAND is missing"));
        file("one", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=$(rm -rf x)");
        assertTrue(bad(1, "show", "one").err().contains("one.tsm:2: '$(' would run a command"));
        assertTrue(good("list", "available").err().contains("one.tsm:2"));
    }

    @Test
    void a_folder_that_is_gone_is_told_and_nothing_is_recorded() throws IOException {
        Path gone = Files.createDirectory(folder.resolve("app"));
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + gone);
        good("show", "nap");
        Files.delete(gone);
        Desk.Told answer = bad(1, "start", "nap");
        assertTrue(answer.err().contains("the folder of the service nap is gone: " + gone), answer.err());
        assertEquals("[]\n", good("list", "all", "--json").out());
    }

    @Test
    void a_restart_takes_the_port_that_the_definition_names_now() throws IOException {
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder, "SERVICE_PORT=18471");
        assertTrue(good("start", "nap").out().startsWith("nap-18471 started"));
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder, "SERVICE_PORT=18472");
        Desk.Told restarted = good("restart", "nap-18471");
        assertTrue(restarted.err().contains("changed port: 18472, was 18471"), restarted.err());
        assertTrue(good("info", "nap", "--json").out().contains("\"port\": 18472"));
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder, "SERVICE_TYPE=pid");
        assertTrue(bad(1, "restart", "nap").err().contains("by its service it would be pid"));
    }

    @Test
    void options_go_over_those_of_the_definition_and_stay() {
        good("service", "add", "nap", "-e", "A=1", "sleep", "60");
        good("start", "--kill-timeout", "2s", "-e", "B=two words", "nap");
        good("restart", "nap");
        String info = good("info", "nap").out();
        assertTrue(info.contains("B:") && info.contains("two words") && info.contains("A:"), info);
        assertTrue(info.contains("2s"), info);
        good("stop", "nap");
        good("start", "--no-wait", "nap");
        assertTrue(good("info", "nap").out().contains("two words"));
    }

    @Test
    void a_process_is_saved_as_a_service_with_the_options_it_was_started_with() {
        good("start", "--name", "one", "--kill-timeout", "3s", "-e", "COLOUR=light blue", "sleep 60");
        good("save", "nap", "one");
        String shown = good("service", "export", "nap").out();
        assertTrue(shown.contains("SERVICE_COMMAND=\"'sleep 60'\""), shown);
        assertTrue(shown.contains("SERVICE_KILL_TIMEOUT=\"3s\""), shown);
        assertTrue(shown.contains("SERVICE_VARIABLES=\"'COLOUR=light blue'\""), shown);
        assertTrue(shown.contains("SERVICE_DIR=\"" + folder + "\""), shown);
        good("start", "nap");
        bad(4, "save", "nap", "one");
        good("save", "--replace", "nap", "one");
    }

    @Test
    void of_definitions_that_are_added_at_once_one_is_kept_and_the_others_are_told() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 8; round++) {
                String name = "dup" + round;
                CyclicBarrier together = new CyclicBarrier(4);
                List<Future<Integer>> codes = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    String seconds = "60" + i;
                    codes.add(threads.submit(() -> {
                        together.await(60, TimeUnit.SECONDS);
                        return tsm("service", "add", name, "sleep", seconds).code();
                    }));
                }
                List<Integer> sorted = new ArrayList<>();
                for (Future<Integer> code : codes) {
                    sorted.add(code.get(60, TimeUnit.SECONDS));
                }
                Collections.sort(sorted);
                assertEquals(List.of(0, 4, 4, 4), sorted);
            }
        }
    }

    @Test
    void of_files_that_are_imported_at_once_one_is_kept_and_the_others_are_told() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            CyclicBarrier together = new CyclicBarrier(3);
            List<Future<Integer>> codes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Path other = Files.createDirectory(folder.resolve("of" + i)).resolve("dup.tsm");
                Files.writeString(other, "SERVICE_COMMAND=\"sleep 60" + i + "\"\n");
                codes.add(threads.submit(() -> {
                    together.await(60, TimeUnit.SECONDS);
                    return tsm("service", "import", other.toString()).code();
                }));
            }
            List<Integer> sorted = new ArrayList<>();
            for (Future<Integer> code : codes) {
                sorted.add(code.get(60, TimeUnit.SECONDS));
            }
            Collections.sort(sorted);
            assertEquals(List.of(0, 4, 4), sorted);
        }
        try (Stream<Path> files = Files.list(home.resolve("services-available"))) {
            assertEquals(
                    List.of("dup.tsm"),
                    files.map(f -> f.getFileName().toString()).toList());
        }
    }

    @Test
    void what_is_wrong_with_a_file_is_said_in_the_words_of_its_fields_with_the_line() throws IOException {
        for (List<String> wrong : List.of(
                List.of("SERVICE_PORT=abc", ":2: SERVICE_PORT: 'abc' is not an int"),
                List.of("SERVICE_WAIT=yes\nSERVICE_NO_WAIT=yes", ":3: SERVICE_WAIT and SERVICE_NO_WAIT exclude"),
                List.of("SERVICE_VARIABLES=novalue", "write SERVICE_VARIABLES NAME=VALUE"),
                List.of(
                        "SERVICE_TYPE=pid\nSERVICE_PORT=9900",
                        ":3: SERVICE_TYPE pid has no port, and SERVICE_PORT says"),
                List.of("SERVICE_READY_INTERVAL=2s", ":2: SERVICE_READY_INTERVAL"))) {
            file("one", "SERVICE_COMMAND=\"sleep 60\"", wrong.getFirst());
            String err = bad(1, "show", "one").err();
            assertTrue(err.contains(wrong.getLast()) && !err.contains("--"), err);
        }
        file("one", "SERVICE_COMMAND=\" \"");
        assertTrue(bad(1, "show", "one").err().contains("SERVICE_COMMAND is missing"));
        assertTrue(bad(2, "service", "add", "one2", "").err().contains("tsm service add one2 needs a command"));
    }

    @Test
    void a_warning_of_a_wrong_file_names_the_nearest_field_on_one_line() throws IOException {
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder);
        good("show", "nap");
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_POTR=1");
        for (String[] words : new String[][] {{"show", "nap"}, {"list", "available"}, {"start", "nap"}}) {
            String err = good(words).err();
            assertTrue(err.contains("did you mean SERVICE_PORT?") && err.contains("from before counts"), err);
        }
        file("two\nlines", "SERVICE_COMMAND=\"sleep 60\"");
        List<String> lines = good("list", "available").err().lines().toList();
        assertTrue(
                lines.stream().anyMatch(l -> l.contains("two\\nlines.tsm: 'two\\nlines' can't be")), lines.toString());
    }

    @Test
    void a_port_for_what_is_said_to_have_none_is_refused() {
        assertTrue(bad(2, "service", "add", "nap", "--type", "pid", "--port", "18473", "sleep", "60")
                .err()
                .contains("--type pid has no port, and --port says 18473"));
        good("service", "add", "nap", "--type", "pid", "sleep", "60");
        bad(2, "start", "--port", "18473", "nap");
        good("start", "nap");
    }

    @Test
    void words_that_are_near_a_service_or_a_process_lead_to_it() {
        good("service", "add", "napper", "sleep", "60");
        assertTrue(bad(1, "start", "napper", "--port", "9106")
                .err()
                .contains("options go before its name: tsm start --port 9106 napper"));
        assertTrue(bad(1, "start", "naper").err().contains("did you mean the service napper?"));
        assertTrue(bad(3, "restart", "napper").err().contains("there is a service napper: tsm start napper"));
        good("start", "--name", "my-api-naptime", "sleep", "61");
        good("stop", "my-api-naptime");
        assertTrue(bad(1, "start", "naptime").err().contains("tsm restart my-api-naptime"));
        assertEquals(0, good("start", "napper").code());
    }

    @Test
    void startup_says_whose_an_error_is_in_the_words_of_a_definition() throws IOException {
        file("one", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder, "SERVICE_AFTER=nowhere");
        file("two", "SERVICE_COMMAND=\"sleep 61\"", "SERVICE_DIR=" + folder);
        good("enable", "one", "two");
        Desk.Told text = bad(3, "startup");
        assertTrue(
                text.err().contains("service one: SERVICE_AFTER: there is no process or service 'nowhere'"),
                text.err());
        assertFalse(text.err().contains("nothing was started"), text.err());
        assertTrue(text.out().startsWith("two started"), text.out());
        String json = bad(3, "startup", "--json").out();
        assertTrue(json.contains("\"service\": \"one\"") && json.contains("SERVICE_AFTER: there is no"), json);
    }

    @Test
    void nobody_is_said_to_have_asked_for_what_came_up_with_the_daemon() {
        good("service", "add", "nap", "sleep", "60");
        good("enable", "nap");
        Caller daemon =
                new Caller(Caller.NOBODY, 99, folder.toString(), 0022, () -> List.of("PATH=" + System.getenv("PATH")));
        desk.engine.boot().comeUp(daemon, true);
        String started = "SELECT origin || ': ' || message FROM events WHERE kind = 'start'";
        assertTrue(good("sql", "--csv", started).out().contains("tsm: started with the daemon"));
        assertFalse(good("why", "nap").out().contains("asked by"));
        good("stop", "nap");
        desk.engine.boot().comeUp(daemon, true);
        assertFalse(good("sql", "--csv", started).out().contains("asked by"));
    }

    @Test
    void a_service_that_was_removed_is_said_to_be() {
        good("service", "add", "nap", "sleep", "60");
        good("start", "nap");
        assertFalse(good("info", "nap").out().contains("(removed)"));
        good("service", "rm", "nap");
        assertTrue(good("info", "nap").out().contains("nap (removed)"));
    }

    @Test
    void a_file_that_cannot_be_written_is_told_in_words() {
        good("service", "add", "nap", "sleep", "60");
        assertTrue(bad(1, "service", "export", "nap", "-o", "/nonexistent/x")
                .err()
                .contains("/nonexistent/x cannot be written: there is no such folder"));
    }

    @Test
    void enabling_needs_a_folder_and_is_kept_while_the_file_is_away() throws IOException {
        file("nap", "SERVICE_COMMAND=\"sleep 60\"");
        assertTrue(bad(1, "enable", "nap").err().contains("has no folder"));
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder);
        good("enable", "nap");
        Files.delete(home.resolve("services-available/nap.tsm"));
        good("list", "available");
        file("nap", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=" + folder);
        assertTrue(good("show", "nap").out().contains("yes: it starts with the daemon"));
        good("disable", "nap");
        bad(3, "enable", "nowhere");
    }

    @Test
    void a_service_wins_over_a_command_only_as_one_word() {
        good("service", "add", "sleep", "sleep", "61");
        good("start", "sleep", "62");
        good("start", "sleep");
        String all = good("list", "--json").out();
        assertTrue(all.contains("\"command\": \"sleep 61\"") && all.contains("\"command\": \"sleep 62\""), all);
    }

    @Test
    void wrong_use_is_told() {
        bad(2, "service");
        assertTrue(bad(2, "service", "ad", "x").err().contains("did you mean: tsm service add?"));
        bad(2, "service", "add", "8000", "sleep", "60");
        bad(2, "service", "add", "all", "sleep", "60");
        bad(2, "service", "add", "nap");
        bad(2, "service", "add", "--port", "x", "nap", "sleep", "60");
        bad(2, "service", "add", "--name", "x", "nap", "sleep", "60");
        bad(1, "service", "import", "nowhere.tsm");
        bad(2, "list", "available", "--sort", "name");
        bad(3, "save", "nap", "nowhere");
    }

    @Test
    void what_is_right_only_beside_another_option_can_be_defined_and_saved() throws IOException {
        String[] options = {
            "--startup-exec",
            "true",
            "--startup-interval",
            "2s",
            "--startup-failure",
            "4",
            "--ready-exec",
            "true",
            "--ready-timeout",
            "3s",
            "--ready-success",
            "2",
            "--live-exec",
            "true",
            "--live-delay",
            "3s",
            "--start-timeout",
            "9s",
            "--backoff",
            "2m",
            "--backoff-max",
            "5m",
            "--watch",
            "--ignore",
            "*.tmp"
        };
        good(words("service", "add", "one", options, "sleep", "1000"));
        String shown = good("service", "show", "one").out();
        for (String line : List.of(
                "SERVICE_STARTUP_INTERVAL: 2s",
                "SERVICE_STARTUP_FAILURE: 4",
                "SERVICE_READY_TIMEOUT: 3s",
                "SERVICE_READY_SUCCESS: 2",
                "SERVICE_LIVE_DELAY: 3s",
                "SERVICE_START_TIMEOUT: 9s",
                "SERVICE_BACKOFF: 2m",
                "SERVICE_BACKOFF_MAX: 5m")) {
            assertTrue(shown.replaceAll(" +", " ").contains(line), shown);
        }
        good(words("start", "--name", "two", options, "sleep", "1000"));
        good("save", "two", "two");
        assertTrue(good("service", "show", "two").out().contains("SERVICE_LIVE_DELAY:"));
        assertTrue(bad(2, words("service", "add", "three", new String[] {"--ready-interval", "2s"}, "sleep", "1000"))
                .err()
                .contains("no probe"));
    }

    private static String[] words(String verb, String more, String name, String[] options, String... command) {
        List<String> words = new ArrayList<>(List.of(verb, more, name));
        words.addAll(List.of(options));
        words.addAll(List.of(command));
        return words.toArray(String[]::new);
    }
}
