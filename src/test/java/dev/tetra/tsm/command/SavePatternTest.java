package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Patterns that are saved from processes, over a real engine with real processes. */
class SavePatternTest {
    private static final int PORT = 18151;

    @TempDir
    Path place;

    private Path patterns;
    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(place);
        patterns = desk.home.resolve("patterns.txt");
        Files.writeString(desk.home.resolveSibling("work").resolve("args.sh"), "exec sleep 60\n");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private Desk.Told told(int code, String... words) {
        Desk.Told answer = desk.tell(words);
        assertEquals(code, answer.code(), answer.toString());
        return answer;
    }

    private static String[] words(String first, String line) {
        List<String> words = new ArrayList<>(List.of(first.split(" ")));
        words.addAll(List.of(line.split(" ")));
        return words.toArray(String[]::new);
    }

    @Test
    void a_pattern_is_saved_from_a_process() throws IOException {
        told(0, "start", "--name", "one", "sleep", "60");
        told(0, "save", "pattern", "sleeper", "one");
        assertEquals("sleeper|sleep 60|-|{cmd}\n", Files.readString(patterns));
        told(4, "save", "pattern", "sleeper", "one");
        told(0, "save", "pattern", "--replace", "--port", "auto", "sleeper", "one");
        assertEquals("sleeper|sleep 60|auto|{cmd}\n", Files.readString(patterns));
        assertTrue(told(0, "patterns").out().contains("sleeper *"));
    }

    @Test
    void a_saved_pattern_executes_what_the_process_executed_with_another_port() throws IOException {
        for (List<String> one : List.of(
                // the command, what is saved, the command without its port, what is executed then
                List.of("args.sh -p 18151", "args.sh|18151|{cmd} -p {port}", "args.sh", "args.sh -p 18152"),
                List.of("args.sh --port=18151", "args.sh|18151|{cmd} --port={port}", "args.sh", "args.sh --port=18152"),
                List.of(
                        "args.sh x localhost:18151",
                        "args.sh x|18151|{cmd} localhost:{port}",
                        "args.sh x",
                        "args.sh x localhost:18152"),
                List.of(
                        "args.sh --bind 127.0.0.1:18151",
                        "args.sh|18151|{cmd} --bind 127.0.0.1:{port}",
                        "args.sh",
                        "args.sh --bind 127.0.0.1:18152"))) {
            told(0, words("start --name one --exact-name", one.getFirst()));
            told(0, "save", "pattern", "mine", "one");
            assertEquals("mine|" + one.get(1) + "\n", Files.readString(patterns));
            String test =
                    told(0, words("patterns test --port 18152", one.get(2))).out();
            assertTrue(test.contains("bash " + one.get(3) + "\n"), test);
            String same = told(0, words("patterns test", one.getFirst())).out();
            assertTrue(same.contains("mine") && same.contains("bash " + one.getFirst() + "\n"), same);
            told(0, "delete", "one");
            Files.delete(patterns);
        }
    }

    @Test
    void a_saved_pattern_gives_the_port_as_the_pattern_did_by_which_the_process_was_started() throws IOException {
        Files.writeString(patterns, "listens|args.sh|9000|MY_PORT={port} {cmd} --listen {port} --strict\n");
        told(0, "start", "--name", "one", "--exact-name", "--port", "" + PORT, "args.sh", "--fast");
        told(0, "save", "pattern", "mine", "one");
        String saved = Files.readString(patterns);
        assertTrue(saved.contains("mine|args.sh --fast|18151|MY_PORT={port} {cmd} --listen {port} --strict\n"), saved);
        String test = told(0, "patterns", "test", "args.sh", "--fast").out();
        assertTrue(test.contains("mine") && test.contains("args.sh --fast --listen 18151 --strict\n"), test);
        assertTrue(test.contains("MY_PORT=18151"), test);
    }

    @Test
    void what_a_pattern_cannot_say_is_refused_and_nothing_is_written() {
        told(0, "start", "--name", "one", "--exact-name", "args.sh", "--port", "" + PORT, "x");
        Desk.Told middle = told(1, "save", "pattern", "mine", "one");
        assertTrue(
                middle.err().contains("to the end of a command") && middle.err().contains("tsm save"), middle.err());
        told(0, "start", "--name", "two", "args.sh", "a|b");
        assertTrue(told(1, "save", "pattern", "mine", "two").err().contains("has a '|'"));
        assertTrue(told(2, "save", "pattern", "a|b", "two").err().contains("'a|b' can't be a pattern's name"));
        assertFalse(Files.exists(patterns));
    }
}
