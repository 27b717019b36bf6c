package dev.tetra.tsm.command.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final Ansi PLAIN = new Ansi(false);
    private static final Ansi COLOUR = new Ansi(true);

    @Test
    void columns_are_two_blanks_apart_and_numbers_right() {
        Table table = new Table(Column.right("ID"), Column.left("Name"), Column.left("Status"))
                .row(Cell.of(7), Cell.of("web"), Cell.of("online"))
                .row(Cell.of(12), Cell.of("my-api"), Cell.of("stopped"));
        assertEquals("""
                ID  Name    Status
                 7  web     online
                12  my-api  stopped
                """, table.render(0, PLAIN));
    }

    @Test
    void what_is_empty_is_a_dash_so_that_every_row_has_every_column() {
        Table table = new Table(Column.left("A"), Column.left("B")).row(Cell.of(null), Cell.of(""));
        assertEquals("A  B\n-  -\n", table.render(0, PLAIN));
    }

    @Test
    void wide_and_combining_characters_keep_the_columns_aligned() {
        Table table = new Table(Column.left("Name"), Column.left("X"))
                .row(Cell.of("日本"), Cell.of("1"))
                .row(Cell.of("e\u0301te"), Cell.of("2"))
                .row(Cell.of("🎈"), Cell.of("3"));
        assertEquals("Name  X\n日本  1\ne\u0301te   2\n🎈    3\n", table.render(0, PLAIN));
    }

    @Test
    void control_sequences_of_a_name_do_not_reach_the_terminal() {
        Table table = new Table(Column.left("Name")).row(Cell.of("a\u001b]0;title\u0007\nb\u009bc"));
        assertEquals("Name\na\\x1b]0;title\\x07\\nb\\x9bc\n", table.render(80, PLAIN));
    }

    @Test
    void colours_take_no_width_and_come_only_when_wanted() {
        Table table = new Table(Column.left("S"), Column.left("T")).row(Cell.of("on", Style.GREEN), Cell.of("x"));
        assertEquals("S   T\non  x\n", table.render(0, PLAIN));
        assertEquals("\u001b[1mS\u001b[0m   \u001b[1mT\u001b[0m\n\u001b[32mon\u001b[0m  x\n", table.render(0, COLOUR));
    }

    @Test
    void only_flexible_columns_are_shortened_and_the_widest_first() {
        Table table = new Table(
                        Column.left("Name").shortened(), Column.left("Dir").shortened(), Column.left("Id"))
                .row(Cell.of("short-name"), Cell.of("/a/very/long/folder/name/indeed"), Cell.of("1234567890123456"));
        assertEquals("""
                Name        Dir           Id
                short-name  /a/very/lon…  1234567890123456
                """, table.render(42, PLAIN));
    }

    @Test
    void shortened_columns_use_all_of_the_width() {
        Table table = new Table(Column.left("A").shortened(), Column.left("B").shortened())
                .row(Cell.of("x".repeat(40)), Cell.of("y".repeat(40)));
        assertEquals(33, Visible.width(table.render(33, PLAIN).lines().toList().get(1)));
    }

    @Test
    void nothing_is_cut_where_the_reader_is_no_terminal() {
        Table table = new Table(Column.left("Name").shortened()).row(Cell.of("x".repeat(500)));
        assertTrue(table.render(0, PLAIN).contains("x".repeat(500)));
    }

    @Test
    void a_row_must_have_all_cells() {
        Table table = new Table(Column.left("A"), Column.left("B"));
        assertThrows(IllegalArgumentException.class, () -> table.row(Cell.of("x")));
    }

    @Property
    void a_line_fits_the_terminal_and_shows_nothing_harmful(
            @ForAll @Size(min = 1, max = 8) List<String> names, @ForAll @IntRange(min = 30, max = 120) int width) {
        Table table = new Table(
                Column.right("ID"),
                Column.left("Name").shortened(),
                Column.left("Cmd").shortened());
        for (int i = 0; i < names.size(); i++) {
            table.row(Cell.of(i), Cell.of(names.get(i)), Cell.of(names.get(names.size() - 1 - i)));
        }
        List<String> lines = new ArrayList<>(table.render(width, PLAIN).lines().toList());
        assertEquals(names.size() + 1, lines.size());
        for (String line : lines) {
            assertEquals(line, Visible.line(line));
            assertTrue(Visible.width(line) <= width, line);
        }
    }

    @Property
    void cut_text_is_as_wide_as_it_may_be(@ForAll String text, @ForAll @IntRange(min = 1, max = 40) int width) {
        String harmless = Visible.line(text);
        String cut = Visible.cut(harmless, width);
        assertTrue(Visible.width(cut) <= width);
        // a wide character may leave one column
        assertTrue(cut.equals(harmless) || Visible.width(cut) >= width - 1, cut);
    }
}
