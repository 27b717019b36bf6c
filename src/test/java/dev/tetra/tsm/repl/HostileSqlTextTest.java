package dev.tetra.tsm.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Hostile;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class HostileSqlTextTest {
    @Provide
    Arbitrary<String> scripts() {
        return Hostile.texts(
                List.of("select ';', \"a;b\" -- c;\n, 'it''s;' /* ; */; select 2;", "select 1; -- done"),
                List.of(";", "'", "\"", "--", "\n", "/*", "*/", "$$", "a", " ", "''", "\\q", "\0"));
    }

    @Property(tries = 400)
    void nothing_of_a_script_is_lost_and_no_statement_is_blank(@ForAll("scripts") String script) {
        SqlText text = Hostile.read(() -> SqlText.of(script));
        StringBuilder all = new StringBuilder();
        for (String statement : text.statements()) {
            assertFalse(statement.isBlank());
            all.append(statement);
            assertEquals(List.of(statement), SqlText.of(statement + "\n;").statements(), script);
        }
        all.append(text.rest());
        assertEquals(bare(script), bare(all.toString()));
        Hostile.read(text::isWhole);
        Hostile.read(() -> SqlParser.leaves(script));
        Hostile.read(() -> LineWords.of(script));
        Hostile.read(() -> LineWords.soFar(script));
        Hostile.read(() -> LineWords.commands(script));
        Hostile.read(() -> LineWords.open(script));
    }

    private static String bare(String text) {
        return text.replace(";", "").replaceAll("\\s", "");
    }

    @Test
    void a_long_script_is_cut_in_time() {
        for (String piece : List.of("'", "/*", "--\n", ";", "select 1;\n", "\"")) {
            String script = piece.repeat(200_000 / piece.length());
            assertTrue(Hostile.read(() -> SqlText.of(script)).statements().size() <= script.length());
        }
    }
}
