package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cd x && API_KEY=hush exec y | tee z",
                "A=1 DB_PASSWORD='hush hush' run",
                "DB_PASSWORD=\"hush \\\" hush\" run",
                "run --token hush --port 80",
                "run --token=hush",
                "curl -H 'Authorization: Bearer hush' x",
                "curl -H \"X-Api-Key: hush\" x",
                "psql postgres://me:hush@db/x"
            })
    void no_secret_of_a_line_is_shown(String line) {
        assertFalse(Secrets.maskLine(line).contains("hush"), Secrets.maskLine(line));
        String word = CommandWords.join(Secrets.maskWords(List.of("sh", "-c", line)));
        assertFalse(word.contains("hush"), word);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--env=API_KEY=hush", "-eAPI_KEY=hush", "API_KEY=hush hush", "--set=A=b API_KEY=hush"})
    void no_secret_of_a_word_is_shown(String word) {
        assertFalse(Secrets.maskWords(List.of(word)).getFirst().contains("hush"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PORT=80 python3 -m http.server > out 2>&1", "run --port 80 --name 'a b'", "echo a: b"})
    void what_is_no_secret_stays(String line) {
        assertEquals(line, Secrets.maskLine(line));
    }

    @Test
    void lines_that_set_a_variable_are_found() {
        String file = "# A=0\nexport A=1 B='x y'\nA=2\nC=3 make\ndeclare -x D=4\nA+=5\nE='on\ntwo'\n";
        assertEquals(
                Map.of("A", List.of(2, 3), "B", List.of(2), "D", List.of(5), "E", List.of(7)),
                EnvAssignments.lines(file));
    }
}
