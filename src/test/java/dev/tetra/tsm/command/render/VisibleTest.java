package dev.tetra.tsm.command.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tetra.tsm.model.RawText;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class VisibleTest {
    @Property
    void no_control_and_no_lone_surrogate_remains(@ForAll String text) {
        String shown = Visible.line(text);
        assertFalse(shown.codePoints().anyMatch(c -> Character.isISOControl(c) || (c >= 0xd800 && c <= 0xdfff)));
    }

    @Test
    void harmless_text_stays_as_it_is() {
        for (String text : new String[] {"grüße", "日本", "👩‍💻", "a\\nb", "नमस्ते"}) {
            assertEquals(text, Visible.line(text));
        }
    }

    @Test
    void bytes_that_are_no_text_are_shown_as_bytes() {
        assertEquals("a\\xffb", Visible.line(RawText.decode(new byte[] {'a', (byte) 0xff, 'b'})));
    }

    @Test
    void characters_that_reorder_or_hide_others_are_shown() {
        assertEquals("a\\u{202e}b\\u{200b}", Visible.line("a\u202eb\u200b"));
    }

    @Test
    void newlines_and_tabs_stay_in_text_of_several_lines() {
        assertEquals("a\n\tb\\r\\x1b[31m", Visible.lines("a\n\tb\r\u001b[31m"));
    }
}
