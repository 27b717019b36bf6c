package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tetra.tsm.e2e.TsmHome.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Every command ends with the codes that its help declares, and tells errors on stderr. See {@link CommandCases}. */
@Timeout(300)
class ExitCodesIT {
    /** The codes that every command may have, and none declares. */
    private static final Set<Integer> COMMON = Set.of(0, 2, 69, 70);

    @TestFactory
    Stream<DynamicTest> every_command_has_the_code_it_should() throws IOException {
        CommandCases cases = new CommandCases(TsmHome.create());
        return cases.steps().stream()
                .map(step -> DynamicTest.dynamicTest(step.title(), () -> {
                    step.action().run();
                    if (!step.command().isEmpty()) {
                        List<String> words =
                                new ArrayList<>(List.of(step.command().split(" ")));
                        words.addAll(cases.words(step));
                        told(step, cases.tsm().tsm(words.toArray(String[]::new)).expect(step.code()));
                    }
                }))
                .onClose(cases::close);
    }

    private static void told(CommandCases.Step step, Result result) {
        assertFalse(result.err().contains("Exception"), result.err());
        assertFalse(result.err().contains("\tat "), result.err());
        if (step.error()) {
            assertTrue(result.err().contains("tsm: "), result.err());
        }
    }

    @Test
    void every_code_that_is_declared_has_a_case_and_no_other_has() throws IOException {
        try (CommandCases cases = new CommandCases(TsmHome.create())) {
            Set<String> declared = new TreeSet<>();
            for (JsonNode command :
                    Schemas.document(cases.tsm().tsm("help", "--json").expect(0).out())) {
                String name = command.get("name").asText();
                String help = cases.tsm()
                        .tsm(("help --json " + name).split(" "))
                        .expect(0)
                        .out();
                Schemas.document(help)
                        .get("exitCodes")
                        .forEach(code ->
                                declared.add(name + ":" + code.get("code").asText()));
            }
            // some other program's
            declared.removeIf(code -> code.endsWith(":N"));
            Set<String> unreachable = CommandCases.UNREACHABLE.keySet();
            assertTrue(declared.containsAll(unreachable), () -> "undeclared: " + unreachable);
            declared.removeAll(unreachable);
            Set<String> seen = cases.steps().stream()
                    .filter(step -> !step.command().isEmpty() && !COMMON.contains(step.code()))
                    .map(step -> step.command() + ":" + step.code())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(declared, seen, "codes that are declared, and those of a case");
        }
    }
}
