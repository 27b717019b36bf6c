package dev.tetra.tsm.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SqlTextTest {
    @Test
    void a_semicolon_ends_a_statement() {
        SqlText text = SqlText.of("select 1; select\n2 ;; ");
        assertEquals(List.of("select 1", "select\n2"), text.statements());
        assertTrue(text.isWhole());
    }

    @Test
    void one_within_quotes_or_a_comment_does_not() {
        String statement = "select ';', \"a;b\" -- c;\n, 'it''s;' /* ; */";
        assertEquals(List.of(statement), SqlText.of(statement + ";").statements());
    }

    @Test
    void what_is_open_is_not_whole() {
        assertFalse(SqlText.of("select 1").isWhole());
        assertFalse(SqlText.of("select 1; select ';").isWhole());
        assertFalse(SqlText.of("select /* ;").isWhole());
        assertTrue(SqlText.of("").isWhole());
        assertTrue(SqlText.of("select 1; -- done").isWhole());
    }

    @Test
    void a_backslash_q_leaves_even_in_the_middle() {
        assertTrue(SqlParser.leaves(" \\q "));
        assertTrue(SqlParser.leaves("quit"));
        assertTrue(SqlParser.leaves("select 1\n\\q"));
        assertFalse(SqlParser.leaves("select 'quit'"));
    }
}
