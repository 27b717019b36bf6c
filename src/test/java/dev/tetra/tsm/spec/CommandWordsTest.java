package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandWordsTest {
    @Test
    void quotes_and_backslashes_are_taken_away_as_a_shell_does() {
        assertEquals(List.of("a", "b c", "d"), CommandWords.split("a 'b c' d"));
        assertEquals(List.of("it's"), CommandWords.split("'it'\\''s'"));
        assertEquals(List.of("x\\y", "\"", "$z"), CommandWords.split("\"x\\y\" \"\\\"\" \"\\$z\""));
        assertEquals(List.of("ab cd", ""), CommandWords.split("a'b c'd \"\""));
        assertEquals(List.of("a b", "ab"), CommandWords.split("a\\ b a\\\nb"));
        assertEquals(List.of("--x=1 2"), CommandWords.split("  --x='1 2'\t"));
        assertEquals(List.of("a\\"), CommandWords.split("a\\"));
        assertEquals(List.of(), CommandWords.split("  \n"));
    }

    @Test
    void a_quote_that_is_never_closed_is_named_with_its_column() {
        TsmException wrong = assertThrows(TsmException.Usage.class, () -> CommandWords.split("echo 'oops"));
        assertTrue(wrong.getMessage().contains("column 6"), wrong.getMessage());
        wrong = assertThrows(TsmException.Usage.class, () -> CommandWords.split("echo 'a' \"b\\\""));
        assertTrue(wrong.getMessage().contains("column 10"), wrong.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a | b",
                "a && b",
                "a; b",
                "a > f",
                "a 2>&1",
                "a < f",
                "echo $(date)",
                "echo `date`",
                "echo $HOME",
                "echo \"$HOME\"",
                "echo \"`date`\"",
                "echo ${X}",
                "ls *.js",
                "ls a?c",
                "ls [ab]",
                "ls ~/x",
                "a &",
                "PORT=3000 node app.js",
                "PORT='3 0' node",
                "(a)",
                "a # b",
                "cd x",
                "exec node app.js",
                "a\nb",
                "echo $'a'",
                "! a",
                "echo \"${X:-it's}\"",
                "a $1 $# $$"
            })
    void what_only_a_shell_can_do_is_seen(String line) {
        assertTrue(CommandWords.usesShellSyntax(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ruby server.rb -p 4000",
                "go run main.go",
                "php -S localhost:8080",
                "echo 'a | b' \"c && d\" e\\;f",
                "echo '$HOME' \\$HOME \"\\$HOME\" \\`",
                "a x~ 'a'~ \\~ b~c",
                "echo a#b 5$ \"5$\" $",
                "make PORT=8000",
                "'PORT=1' x",
                "P\\ORT=1 x",
                "a '*' \\? {b,c} ]",
                "",
                " a \n",
                "./cd x",
                "echo cd exec !",
                "a\\\n b"
            })
    void what_any_splitter_can_do_needs_no_shell(String line) {
        assertFalse(CommandWords.usesShellSyntax(line));
    }

    @Test
    void joined_words_stay_readable() {
        assertEquals(
                "make PORT=8000 'a b' '' 'it'\\''s'",
                CommandWords.join(List.of("make", "PORT=8000", "a b", "", "it's")));
        assertEquals("'PORT=1' x", CommandWords.join(List.of("PORT=1", "x")));
    }

    @Property
    void split_undoes_join(@ForAll List<String> words) {
        assertEquals(words, CommandWords.split(CommandWords.join(words)));
    }

    @Property(tries = 300)
    void a_shell_reads_the_same_words(@ForAll("lines") String line) throws Exception {
        boolean needsShell;
        try {
            needsShell = CommandWords.usesShellSyntax(line);
        } catch (TsmException.Usage unclosed) {
            return;
        }
        Assume.that(!needsShell);
        assertEquals(bash("printf '%s\\0' x " + line), prefixed(CommandWords.split(line)));
    }

    @Property(tries = 150)
    void a_shell_reads_joined_words_back(@ForAll("words") List<String> words) throws Exception {
        String joined = CommandWords.join(words);
        assertEquals(bash("printf '%s\\0' x " + joined), prefixed(words));
    }

    @Property
    void nothing_but_an_unclosed_quote_is_refused(@ForAll("lines") String line) {
        try {
            CommandWords.mainCommand(line);
            CommandWords.usesShellSyntax(line);
        } catch (TsmException.Usage unclosed) {
            assertTrue(unclosed.getMessage().contains("never closed"));
        }
    }

    @Test
    void the_main_command_of_a_shell_line_is_the_one_that_works() {
        assertEquals(List.of("npm", "start"), CommandWords.mainCommand("cd web && npm start"));
        assertEquals(
                List.of("node", "s.js"), CommandWords.mainCommand("npm run build && exec node s.js 2>&1 | tee log"));
        assertEquals(List.of("PORT=3000", "node", "a.js"), CommandWords.mainCommand("PORT=3000 node a.js >> 'x y' &"));
        assertEquals(
                List.of("python", "w.py"),
                CommandWords.mainCommand("while true; do python w.py || true; sleep 1; done"));
        assertEquals(List.of("echo", "$(a | b)"), CommandWords.mainCommand("echo $(a | b)"));
        assertEquals(List.of(), CommandWords.mainCommand(" "));
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.strings()
                .withChars("ab'\"\\ $`~#=-{},!^%+@:./]x1_\t|&;*")
                .ofMaxLength(14);
    }

    @Provide
    Arbitrary<List<String>> words() {
        return Arbitraries.strings()
                .withChars("ab'\"\\ $`~#=*?[]!|&;<>(){}\n\t-")
                .ofMaxLength(8)
                .list()
                .ofMaxSize(5);
    }

    private static List<String> prefixed(List<String> words) {
        List<String> all = new ArrayList<>(List.of("x"));
        all.addAll(words);
        return all;
    }

    /** What a shell without extensions prints; brace expansion is bash's own and no shell we run lines with has it. */
    private static List<String> bash(String line) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "--posix", "+B", "-c", line);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        List<String> words = new ArrayList<>(List.of(out.split("\0", -1)));
        words.removeLast();
        return words;
    }
}
