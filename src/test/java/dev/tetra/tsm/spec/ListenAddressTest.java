package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenAddressTest {
    @Test
    void an_address_a_port_or_both() {
        assertEquals(new ListenAddress("*", null), ListenAddress.parse("*"));
        assertEquals(new ListenAddress("*", 8080), ListenAddress.parse("8080"));
        assertEquals(new ListenAddress("*", 8080), ListenAddress.parse(":8080"));
        assertEquals(new ListenAddress("127.0.0.1", null), ListenAddress.parse("localhost"));
        assertEquals(new ListenAddress("127.0.0.1", 80), ListenAddress.parse("127.0.0.1:80"));
        assertEquals(new ListenAddress("::1", 80), ListenAddress.parse("[::1]:80"));
        assertEquals(new ListenAddress("::1", null), ListenAddress.parse("::1"));
    }

    @Test
    void what_is_none_is_refused() {
        for (String wrong : List.of("web", "1.2.3.400", "0", "70000", "host:80", "a b", "127.0.0.1:0")) {
            assertThrows(TsmException.Usage.class, () -> ListenAddress.parse(wrong), wrong);
        }
    }

    @Test
    void a_program_is_not_taken_for_an_address() {
        for (String program : List.of("node", "./app.js", "/usr/bin/env", "server.py", "npm", "a:b", "")) {
            assertFalse(ListenAddress.looksLikeOne(program), program);
        }
        for (String address : List.of("8080", ":80", "localhost", "127.0.0.1", "::1", "[::]:80", "*")) {
            assertTrue(ListenAddress.looksLikeOne(address), address);
        }
    }
}
