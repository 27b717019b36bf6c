package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FilePagesTest {
    private final FilePages pages = new FilePages();

    @Test
    void what_the_jvm_does_not_need_of_its_own_file_is_given_back() {
        assumeTrue(Platform.current() == Platform.LINUX);
        long before = pages.mapped();
        pages.giveBack();
        long after = pages.mapped();
        assertTrue(after < before - 500, before + " pages before, " + after + " after");
    }

    @Test
    void what_it_needs_again_is_there_as_it_was() {
        for (int i = 0; i < 20; i++) {
            pages.giveBack();
            System.gc();
            assertEquals(
                    499_500,
                    IntStream.range(0, 1000).boxed().mapToInt(each -> each).sum());
        }
    }
}
