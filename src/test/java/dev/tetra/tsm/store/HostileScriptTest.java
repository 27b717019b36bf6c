package dev.tetra.tsm.store;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tetra.tsm.testing.Hostile;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class HostileScriptTest {
    @Provide
    Arbitrary<String> scripts() {
        return Hostile.texts(
                List.of("select ';', \"a;b\" -- c;\n, 'it''s;' /* ; */; select 2;", "select $$;$$; // x\n select 1"),
                List.of(";", "'", "\"", "--", "//", "\n", "/*", "*/", "$$", "$", "a", " ", "''", "\0"));
    }

    @Property(tries = 400)
    void any_script_is_cut_into_statements(@ForAll("scripts") String script) {
        List<String> statements = Hostile.read(() -> Auditor.statements(script));
        statements.forEach(statement -> assertFalse(statement.isBlank()));
    }

    @Test
    void a_long_script_is_cut_in_time_and_without_end_of_the_stack() {
        for (String piece : List.of("'", "/*", "/**/", "--\n", ";", "select 1;\n", "\"", "$$", "/* a\n")) {
            String script = piece.repeat(200_000 / piece.length());
            Hostile.read(() -> Auditor.statements(script));
        }
    }
}
