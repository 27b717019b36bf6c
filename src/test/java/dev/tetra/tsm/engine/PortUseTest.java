package dev.tetra.tsm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.testing.Specs;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PortUseTest {
    private static final Observed V4 = new Observed("tcp", "0.0.0.0", 8000, 10);
    private static final Observed V6 = new Observed("tcp", "::", 8000, 10);
    private static final Observed OTHER = new Observed("tcp", "127.0.0.1", 3000, 11);
    private static final Observed UDP = new Observed("udp", "0.0.0.0", 8000, 10);

    @Test
    void a_reserved_port_that_is_listened_on_is_one_use() {
        PortUse use = uses(8000, V4, V6).getFirst();
        assertEquals(List.of(V4, V6), use.listeners());
        assertEquals(PortSource.RANGE, use.source());
        assertEquals(List.of(), use.elsewhere());
        assertEquals(1, uses(8000, V4, V6).size());
    }

    @Test
    void one_who_listens_elsewhere_has_two_and_the_reserved_one_says_where() {
        List<PortUse> uses = uses(8000, OTHER);
        assertEquals(List.of(3000, 8000), uses.stream().map(PortUse::port).toList());
        assertNull(uses.getFirst().source());
        assertEquals(List.of(), uses.getFirst().elsewhere());
        assertEquals(List.of(3000), uses.getLast().elsewhere());
        assertEquals(List.of(), uses(8000, V4, OTHER).getLast().elsewhere());
    }

    @Test
    void a_socket_for_udp_alone_does_not_make_a_tcp_server_right() {
        assertEquals(List.of(3000), uses(8000, UDP, OTHER).getLast().elsewhere());
    }

    @Test
    void one_without_a_port_is_shown_with_what_it_listens_on() {
        assertEquals(List.of(OTHER), uses(null, OTHER).getFirst().listeners());
        assertEquals(List.of(), uses(null));
    }

    private static List<PortUse> uses(@Nullable Integer port, Observed... observed) {
        ManagedProcess process = new ManagedProcess(
                7,
                0,
                "web",
                Specs.of("sleep", "1"),
                Lifecycle.NEW,
                port,
                port == null ? null : PortSource.RANGE,
                null,
                null,
                null,
                Instant.EPOCH,
                null);
        return PortUse.of(List.of(process), Map.of(7L, List.of(observed)));
    }
}
