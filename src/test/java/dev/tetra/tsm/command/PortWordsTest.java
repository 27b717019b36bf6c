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

    @Test
    void a_port_on_which_another_process_was_seen_is_refused_with_that_process_and_what_to_do() throws IOException {
        int port = freePort();
        Files.writeString(folder.resolve("work").resolve("port"), "" + port);
        start("start", "--name", "other", "--no-port", "python3", "listen.py");
        Await.until("it listens", SOON, () -> !desk.host.portFree(port));
        Desk.Told told = desk.tell("start", "--name", "w", "--port", "" + port, "python3", "idle.py");
        assertEquals(4, told.code());
        assertTrue(told.err().contains("port " + port + " (from --port) is taken by other (ID 0)"), told.err());
        assertTrue(told.err().contains("it was given none"), told.err());
        assertTrue(told.err().contains("tsm stop other"), told.err());
        assertTrue(told.err().contains("tsm ports claim " + port + " other"), told.err());
        Desk.Told claim = desk.tell("ports", "claim", "" + port);
        assertEquals(4, claim.code());
        assertTrue(claim.err().contains("other (ID 0)"), claim.err());
    }

    @Test
    void a_listener_on_the_port_of_another_process_is_told_to_be_managed() throws IOException {
        int port = freePort();
        Files.writeString(folder.resolve("work").resolve("port"), "" + port);
        start("start", "--name", "quiet", "--exact-name", "--port", "" + port, "sleep", "1000");
        start("start", "--name", "intruder", "--no-port", "python3", "listen.py");
        Await.until("it listens", SOON, () -> !desk.host.portFree(port));
        String told = desk.tell("doctor", "port", "" + port).out();
        assertTrue(told.contains("This is a TSM-managed process: intruder (ID 1)"), told);
        assertTrue(told.contains("reserved for quiet (ID 0)"), told);
        assertTrue(told.contains("Use: tsm stop intruder"), told);
        String row = desk.tell("doctor", "port", "" + port, "--json").out();
        assertTrue(row.contains("\"managed\": true") && row.contains("\"status\": \"taken\""), row);
        String table = desk.tell("doctor").out();
        assertTrue(table.contains("intruder: ") && table.contains("(reserved for quiet)"), table);
        assertEquals(0, desk.tell("stop", "quiet").code());
        Desk.Told again = desk.tell("restart", "quiet");
        assertEquals(4, again.code());
        assertTrue(again.err().contains("is taken by intruder (ID 1)"), again.err());
    }
}
