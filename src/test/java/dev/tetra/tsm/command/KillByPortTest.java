package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.os.Listener;
import dev.tetra.tsm.os.SpawnException;
import dev.tetra.tsm.os.SpawnRequest;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A port means whoever listens on it, with real listeners. */
class KillByPortTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String SERVER = """
            import socket, sys, time
            address, port = sys.argv[1], int(sys.argv[2])
            s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            if ":" in address: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            s.bind((address, port))
            s.listen()
            time.sleep(600)
            """;

    @TempDir
    private Path folder;

    private Desk desk;
    private int port;
    private final Map<Identity, CompletableFuture<Exit>> strangers = new HashMap<>();

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(folder);
        Files.writeString(folder.resolve("work").resolve("listen.py"), SERVER);
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    @AfterEach
    void close() throws Exception {
        for (Map.Entry<Identity, CompletableFuture<Exit>> stranger : strangers.entrySet()) {
            desk.host.signal(stranger.getKey(), 9);
            stranger.getValue().get(10, TimeUnit.SECONDS);
        }
        desk.close();
    }

    private Identity stranger(String address, String... environment) throws SpawnException {
        CompletableFuture<Exit> end = new CompletableFuture<>();
        Identity stranger = desk.host.spawn(
                new SpawnRequest(
                        "/usr/bin/python3",
                        List.of("python3", "listen.py", address, "" + port),
                        List.of(environment),
                        folder.resolve("work").toString(),
                        folder.resolve("out").toString(),
                        folder.resolve("err").toString(),
                        0022),
                end::complete);
        strangers.put(stranger, end);
        listens(address);
        return stranger;
    }

    private void listens(String address) {
        Await.until(
                "somebody listens on " + address,
                SOON,
                () -> desk.host.listeners().stream()
                        .anyMatch(l -> l.protocol() == Listener.Protocol.TCP
                                && l.port() == port
                                && l.address().equals(address)));
    }

    /** Starts a managed process that listens there by a descendant, and that tsm gave no port. */
    private void managed(String name) {
        Desk.Told told = desk.tell(
                "start", "--no-port", "--name", name, "sh -c 'python3 listen.py 127.0.0.1 " + port + "; true'");
        assertEquals(0, told.code(), told.err());
        listens("127.0.0.1");
    }

    private void reserve(String name) {
        Desk.Told told = desk.tell("start", "--name", name, "--exact-name", "--port", "" + port, "sleep", "1000");
        assertEquals(0, told.code(), told.err());
    }

    @Test
    void a_port_means_all_who_listen_on_it_and_not_the_process_it_is_reserved_for() throws Exception {
        reserve("quiet");
        Identity four = stranger("127.0.0.1");
        Identity six = stranger("::1");
        Desk.Told asked = desk.tell("kill", "" + port);
        assertEquals(2, asked.code(), asked.err());
        assertTrue(asked.err().contains("pid " + four.pid()) && asked.err().contains("pid " + six.pid()), asked.err());
        assertTrue(desk.host.alive(four) && desk.host.alive(six));
        Desk.Told told = desk.tell("kill", "--yes", "" + port);
        assertEquals(0, told.code(), told.err());
        assertFalse(desk.host.alive(four));
        assertFalse(desk.host.alive(six));
        assertEquals(Status.ONLINE, desk.process("quiet").status());
    }

    @Test
    void a_managed_process_is_killed_by_the_port_that_a_descendant_of_it_really_has() {
        managed("web");
        assertEquals(
                "web (ID 0) killed\n", desk.tell("doctor", "kill", "" + port).out());
        assertEquals(Status.STOPPED, desk.process("web").status());
        assertTrue(desk.host.portFree(port));
    }

    @Test
    void a_stranger_beside_a_managed_listener_is_killed_with_it_and_only_after_a_yes() throws Exception {
        managed("web");
        Identity six = stranger("::1");
        assertEquals(2, desk.tell("kill", "port:" + port).code());
        assertEquals(Status.ONLINE, desk.process("web").status());
        Desk.Told told = desk.tell("kill", "--yes", "port:" + port);
        assertEquals(0, told.code(), told.err());
        assertEquals(Status.STOPPED, desk.process("web").status());
        assertFalse(desk.host.alive(six));
    }

    @Test
    void where_nobody_listens_the_doctor_kills_nobody_and_says_whom_the_port_is_reserved_for() {
        Desk.Told free = desk.tell("doctor", "kill", "--yes", "" + port);
        assertEquals(3, free.code());
        assertTrue(free.err().contains("nobody listens on port " + port), free.err());
        reserve("quiet");
        Desk.Told reserved = desk.tell("doctor", "kill", "--yes", "" + port);
        assertEquals(3, reserved.code());
        assertTrue(reserved.err().contains("it is reserved for quiet (ID 0), which is online"), reserved.err());
        assertTrue(reserved.err().contains("tsm kill quiet"), reserved.err());
        assertEquals(Status.ONLINE, desk.process("quiet").status());
        assertEquals("quiet (ID 0) killed\n", desk.tell("kill", "" + port).out());
    }

    @Test
    void a_port_that_a_process_listened_on_before_does_not_mean_it_any_more() throws Exception {
        managed("web");
        assertTrue(desk.tell("ports").out().contains("" + port));
        desk.tell("stop", "web");
        assertEquals(3, desk.tell("kill", "--yes", "port:" + port).code());
    }

    @Test
    void a_server_that_was_just_started_is_killed_by_its_port_before_it_listens() throws IOException {
        Files.writeString(folder.resolve("work").resolve("slow.py"), """
                import socket, sys, time
                time.sleep(0.5)
                s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
                time.sleep(600)
                """);
        assertEquals(
                0,
                desk.tell("start", "--name", "w", "--exact-name", "python3", "slow.py", "" + port)
                        .code());
        assertEquals("w (ID 0) killed\n", desk.tell("doctor", "kill", "" + port).out());
    }

    @Test
    void in_a_namespace_a_port_on_which_another_listens_kills_nobody() throws Exception {
        desk.tell("start", "-n", "ops", "--name", "quiet", "--exact-name", "--port", "" + port, "sleep", "1000");
        Identity stranger = stranger("127.0.0.1");
        Desk.Told told = desk.tell("kill", "--yes", "-n", "ops", "" + port);
        assertEquals(3, told.code());
        assertTrue(told.err().contains("no process in namespace 'ops' listens on port " + port), told.err());
        assertTrue(desk.host.alive(stranger));
        assertEquals(Status.ONLINE, desk.process("quiet").status());
    }

    @Test
    void a_listener_of_another_home_is_shown_as_such_with_what_to_do() throws Exception {
        Identity theirs = stranger("127.0.0.1", "TSM_RUN=0123456789abcdef", "TSM_DIR=/srv/other home");
        Desk.Told told = desk.tell("kill", "" + port);
        assertEquals(2, told.code());
        assertTrue(
                told.err().contains("TSM_DIR='/srv/other home' tsm stop pid:" + theirs.pid())
                        && told.err().contains("another home"),
                told.err());
        assertTrue(desk.host.alive(theirs));
        String stop = "TSM_DIR='/srv/other home' tsm stop pid:" + theirs.pid();
        String doctor = desk.tell("doctor", "port", "" + port).out();
        assertTrue(doctor.contains("The tsm of another home manages it") && doctor.contains("Use: " + stop), doctor);
        Desk.Told refused = desk.tell("start", "--port", "" + port, "sleep", "1000");
        assertEquals(4, refused.code());
        assertTrue(refused.err().contains("another home") && refused.err().contains(stop), refused.err());
    }
}
