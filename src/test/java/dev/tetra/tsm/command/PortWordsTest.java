package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ports in commands, none at all, and ports that a process has although another or none was meant for it. */
class PortWordsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(folder);
        Files.writeString(folder.resolve("work").resolve("idle.py"), "import time\ntime.sleep(600)\n");
        Files.writeString(folder.resolve("work").resolve("manage.py"), "import time\ntime.sleep(600)\n");
        Files.writeString(folder.resolve("work").resolve("listen.py"), """
                import socket, time
                s = socket.create_server(("127.0.0.1", int(open("port").read())))
                time.sleep(600)
                """);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private Desk.Told start(String... words) {
        Desk.Told told = desk.tell(words);
        assertEquals(0, told.code(), told.err());
        return told;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void the_port_of_a_django_server_is_read_from_its_address_and_none_is_added() throws IOException {
        int port = freePort();
        start("start", "--name", "d", "--exact-name", "python3", "manage.py", "runserver", "0:" + port);
        ManagedProcess django = desk.process("d");
        assertEquals(port, django.port());
        assertEquals("0:" + port, django.spec().argv().getLast());
    }

    @Test
    void without_a_port_none_is_read_from_the_command_or_taken_from_the_pattern() throws IOException {
        try (ServerSocket theirs = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "localhost:" + theirs.getLocalPort();
            assertEquals(
                    4,
                    desk.tell("start", "--name", "w", "python3", "idle.py", address)
                            .code());
            start("start", "--name", "w", "--no-port", "python3", "idle.py", address);
            ManagedProcess worker = desk.process("w");
            assertNull(worker.port());
            assertEquals(ProcessType.PID, worker.spec().type());
            assertEquals(address, worker.spec().argv().getLast());
            assertEquals(0, desk.tell("restart", "w").code());
            assertNull(desk.process("w").port());
        }
    }

    @Test
    void a_service_can_say_that_it_has_no_port() {
        start("service", "add", "--no-port", "s", "python3", "idle.py");
        start("start", "s");
        assertNull(desk.process("s").port());
        assertEquals(0, desk.tell("restart", "s").code());
        assertNull(desk.process("s").port());
    }

    @Test
    void no_port_and_a_port_exclude_each_other() {
        Desk.Told told = desk.tell("start", "--no-port", "--port", "8000", "python3", "idle.py");
        assertEquals(2, told.code());
        assertTrue(told.err().contains("--no-port and --port exclude each other"), told.err());
        assertEquals(
                2,
                desk.tell("start", "--no-port", "--listen", "python3", "idle.py")
                        .code());
        Desk.Told typed = desk.tell("service", "add", "--no-port", "--type", "port", "s", "python3", "idle.py");
        assertEquals(2, typed.code(), typed.out());
    }
}
