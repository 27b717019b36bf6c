package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong is told in the form that was asked for, by whoever asked. */
class JsonErrorsTest {
    @TempDir
    private static Path folder;

    private static Desk desk;

    @BeforeAll
    static void open() throws IOException {
        desk = new Desk(folder);
    }

    @AfterAll
    static void close() {
        desk.close();
    }

    private static JsonNode error(Desk.Told told) throws IOException {
        assertEquals("", told.err());
        JsonNode error = new ObjectMapper().readTree(told.out()).get("error");
        assertEquals(told.code(), error.get("code").asInt());
        return error;
    }

    @Test
    void an_option_of_the_started_command_asks_nothing_of_tsm() throws IOException {
        Desk.Told told = desk.tell("start", "--port", "x", "server", "--json");
        assertEquals("", told.out());
        assertTrue(told.err().contains("--port: 'x' is no usable number"), told.err());
        assertTrue(told.err().startsWith("tsm: "), told.err());
        assertEquals("", desk.tell("start", "--nonsense", "--", "--json").out());
        assertEquals(
                "usage",
                error(desk.tell("start", "--name", "a", "--nonsense", "--json", "server"))
                        .get("kind")
                        .asText());
        assertEquals(
                "usage",
                error(desk.tell("list", "--nonsense", "--json")).get("kind").asText());
        assertEquals(
                "usage",
                error(desk.tell("stop", "x", "--nonsense", "--json"))
                        .get("kind")
                        .asText());
    }

    @Test
    void an_option_that_does_not_exist_is_named_and_not_the_words_behind_it() {
        assertTrue(desk.tell("show", "--nosuch").err().contains("tsm show has no option --nosuch"));
        assertTrue(desk.tell("show", "--revael").err().contains("did you mean --reveal?"));
        assertTrue(desk.tell("ipc", "send", "app", "-x").err().contains("tsm ipc send has no option -x"));
        assertTrue(desk.tell("show").err().contains("Missing required parameter"));
        assertTrue(desk.tell("ipc", "send", "-n", "-x").err().contains("Missing required parameter"));
    }

    @Test
    void a_word_that_no_command_of_the_name_knows_is_told_with_those_that_are() {
        Desk.Told told = desk.tell("ipc", "sned");
        assertEquals(2, told.code());
        assertTrue(told.err().contains("tsm ipc knows list, test, send, cleanup, not 'sned'"), told.err());
        assertTrue(told.err().contains("did you mean tsm ipc send?"), told.err());
        assertTrue(desk.tell("hook", "foo").err().contains("tsm hook knows list, add, rm, test, not 'foo'"));
        assertTrue(desk.tell("save", "a", "b", "c").err().contains("tsm save takes no more words: 'c'"));
    }

    @Test
    void the_value_of_an_option_is_no_option() {
        assertEquals("", desk.tell("start", "--nonsense", "--name", "--json").out());
    }

    @Test
    void a_bug_is_told_as_one_without_its_trace() throws IOException {
        Context real = desk.context(ScriptedTerminal.mute());
        for (List<String> words : List.of(List.of("daemon", "status"), List.of("daemon", "status", "--json"))) {
            ScriptedTerminal terminal = ScriptedTerminal.mute();
            int code = new Commands()
                    .run(words, new Context(real.engine(), real.caller(), terminal, new Broken(), real.build()));
            assertEquals(70, code);
            if (words.size() == 3) {
                assertEquals(
                        "internal",
                        error(new Desk.Told(code, terminal.shown(), terminal.errors()))
                                .get("kind")
                                .asText());
            } else {
                assertTrue(terminal.errors().contains("this is a bug in tsm"), terminal.errors());
                assertFalse(terminal.errors().contains("\tat "), terminal.errors());
            }
        }
    }

    @Test
    void an_error_in_a_stream_of_objects_is_one_of_them() throws IOException {
        Desk.Told told = desk.tell("logs", "--json", "nobody");
        assertEquals(1, told.out().lines().count(), told.out());
        assertEquals("not-found", error(told).get("kind").asText());
        Files.createDirectories(desk.log());
        Desk.Told log = desk.tell("daemon", "logs", "--json");
        Files.delete(desk.log());
        // a stream that has begun cannot take back its frame, so the line in it is what the user gets
        String first = log.out().lines().findFirst().orElse("");
        assertTrue(first.startsWith("{\"error\":{\"code\":1,"), log.out());
    }

    @Test
    void of_several_names_one_that_fails_keeps_none_of_the_others_from_it() throws IOException {
        assertEquals(0, desk.tell("service", "add", "one", "sleep", "60").code());
        Desk.Told text = desk.tell("enable", "nobody", "one");
        assertEquals(3, text.code());
        assertEquals("service one starts with the daemon\n", text.out());
        assertTrue(text.err().contains("nobody"), text.err());
        Desk.Told json = desk.tell("disable", "nobody", "one", "--json");
        assertEquals(3, json.code());
        JsonNode all = new ObjectMapper().readTree(json.out());
        assertEquals("not-found", all.get(0).get("error").get("kind").asText());
        assertTrue(all.get(1).get("changed").asBoolean());
        assertEquals(
                3, error(desk.tell("enable", "nobody", "--json")).get("code").asInt());
    }

    /** A daemon in which everything fails. */
    private static final class Broken implements DaemonControl {
        @Override
        public Launcher launcher() {
            throw new IllegalStateException("broken");
        }

        @Override
        public Status status() {
            throw new IllegalStateException("broken");
        }

        @Override
        public void stopAfterAnswer() {
            throw new IllegalStateException("broken");
        }

        @Override
        public void replaceAfterAnswer() {
            throw new IllegalStateException("broken");
        }

        @Override
        public Path log() {
            throw new IllegalStateException("broken");
        }

        @Override
        public List<String> untoldNotices() {
            return List.of();
        }
    }
}
