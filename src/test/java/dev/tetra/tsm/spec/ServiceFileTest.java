package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceFileTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/home/me", "STAGE", "dev");

    private static Map<String, String> values(String text) {
        Map<String, String> values = new TreeMap<>();
        ServiceFile.parse(text, "f.tsm", ENVIRONMENT).forEach(a -> values.put(a.name(), a.value()));
        return values;
    }

    private static String value(String written) {
        return String.valueOf(values("A=" + written + "\n").get("A"));
    }

    private static TsmException wrong(String text) {
        return assertThrows(TsmException.Failed.class, () -> values(text));
    }

    @Test
    void a_file_of_the_bash_module_is_read() {
        assertEquals(
                Map.of("SERVICE_NAME", "myapp", "SERVICE_TYPE", "python", "SERVICE_COMMAND", "python run.py"),
                values("""
                        # File: myapp.tsm
                        SERVICE_NAME="myapp"
                        SERVICE_TYPE="python"   # a kind
                        export SERVICE_COMMAND="python run.py"
                        """));
    }

    @Test
    void quotes_backslashes_and_variables_mean_what_they_mean_in_a_shell() {
        assertEquals("a b", value("a\\ b"));
        assertEquals("it's $STAGE", value("'it'\\''s $STAGE'"));
        assertEquals("dev/dev x", value("\"$STAGE/${STAGE} x\""));
        assertEquals("\\n \"q\" $", value("\"\\n \\\"q\\\" \\$\""));
        assertEquals("one two", value("one\\\n\" two\""));
        assertEquals("/home/me/app", value("~/app"));
        assertEquals("~/app", value("'~/app'"));
        assertEquals("#1", value("#1 # two"));
        assertEquals("", value(""));
        assertEquals("100$", value("100$"));
        assertEquals("two\nlines", value("'two\nlines'"));
    }

    @Test
    void what_was_assigned_before_counts_more_than_the_environment() {
        assertEquals("prod-x", values("STAGE=prod; A=$STAGE-x").get("A"));
    }

    @Test
    void several_assignments_on_a_line_and_windows_line_ends_are_read() {
        assertEquals(Map.of("A", "1", "B", "2", "C", "3"), values("\uFEFFA=1 B=2\r\nC=3\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A=$(rm -rf x)",
                "A=\"$(rm -rf x)\"",
                "A=`rm -rf x`",
                "A=\"`rm -rf x`\"",
                "rm -rf x",
                "A=1 rm -rf x",
                "A=1; rm -rf x",
                "A=1 && rm -rf x",
                "A=$((1+1))",
                "A=${B:-$(rm x)}",
                "A=<(rm x)",
                "A=1 | rm",
                "source other",
                "A=(1 2)",
                "A+=1",
                "A=$'x'",
                "A=$1",
                "A='open",
                "A=\"open",
                "export A",
                "A"
            })
    void what_is_no_plain_assignment_is_an_error_with_its_line(String line) {
        TsmException error = wrong("# first\n\n" + line + "\n");
        assertTrue(error.getMessage().startsWith("f.tsm:3: "), error.getMessage());
        assertTrue(!error.hint().isEmpty());
    }

    @Test
    void a_name_that_is_set_twice_and_a_variable_that_is_not_set_are_errors() {
        assertEquals(
                "f.tsm:3: A is set twice, first in line 1",
                wrong("A=1\nB=2\nA=3").getMessage());
        assertEquals("f.tsm:2: $NOWHERE is not set", wrong("B=1\nA=$NOWHERE").getMessage());
    }

    @Property
    void any_text_gives_assignments_or_an_error_with_file_and_line(@ForAll("texts") String text) {
        try {
            ServiceFile.parse(text, "f.tsm", ENVIRONMENT);
        } catch (TsmException e) {
            assertTrue(e.getMessage().matches("(?s)f\\.tsm:[0-9]+: .+"), e.getMessage());
        }
    }

    @Property
    void what_is_written_is_read_back(@ForAll("values") String value) {
        String text = ServiceFile.write("a comment", Map.of("SERVICE_COMMAND", value));
        assertEquals(
                List.of(value),
                ServiceFile.parse(text, "f.tsm", Map.of()).stream()
                        .map(ServiceFile.Assignment::value)
                        .toList());
    }

    @Test
    void nothing_is_run_whatever_is_written() throws Exception {
        Path folder = Files.createTempDirectory("tsm-run");
        Path mark = folder.resolve("mark");
        for (String how : List.of(
                "$(touch %s)", "`touch %s`", "\"$(touch %s)\"", "x; touch %s", "x\ntouch %s", "${x:=$(touch %s)}")) {
            wrong("A=" + String.format(how, mark));
        }
        assertTrue(Files.notExists(mark));
        Files.delete(folder);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                        "A",
                        "SERVICE_X",
                        "=",
                        "'",
                        "\"",
                        "\\",
                        "$",
                        "${",
                        "}",
                        "(",
                        ")",
                        "`",
                        "#",
                        "\n",
                        "\r",
                        " ",
                        ";",
                        "export ",
                        "~",
                        "/",
                        "é",
                        "\0",
                        "\uD800",
                        "HOME",
                        "1",
                        "|",
                        "&",
                        "<",
                        "+")
                .list()
                .ofMaxSize(20)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.strings().withChars("ab 'é\"\\$`#;~\n\t(){}!=").ofMaxLength(12);
    }
}
