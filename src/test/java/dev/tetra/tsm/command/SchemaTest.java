package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tetra.tsm.engine.Finding;
import dev.tetra.tsm.engine.PortRow;
import dev.tetra.tsm.engine.Startup;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.model.Words;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The definitions that schemas share have the words of the program; whole documents are checked by {@code JsonIT}. */
class SchemaTest {
    private static final Map<String, Enum<?>[]> WORDS = Map.ofEntries(
            Map.entry("status", Status.values()),
            Map.entry("wanted", Wanted.values()),
            Map.entry("type", ProcessType.values()),
            Map.entry("kind", Kind.values()),
            Map.entry("portSource", PortSource.values()),
            Map.entry("restart", RestartPolicy.Restart.values()),
            Map.entry("eventKind", EventKind.values()),
            Map.entry("origin", Origin.values()),
            Map.entry("runCause", RunCause.values()),
            Map.entry("envSource", EnvSource.values()),
            Map.entry("portStatus", PortRow.Status.values()),
            Map.entry("level", Finding.Level.values()),
            Map.entry("scope", Startup.Scope.values()));

    private final JsonNode definitions;

    SchemaTest() throws IOException {
        definitions = new ObjectMapper()
                .readTree(new File("docs/schema/definitions.schema.json"))
                .get("$defs");
    }

    @Test
    void words_are_those_that_the_program_has() {
        WORDS.forEach((name, constants) -> {
            List<String> listed = new ArrayList<>();
            definitions.get(name).get("enum").forEach(word -> listed.add(word.asText()));
            assertEquals(Stream.of(constants).map(Words::of).toList(), listed, name);
        });
    }

    @Test
    void a_process_has_the_fields_that_can_be_listed_and_sorted_by() {
        Set<String> fields = new TreeSet<>();
        ProcessFields.STORED.forEach(field -> fields.add(field.name()));
        assertEquals(fields, names(definitions.get("storedProcess")));
        fields.clear();
        ProcessFields.SEEN.forEach(field -> fields.add(field.name().replaceFirst("\\..*", "")));
        assertEquals(fields, names(definitions.get("process").get("allOf").get(1)));
    }

    private static Set<String> names(JsonNode schema) {
        Set<String> names = new TreeSet<>();
        schema.get("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }
}
