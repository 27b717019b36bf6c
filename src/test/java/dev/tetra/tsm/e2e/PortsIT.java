package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ports as they are, with real listeners. */
class PortsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String SERVER = """
            import os, socket, sys, time
            ports = [(k, int(p)) for k, p in (a.split(":") for a in sys.argv[1:])]
            kept = []
            for kind, port in ports:
                s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
                s.bind(("127.0.0.1", port))
                if kind == "tcp":
                    s.listen()
                kept.append(s)
            time.sleep(600)
            """;

    private TsmHome tsm;

    @BeforeEach
    void open() throws IOException {
        tsm = TsmHome.create();
        Files.writeString(tsm.work().resolve("listen.py"), SERVER);
    }

    @AfterEach
    void close() throws IOException {
        tsm.close();
    }

    private void listens(String name, String part) {
        Await.until(
                name + " shows " + part, SOON, () -> tsm.tsm("info", name).out().contains(part));
    }

    @Test
    void a_server_that_ignores_its_port_is_shown_with_the_one_it_has() {
        int given = OwnPort.free();
        int real = OwnPort.free();
        int udp = OwnPort.free();
        tsm.tsm(
                        "start",
                        "--name",
                        "w",
                        "--port",
                        "" + given,
                        "sh -c 'exec python3 listen.py tcp:" + real + " udp:" + udp + "'")
                .expect(0);
        String name = "w-" + given;
        listens(name, "port " + real);
        assertTrue(
                tsm.tsm("list").out().contains(given + "≠" + real),
                tsm.tsm("list").out());
        String ports = tsm.tsm("ports").out();
        assertTrue(ports.contains("no, on " + real), ports);
        assertTrue(ports.contains("udp 127.0.0.1"), ports);
        String doctor = tsm.tsm("doctor").out();
        assertTrue(doctor.contains("SILENT"), doctor);
        assertTrue(doctor.contains(udp + "/udp"), doctor);
        assertTrue(tsm.tsm("doctor", "healthcheck").out().contains("tsm ports claim " + real + " " + name));

        String claimed = tsm.tsm("ports", "claim", "" + real, name).expect(0).out();
        assertTrue(claimed.contains("has port " + real), claimed);
        assertFalse(tsm.tsm("list").out().contains("≠"));
        tsm.tsm("restart", name).expect(0);
        listens(name, "port " + real);
        assertTrue(tsm.tsm("env", name).out().matches("(?s).*PORT +tsm +" + real + "\n.*"));
        assertTrue(tsm.tsm("doctor", "port", "" + given).expect(0).out().contains("is free"));
    }

    @Test
    void a_process_that_changes_its_port_is_seen_at_once() throws IOException {
        int first = OwnPort.free();
        int second = OwnPort.free();
        Files.writeString(tsm.work().resolve("move.py"), """
                import os, socket, sys, time
                s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
                while not os.path.exists("go"):
                    time.sleep(0.01)
                s.close()
                s = socket.create_server(("127.0.0.1", int(sys.argv[2])))
                open("gone", "w").close()
                time.sleep(600)
                """);
        tsm.tsm("start", "--name", "m", "--exact-name", "sh -c 'exec python3 move.py " + first + " " + second + "'")
                .expect(0);
        listens("m", "127.0.0.1, port " + first);
        Files.createFile(tsm.work().resolve("go"));
        Await.until("it moved", SOON, () -> Files.exists(tsm.work().resolve("gone")));
        assertTrue(
                tsm.tsm("list").out().contains(first + "≠" + second),
                tsm.tsm("list").out());
    }

    @Test
    void the_range_is_shown_set_and_kept_to() {
        assertTrue(tsm.tsm("ports", "range").expect(0).out().equals("8000 8999\n"));
        int only = OwnPort.free();
        tsm.tsm("ports", "range", only + "-" + only).expect(0);
        assertTrue(tsm.tsm("ports", "range").out().equals(only + " " + only + "\n"));
        Await.until("the file is there", SOON, () -> Files.exists(tsm.work().resolve("listen.py")));
        tsm.tsm("start", "--name", "a", "python3", "listen.py").expect(0);
        assertTrue(
                tsm.tsm("list").out().contains(" " + only + " "),
                tsm.tsm("list").out());
        tsm.tsm("start", "--name", "b", "python3", "listen.py").expect(4);
        tsm.tsm("ports", "range", "8000-9000").expect(0);
        assertTrue(tsm.tsm("ports", "range", "9000-8000").expect(2).err().contains("no range"));
        tsm.tsm("ports", "range", "0-70000").expect(2);
        tsm.tsm("ports", "range", "many").expect(2);
        tsm.tsm("ports", "cleanup").expect(0);
    }

    @Test
    void a_claimed_port_is_only_for_whoever_names_it() throws IOException {
        int port = OwnPort.free();
        tsm.tsm("ports", "range", port + "-" + port).expect(0);
        tsm.tsm("ports", "claim", "" + port).expect(0);
        tsm.tsm("start", "--name", "a", "python3", "listen.py").expect(4);
        assertTrue(tsm.tsm("doctor").out().contains("CLAIMED"));
        tsm.tsm("start", "--name", "b", "--port", "" + port, "python3", "listen.py")
                .expect(0);
        assertTrue(tsm.tsm("ports", "claim", "" + port, "--release")
                .expect(0)
                .out()
                .contains("given out again"));
        try (OwnPort taken = OwnPort.taken()) {
            String refused =
                    tsm.tsm("ports", "claim", "" + taken.number()).expect(4).err();
            assertTrue(refused.contains("pid " + ProcessHandle.current().pid()), refused);
            tsm.tsm("ports", "claim", "" + taken.number(), "b").expect(4);
        }
        tsm.tsm("ports", "claim", "0").expect(2);
    }

    @Test
    void a_port_that_is_taken_between_the_check_and_the_bind_is_told_with_who_has_it() throws IOException {
        try (OwnPort taken = OwnPort.taken()) {
            // The port is in no word of the command, so tsm cannot check it before.
            Files.writeString(tsm.work().resolve("port"), "" + taken.number());
            TsmHome.Result failed = tsm.tsm(
                            "start",
                            "--name",
                            "late",
                            "python3 -c 'import socket; p=int(open(\"port\").read()); s=socket.socket(); s.bind((\"127.0.0.1\", p))' ")
                    .expect(1);
            assertTrue(failed.err().contains("Address already in use"), failed.err());
            TsmHome.Result node = tsm.tsm(
                            "start",
                            "--name",
                            "node",
                            "--restart",
                            "no",
                            "sh -c 'echo \"Error: listen EADDRINUSE: address already in use 127.0.0.1:$(cat port)\" >&2; exit 1'")
                    .expect(1);
            assertTrue(
                    node.err()
                            .contains("Port " + taken.number() + " was taken meanwhile by pid "
                                    + ProcessHandle.current().pid()),
                    node.err());
        }
    }
}
