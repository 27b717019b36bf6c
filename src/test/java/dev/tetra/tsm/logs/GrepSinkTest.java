package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrepSinkTest {
    private static final LogSource WEB = new LogSource("web", LogStream.OUT, Path.of("out.log"));

    private final Collected seen = new Collected();

    @Test
    void only_lines_in_which_the_expression_is_found_pass() throws IOException {
        GrepSink grep = grep("^err|warn$");
        for (String text : List.of("error", "an error", "a warn\r", "warning")) {
            grep.line(piece(text, true, true));
        }
        assertEquals(List.of("error", "a warn"), seen.lines());
    }

    @Test
    void a_line_that_fits_only_as_a_whole_passes_as_a_whole() throws IOException {
        GrepSink grep = grep("one two");
        grep.line(piece("one ", true, false));
        assertEquals(List.of(), seen.pieces());
        grep.line(piece("two", false, true));
        assertEquals(List.of("one two"), seen.lines());
    }

    @Test
    void an_unfinished_line_that_fits_passes_at_once_and_its_rest_too() throws IOException {
        GrepSink grep = grep("Password");
        grep.line(piece("Password: ", true, false));
        assertEquals(1, seen.pieces().size());
        grep.line(piece("thanks", false, true));
        assertEquals(List.of("Password: thanks"), seen.lines());
    }

    @Test
    void a_wrong_expression_is_told_with_its_place() {
        TsmException.Usage error = assertThrows(TsmException.Usage.class, () -> GrepSink.compile("a(b"));
        assertTrue(error.getMessage().startsWith("'a(b' is no regular expression: "), error.getMessage());
    }

    @Test
    void an_expression_too_deep_for_a_line_is_an_error_for_the_user() {
        GrepSink grep = grep("^(a|b)*c");
        LogLine line = piece("ab".repeat(100_000), true, true);
        assertThrows(TsmException.Failed.class, () -> grep.line(line));
    }

    private GrepSink grep(String expression) {
        return new GrepSink(GrepSink.compile(expression), seen);
    }

    private static LogLine piece(String text, boolean starts, boolean ends) {
        return new LogLine(WEB, text.getBytes(StandardCharsets.UTF_8), starts, ends, 0);
    }
}
