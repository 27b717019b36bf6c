package dev.tetra.tsm.e2e;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The schemas in {@code docs/schema}, by the names of their commands. */
final class Schemas {
    private static final String ENDING = ".schema.json";
    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final Path folder;
    private final SchemaRegistry registry;

    Schemas(Path root) {
        folder = root.resolve("docs").resolve("schema");
        // A schema names the others by the names of their files, and each file is loaded when it is first needed.
        registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(iri -> {
                    String name = iri.substring(iri.lastIndexOf('/') + 1);
                    return Files.exists(folder.resolve(name)) ? read(folder.resolve(name)) : null;
                }));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the commands that have one, with {@code -} for blanks, but for the definitions that they share. */
    List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .filter(name -> !name.equals("definitions"))
                    .sorted()
                    .toList();
        }
    }

    /** The one document that a text is; fails when it is none, or more than one. */
    static JsonNode document(String text) {
        try {
            JsonNode document = STRICT.readTree(text);
            if (document.isMissingNode()) {
                throw new AssertionError("there is no document");
            }
            return document;
        } catch (IOException e) {
            throw new AssertionError("no document: " + text, e);
        }
    }

    /** What keeps a document from fitting the schema of a command; empty when it fits. */
    List<String> faults(String command, JsonNode document) {
        Path file = folder.resolve(command.replace(' ', '-') + ENDING);
        if (!Files.exists(file)) {
            return List.of("there is no " + file);
        }
        Schema schema = registry.getSchema(SchemaLocation.of("tsm:/" + file.getFileName()));
        return schema.validate(document.toString(), InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }
}
