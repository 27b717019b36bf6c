package dev.tetra.tsm.command.render;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SparklineTest {
    @Test
    void a_bar_is_as_high_as_its_part_of_the_whole() {
        assertEquals("▁▁▂▄▅█", Sparkline.of(List.of(0, 10, 25, 50, 51, 100), 100));
    }

    @Test
    void what_is_not_there_is_a_blank_and_what_is_too_large_is_full() {
        assertEquals("▁ █▁", Sparkline.of(Arrays.asList(1, null, 900, -5), 100));
    }
}
