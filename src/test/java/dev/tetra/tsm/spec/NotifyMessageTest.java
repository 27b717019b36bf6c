package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class NotifyMessageTest {
    private static NotifyMessage parse(String text) {
        return NotifyMessage.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void one_datagram_says_several_things() {
        NotifyMessage message =
                parse("READY=1\nSTATUS=Listening on 8080\nMAINPID=4711\nWATCHDOG=1\nEXTEND_TIMEOUT_USEC=1500000\n");
        assertTrue(message.ready() && message.alive());
        assertFalse(message.stopping() || message.reloading() || message.failed());
        assertEquals("Listening on 8080", message.status());
        assertEquals(4711L, message.mainPid());
        assertEquals(Duration.ofMillis(1500), message.moreTime());
    }

    @Test
    void what_makes_no_sense_says_nothing() {
        for (String text : List.of(
                "",
                "\n\n",
                "READY",
                "READY=0",
                "READY=yes",
                "=1",
                "ready=1",
                "MAINPID=-4",
                "MAINPID=1",
                "MAINPID=99999999999999999999",
                "EXTEND_TIMEOUT_USEC=0",
                "EXTEND_TIMEOUT_USEC=soon",
                "BARRIER=1",
                "X_SOMETHING=1")) {
            assertTrue(parse(text).empty(), text);
        }
        assertFalse(parse("STATUS=").empty());
        assertEquals("", parse("STATUS=").status());
        assertNull(parse("READY=1").status());
    }

    @Test
    void a_long_status_is_cut_off() {
        String status = parse("STATUS=" + "x".repeat(5000)).status();
        assertEquals("x".repeat(NotifyMessage.LONGEST_STATUS), status);
    }

    @Property(tries = 500)
    void anything_at_all_can_be_read(@ForAll byte[] datagram) {
        NotifyMessage message = NotifyMessage.parse(datagram);
        assertTrue(message.status() == null || message.status().length() <= NotifyMessage.LONGEST_STATUS);
    }

    @Property(tries = 500)
    void lines_without_a_meaning_change_nothing(
            @ForAll("noise") List<String> before, @ForAll("noise") List<String> after) {
        String text = String.join("\n", before) + "\nREADY=1\nMAINPID=77\n" + String.join("\n", after);
        NotifyMessage message = parse(text);
        assertTrue(message.ready());
        assertEquals(77L, message.mainPid());
        assertNull(message.status());
    }

    @Provide
    Arbitrary<List<String>> noise() {
        return Arbitraries.oneOf(
                        Arbitraries.strings().excludeChars('\n').map(text -> "NOISE" + text),
                        Arbitraries.strings().excludeChars('\n', '='),
                        Arbitraries.of(
                                "READY=", "READY=10", "MAINPID=", "MAINPID=x", "WATCHDOG_USEC=", "=", "=READY=1"))
                .list()
                .ofMaxSize(20);
    }
}
