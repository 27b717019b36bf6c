package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortTest {
    private static final String PYTHON = "/usr/bin/python3";
    private final Sandbox box = new Sandbox();

    @AfterEach
    void close() throws IOException {
        box.close();
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A process that has exactly that address: it listens, or only has it bound, so that nobody can reach it. */
    private Sandbox.Child server(String address, int port, String how) throws SpawnException {
        String script = """
                import socket, time
                s = socket.socket(socket.AF_INET6 if ':' in '%1$s' else socket.AF_INET, socket.SOCK_DGRAM if '%3$s' == 'udp' else socket.SOCK_STREAM)
                if ':' in '%1$s': s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                if '%3$s' == 'listening': s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(('%1$s', %2$d))
                if '%3$s' == 'listening': s.listen()
                open('ready', 'w').close()
                time.sleep(60)
                """.formatted(address, port, how);
        Sandbox.Child child = box.start(box.request(PYTHON, List.of("python3", "-c", script)));
        Await.until("the server is ready", Sandbox.SOON, () -> box.exists("ready"));
        return child;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void a_port_with_a_listener_on_one_address_is_taken(String address) throws Exception {
        int port = unusedPort();
        assertEquals(PortState.FREE, box.host.portState(port));
        Sandbox.Child server = server(address, port, "listening");
        assertEquals(PortState.TAKEN, box.host.portState(port));
        PortOwner owner = box.host.portOwner(port).orElseThrow();
        assertEquals(server.identity().pid(), owner.pid().orElseThrow());
        assertEquals(address, owner.listener().address());
        assertTrue(owner.command().startsWith("python3 -c import socket"), owner.command());
        assertEquals(System.getProperty("user.name"), owner.user());
        box.host.signalGroup(server.identity(), Signals.KILL);
        server.end();
        assertTrue(box.host.portFree(port));
        assertEquals(Optional.empty(), box.host.portOwner(port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void a_port_that_is_bound_on_all_addresses_is_taken(String address) throws Exception {
        int port = unusedPort();
        server(address, port, "bound");
        assertEquals(PortState.TAKEN, box.host.portState(port));
    }

    @Test
    void a_port_of_connections_that_just_ended_is_free() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            port = server.getLocalPort();
            // Who ends first keeps the port in TIME_WAIT.
            accepted.shutdownOutput();
            assertEquals(-1, client.getInputStream().read());
        }
        assertEquals(PortState.FREE, box.host.portState(port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void who_has_accepted_a_connection_is_known_by_its_socket(String address) throws Exception {
        InetSocketAddress at;
        InetSocketAddress from;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName(address));
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            at = (InetSocketAddress) client.getRemoteSocketAddress();
            from = (InetSocketAddress) client.getLocalSocketAddress();
            assertEquals(Acceptance.WAITS, box.host.acceptance(at, from));
            try (Socket accepted = server.accept()) {
                assertTrue(accepted.isConnected());
                Acceptance taken = box.host.acceptance(at, from);
                assertEquals(Acceptance.State.ACCEPTED, taken.state());
                long self = box.host.self().pid();
                assertEquals(self, box.host.owners(List.of(self)).get(taken.socket()));
            }
            assertEquals(Acceptance.NONE, box.host.acceptance(at, from));
        }
        assertEquals(Acceptance.NONE, box.host.acceptance(at, from));
    }

    @Test
    void sockets_are_found_by_the_processes_that_have_them() throws Exception {
        int tcp = unusedPort();
        long pid = server("127.0.0.1", tcp, "listening").identity().pid();
        Map<Long, List<Listener>> found = box.host.listeners(List.of(pid));
        assertEquals(1, found.getOrDefault(pid, List.of()).size(), found.toString());
        Listener listener = found.getOrDefault(pid, List.of()).getFirst();
        assertEquals(tcp, listener.port());
        assertEquals(Listener.Protocol.TCP, listener.protocol());
        assertEquals(Map.of(listener.inode(), pid), box.host.owners(List.of(pid)));
        assertEquals(Map.of(), box.host.listeners(List.of(1_000_000_000L)));
    }

    @Test
    void bound_udp_sockets_are_seen() throws Exception {
        int port = unusedPort();
        long pid = server("::1", port, "udp").identity().pid();
        Listener listener =
                box.host.listeners(List.of(pid)).getOrDefault(pid, List.of()).getFirst();
        assertEquals(Listener.Protocol.UDP, listener.protocol());
        assertEquals("::1", listener.address());
        assertEquals(port, listener.port());
    }

    @Test
    void connections_are_no_listeners() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket()) {
            client.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
            assertFalse(box.host.listeners().stream().anyMatch(l -> l.port() == client.getLocalPort()));
        }
    }
}
