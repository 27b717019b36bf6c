package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tetra.tsm.model.TsmException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessorsTest {
    @ParameterizedTest
    @CsvSource({"0.5,500", "150%,1500", "2,2000", ".25,250", " 12.5 % ,125", "0.0019,1", "10000,10000000"})
    void a_share_is_a_number_of_processors_or_a_percentage_of_one(String text, int thousandths) {
        assertEquals(thousandths, Processors.parse(text, "--cpu"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "half", "-1", "1.", "%", "1e3", "0,5", "10001", "1000001%", "2 processors"})
    void what_is_no_share_is_refused(String text) {
        TsmException.Usage refused = assertThrows(TsmException.Usage.class, () -> Processors.parse(text, "--cpu"));
        assertEquals("write it like 0.5, 2 or 150%", refused.hint());
    }
}
