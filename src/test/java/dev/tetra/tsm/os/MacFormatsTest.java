package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MacFormatsTest {
    @Test
    void listeners_are_read_from_lsof() {
        String output = """
                p501
                u20
                f7
                d0xa1b2
                PTCP
                n127.0.0.1:8000
                f8
                d0xa1b3
                PTCP
                n[::1]:8000
                f9
                PUDP
                n*:5353
                f10
                PUDP
                n10.0.0.1:5000->10.0.0.2:53
                f11
                PUDP
                n*:*
                """;
        assertEquals(
                List.of(
                        new Lsof.Held(501, new Listener(Listener.Protocol.TCP, "127.0.0.1", 8000, 0xa1b2, 20)),
                        new Lsof.Held(501, new Listener(Listener.Protocol.TCP, "::1", 8000, 0xa1b3, 20)),
                        new Lsof.Held(501, new Listener(Listener.Protocol.UDP, "0.0.0.0", 5353, 0, 20))),
                Lsof.parse(output));
    }

    @Test
    void words_and_environment_are_read_from_one_block() {
        byte[] block = "\2\0\0\0/bin/sh\0\0\0\0sh\0\0A=1\0B=x=y\0\0stray".getBytes(StandardCharsets.UTF_8);
        MacProcesses.Arguments arguments = MacProcesses.parse(block, 2);
        assertEquals(List.of("sh", ""), arguments.words());
        assertEquals(Map.of("A", "1", "B", "x=y"), arguments.environment());
    }
}
