package dev.tetra.tsm.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineWordsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "start --name x sh -c 'a b'",
                "  two\tblanks  ",
                "a\\ b \\'c \\\\",
                "\"a \\\" b\" \"\\a\" \"\\\\\" \"it's\"",
                "'a'\"b\"c ''  \"\"",
                "one # two",
                "one#two '#' \\#",
                "a\\\nb c",
                "'a\nb'",
                "\"a\\\nb\"",
                "-e A='x y'z"
            })
    void words_come_out_as_bash_would_give_them(String line) throws Exception {
        Process bash = new ProcessBuilder("bash", "-c", "printf '%s\\0' " + line).start();
        String given = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor());
        List<String> expected = Arrays.asList(given.split("\0", -1));
        assertEquals(
                expected.subList(0, expected.size() - 1),
                LineWords.of(line).orElseThrow().words());
    }

    @Test
    void nothing_is_expanded_and_no_operator_is_known() {
        assertEquals(
                List.of("start", "$HOME", "*", "a|b", ">x", "~"),
                LineWords.of("start $HOME * a|b >x ~").orElseThrow().words());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'a", "\"a", "a\\", "a \"b' \\\""})
    void a_line_that_goes_on_has_no_words_yet(String line) {
        assertTrue(LineWords.of(line).isEmpty());
    }

    @Test
    void a_line_break_ends_a_command_unless_it_is_quoted() {
        assertEquals(List.of("a", "b 'c\nd'", "e \\\n f", ""), LineWords.commands("a\nb 'c\nd'\ne \\\n f\n"));
    }

    @Test
    void the_word_being_typed_is_the_last_one() {
        assertEquals(new LineWords(List.of("stop", ""), 5), LineWords.soFar("stop "));
        assertEquals(new LineWords(List.of("stop", "my w"), 5), LineWords.soFar("stop 'my w"));
        assertEquals(new LineWords(List.of(""), 0), LineWords.soFar(""));
    }
}
