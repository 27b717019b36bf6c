package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code -n}: on every command that takes targets or shows processes. */
class NamespaceTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(folder);
        for (String[] words : List.of(
                new String[] {"start", "-n", "shop", "--name", "web", "--port", "18391", "sleep", "50"},
                new String[] {"start", "-n", "blog", "--name", "api", "--port", "18392", "sleep", "50"},
                new String[] {"start", "--name", "worker", "sleep", "50"})) {
            Desk.Told told = desk.tell(words);
            assertEquals(0, told.code(), told.err());
        }
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void every_command_that_takes_targets_or_shows_processes_has_the_option() {
        List<String> without = new Verbs()
                .lines().stream()
                        .map(CommandLine::getCommandSpec)
                        .filter(spec -> spec.positionalParameters().stream()
                                .anyMatch(parameter -> parameter.paramLabel().equals("TARGET")))
                        .filter(spec -> spec.findOption("-n") == null)
                        .map(spec -> spec.name())
                        .toList();
        assertEquals(List.of(), without);
        for (String name : List.of("list", "ports", "top", "cleanup", "ipc list", "events", "logs", "start")) {
            CommandLine line = Verbs.commandLine(
                    new Verbs().find(List.of(name.split(" "))).orElseThrow().verb(), name);
            CommandLine.Model.OptionSpec option = line.getCommandSpec().findOption("-n");
            assertTrue(option != null && option.paramLabel().equals("NAMESPACE"), name);
        }
    }

    @Test
    void it_restricts_what_is_shown_and_what_words_mean() {
        assertEquals("web-18391\n", desk.tell("list", "-n", "shop", "-q").out());
        Desk.Told ports = desk.tell("ports", "-n", "blog");
        assertTrue(ports.out().contains("18392") && !ports.out().contains("18391"), ports.out());
        Desk.Told elsewhere = desk.tell("info", "-n", "shop", "api");
        assertEquals(3, elsewhere.code());
        assertEquals(3, desk.tell("save", "x", "api", "-n", "shop").code());
        assertEquals(3, desk.tell("stop", "-n", "none").code());
        assertEquals(0, desk.tell("stop", "-n", "shop").code());
        assertEquals(Status.STOPPED, desk.process("web-18391").status());
        assertEquals(Status.ONLINE, desk.process("api-18392").status());
        assertEquals(0, desk.tell("info", "api").code());
        assertEquals(
                "api-18392\n",
                desk.tell("list", "--filter", "namespace=blog", "-q").out());
    }

    @Test
    void all_of_a_namespace_that_is_none_is_an_error_and_nothing_is_done() {
        for (String verb : List.of(
                "stop", "delete", "kill", "restart", "reload", "info", "why", "wait", "env", "flush", "logs",
                "events")) {
            Desk.Told told = desk.tell(verb, "all", "-n", "shpo");
            assertEquals(3, told.code(), verb);
            assertTrue(told.err().contains("no process is in the namespace 'shpo'"), told.err());
            assertTrue(told.err().contains("did you mean 'shop'?"), told.err());
        }
        assertEquals(3, desk.names().size());
    }

    @Test
    void a_word_that_means_a_process_of_another_namespace_is_told_so() {
        Desk.Told told = desk.tell("stop", "worker", "-n", "shop");
        assertEquals(3, told.code());
        assertTrue(told.err().contains("no process 'worker' in namespace 'shop'"), told.err());
        assertTrue(told.err().contains("worker is in namespace 'default'"), told.err());
    }

    @Test
    void a_number_of_lines_that_was_given_as_namespace_is_told_so() {
        for (String verb : List.of("logs", "events")) {
            Desk.Told named = desk.tell(verb, "worker", "-n", "5");
            assertEquals(named.err().contains("--lines 5"), named.code() == 3, named.err());
            assertTrue(desk.tell(verb, "-n", "5").err().contains("--lines 5"), verb);
        }
        assertTrue(desk.tell("logs", "worker", "-n", "5").err().contains("worker is in namespace 'default'"));
    }

    @Test
    void all_where_there_is_no_process_says_so() {
        assertEquals(0, desk.tell("delete", "all").code());
        for (String verb : List.of("stop", "kill", "env", "info")) {
            Desk.Told told = desk.tell(verb, "all");
            assertEquals(0, told.code(), verb);
            assertEquals("tsm: no process is listed\n", told.err(), verb);
        }
        assertEquals(
                "tsm: no process is listed\n", desk.tell("signal", "HUP", "all").err());
    }

    @Test
    void the_list_says_which_one_only_where_there_are_several() {
        assertTrue(desk.tell("list").out().contains("Namespace"));
        assertEquals(0, desk.tell("delete", "web", "api").code());
        assertFalse(desk.tell("list").out().contains("Namespace"));
    }

    @Test
    void a_name_that_cannot_be_one_is_refused() {
        for (String name : List.of("", "a b", "a/b", "-x", "x".repeat(101))) {
            Desk.Told told = desk.tell("start", "--namespace=" + name, "sleep", "50");
            assertEquals(2, told.code(), name);
            assertTrue(told.err().contains("no name of a namespace"), told.err());
        }
        assertEquals(
                2,
                desk.tell("service", "add", "s", "--namespace", "a b", "sleep", "1")
                        .code());
    }
}
