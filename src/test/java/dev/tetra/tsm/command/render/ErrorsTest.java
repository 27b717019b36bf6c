package dev.tetra.tsm.command.render;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.model.TsmException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ErrorsTest {
    private final TsmException taken =
            new TsmException.Conflict("port 8000 is taken by api (ID 3)", "try 'tsm stop api', or another port");

    @Test
    void only_lines_that_are_indented_stand_below_the_message() {
        TsmException error = new TsmException.Failed("no program 'a\nb'. Its last lines:\n  one\n  two", "make 'c\nd'");
        assertEquals(
                "tsm: no program 'a\\nb'. Its last lines:\n  one\n  two\n  hint: make 'c\\nd'\n",
                Errors.text(error, new Ansi(false)));
    }

    @Test
    void a_person_reads_what_was_wrong_and_what_to_do() {
        assertEquals("""
                tsm: port 8000 is taken by api (ID 3)
                  hint: try 'tsm stop api', or another port
                """, Errors.text(taken, new Ansi(false)));
    }

    @Test
    void an_error_without_hint_is_its_message() {
        TsmException error = new TsmException.Failed("died:\n\tlast line\u001b[31m\n", "");
        assertEquals("tsm: died:\n\tlast line\\x1b[31m\n", Errors.text(error, new Ansi(false)));
    }

    @Test
    void a_program_reads_code_and_kind() {
        assertEquals("""
                {
                  "error": {
                    "code": 4,
                    "kind": "conflict",
                    "message": "port 8000 is taken by api (ID 3)",
                    "hint": "try 'tsm stop api', or another port"
                  }
                }
                """, new String(Errors.json(taken), StandardCharsets.UTF_8));
    }
}
