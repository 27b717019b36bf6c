package dev.tetra.tsm.command.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AmountsTest {
    @Test
    void bytes_have_one_digit_and_units_of_1024() {
        assertEquals("0 B", Bytes.human(0));
        assertEquals("1023 B", Bytes.human(1023));
        assertEquals("1.0 KB", Bytes.human(1024));
        assertEquals("12.3 MB", Bytes.human(12_900_000));
        assertEquals("1.0 MB", Bytes.human(1024 * 1024 - 1));
        assertEquals("8.0 EB", Bytes.human(Long.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> Bytes.human(-1));
    }

    @Property
    void bytes_are_never_a_thousand_and_more_of_a_unit(@ForAll @LongRange(min = 0) long bytes) {
        assertTrue(Bytes.human(bytes).matches("(\\d{1,3}|10[01]\\d|102[0-3])(\\.\\d)? [KMGTPE]?B"), Bytes.human(bytes));
    }

    @Test
    void percents_have_one_digit() {
        assertEquals("0.0%", Percent.human(0));
        assertEquals("0.4%", Percent.human(0.35));
        assertEquals("100.0%", Percent.human(99.96));
        assertEquals("250.0%", Percent.human(250));
        assertEquals("0.0%", Percent.human(-0.01));
        assertEquals("-", Percent.human(Double.NaN));
    }
}
