package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tetra.tsm.e2e.TsmHome.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * What programs read: with {@code --json} every command prints one document that fits its schema in {@code docs/schema},
 * or lines of them, and nothing else, also when it fails. How a command is added: {@link CommandCases}.
 */
@Timeout(300)
class JsonIT {
    /** Commands without {@code --json}, and why they have none. */
    private static final Map<String, String> WITHOUT =
            Map.of("repl", "its input is commands, of which each may have it", "top", "tsm list --json has the same");

    /** Those that print a stream of documents, one a line, when they have the words. */
    private static final Map<String, String> LINES = Map.of("logs", "", "events", "", "daemon", "logs");

    private final Schemas schemas = new Schemas(Path.of(System.getProperty("tsm.root")));

    private static List<String> commands(TsmHome tsm) {
        Set<String> names = new TreeSet<>();
        Schemas.document(tsm.tsm("help", "--json").expect(0).out())
                .forEach(command -> names.add(command.get("name").asText()));
        assertTrue(names.containsAll(WITHOUT.keySet()), "of these some are no commands: " + WITHOUT);
        names.removeAll(WITHOUT.keySet());
        return List.copyOf(names);
    }

    private static String[] words(String command, List<String> rest) {
        Stream<String> json = WITHOUT.containsKey(command) ? Stream.of() : Stream.of("--json");
        return Stream.of(Stream.of(command.split(" ")), json, rest.stream())
                .flatMap(words -> words)
                .toArray(String[]::new);
    }

    /** The documents on stdout, each of which fits; fails when there is anything else, or JSON on stderr. */
    private List<JsonNode> documents(String command, List<String> rest, Result result) {
        String with = LINES.get(command);
        boolean lines = with != null && (with.isEmpty() || rest.contains(with));
        List<JsonNode> documents = (lines ? result.out().lines() : Stream.of(result.out()))
                .map(Schemas::document)
                .toList();
        for (JsonNode document : documents) {
            assertEquals(List.of(), schemas.faults(command, document), () -> "tsm " + command + " gave:\n" + document);
        }
        assertTrue(result.err().lines().noneMatch(line -> line.startsWith("{") || line.startsWith("[")), result.err());
        return documents;
    }

    private void error(String command, int code, List<JsonNode> documents) {
        assertEquals(1, documents.size(), command);
        JsonNode error = documents.getFirst().get("error");
        assertTrue(error != null && documents.getFirst().size() == 1, "no error: " + documents);
        assertEquals(code, error.get("code").asInt());
    }

    @TestFactory
    Stream<DynamicTest> every_document_fits_its_schema() throws IOException {
        CommandCases cases = new CommandCases(TsmHome.create());
        return cases.steps().stream()
                .map(step -> DynamicTest.dynamicTest(step.title(), () -> {
                    step.action().run();
                    if (!step.command().isEmpty()) {
                        List<String> rest = cases.words(step);
                        Result result =
                                cases.tsm().tsm(words(step.command(), rest)).expect(step.code());
                        if (WITHOUT.containsKey(step.command())) {
                            return;
                        }
                        List<JsonNode> documents = documents(step.command(), rest, result);
                        if (step.error()) {
                            error(step.command(), step.code(), documents);
                        } else {
                            assertTrue(documents.stream().allMatch(document -> document.get("error") == null));
                        }
                    }
                }))
                .onClose(cases::close);
    }

    @Test
    void every_command_has_a_schema_and_a_case() throws IOException {
        try (CommandCases cases = new CommandCases(TsmHome.create())) {
            Set<String> commands = new TreeSet<>(commands(cases.tsm()));
            Set<String> called = cases.steps().stream()
                    .filter(step -> !step.error() || step.command().equals("service"))
                    .map(CommandCases.Step::command)
                    .filter(command -> !command.isEmpty() && !WITHOUT.containsKey(command))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(commands, called, "commands, and those with a case that is no error");
            assertEquals(
                    commands.stream()
                            .map(name -> name.replace(' ', '-'))
                            .sorted()
                            .toList(),
                    schemas.names());
        }
    }

    @Test
    void wrong_use_of_any_command_is_a_document_too() throws IOException {
        try (CommandCases cases = new CommandCases(TsmHome.create())) {
            for (String command : commands(cases.tsm())) {
                for (List<String> rest :
                        List.of(List.of("--no-such-option"), List.of("--no-such-option=x", "--json"))) {
                    Result result = cases.tsm().tsm(words(command, rest)).expect(2);
                    error(command, 2, documents(command, rest, result));
                }
            }
            Result unknown = cases.tsm().tsm("no-such-command", "--json").expect(2);
            error("no-such-command", 2, documents("start", List.of(), unknown));
            error("", 2, documents("start", List.of(), cases.tsm().tsm("--json").expect(2)));
        }
    }

    @Test
    void the_help_of_any_command_is_a_document_too() throws IOException {
        try (CommandCases cases = new CommandCases(TsmHome.create())) {
            for (String command : commands(cases.tsm())) {
                Result asked = cases.tsm()
                        .tsm(words("help", List.of(command.split(" "))))
                        .expect(0);
                JsonNode help = documents("help", List.of(), asked).getFirst();
                assertEquals(command, help.get("name").asText());
                Result option =
                        cases.tsm().tsm(words(command, List.of("--help"))).expect(0);
                assertEquals(
                        help.toString(),
                        documents("help", List.of(), option).getFirst().toString());
            }
        }
    }

    @Test
    void where_no_daemon_can_be_every_command_says_so_in_a_document() throws IOException {
        try (CommandCases cases = new CommandCases(TsmHome.create())) {
            List<String> commands = commands(cases.tsm());
            Path file = Files.createFile(cases.tsm().work().resolve("file"));
            String home = cases.tsm().environment().put("TSM_DIR", file.toString());
            for (String command : commands) {
                // these two need none
                if (!command.equals("version") && !command.equals("daemon")) {
                    Result result =
                            cases.tsm().tsm(words(command, List.of("x"))).expect(69);
                    error(command, 69, documents(command, List.of(), result));
                }
            }
            error(
                    "daemon",
                    69,
                    documents(
                            "daemon",
                            List.of(),
                            cases.tsm().tsm("daemon", "start", "--json").expect(69)));
            assertFalse(
                    cases.tsm().tsm("start", "sleep", "--json").expect(69).out().contains("{"), "the command's own");
            cases.tsm().environment().put("TSM_DIR", String.valueOf(home));
        }
    }
}
