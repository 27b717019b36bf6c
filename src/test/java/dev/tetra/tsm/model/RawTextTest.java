package dev.tetra.tsm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RawTextTest {
    @Property
    void any_bytes_come_back_as_they_were(@ForAll byte[] bytes) {
        assertArrayEquals(bytes, RawText.encode(RawText.decode(bytes)));
    }

    @Test
    void text_that_is_utf8_reads_as_itself() {
        assertEquals("grüße 🎈", RawText.decode("grüße 🎈".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
}
