package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Control sockets as users and programs meet them: netcat, a Python client, workers with and without a socket. */
@Timeout(120)
class ChannelIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    /** Asks each of its words and prints each answer, over one connection. */
    private static final String CLIENT = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(20)
            s.connect(sys.argv[1])
            f = s.makefile("rw")
            for word in sys.argv[2:]:
                f.write(word + "\\n"); f.flush()
                print(f.readline(), end="")
            """;

    private static final String WORKER = """
            trap 'echo reloaded >> reloads' HUP
            while :; do sleep 0.05; done
            """;

    private static final String ANSWERING = """
            import os, socket
            path = os.environ["TSM_SOCKET"] + ".app"
            if os.path.exists(path): os.unlink(path)
            s = socket.socket(socket.AF_UNIX)
            s.bind(path); s.listen(64)
            held = []
            while True:
                c, _ = s.accept()
                line = c.makefile().readline().strip()
                if line == "hang" or os.path.exists("deaf"): held.append(c); continue
                if line == "HEALTH": answer = "FAIL out of order" if os.path.exists("sick") else "PONG"
                else: answer = "you said " + line
                c.sendall((answer + "\\n").encode()); c.close()
            """;

    private TsmHome tsm;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
        Files.writeString(tsm.work().resolve("worker.sh"), WORKER);
        Files.writeString(tsm.work().resolve("answering.py"), ANSWERING);
        Files.writeString(tsm.work().resolve("answering.sh"), "exec python3 answering.py\n");
        Files.writeString(tsm.work().resolve("client.py"), CLIENT);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        tsm.close();
    }

    private Path socket(String name) {
        return tsm.home().resolve("sockets").resolve(name + ".sock");
    }

    private void startWorker() {
        tsm.tsm("start", "--name", "worker", "bash", "worker.sh").expect(0);
    }

    private void startAnswering() {
        tsm.tsm("start", "--name", "answering", "bash", "answering.sh").expect(0);
        Await.until(
                "it listens", SOON, () -> Files.exists(socket("answering.sock").resolveSibling("answering.sock.app")));
        Await.until(
                "it answers", SOON, () -> tsm.tsm("ipc", "test", "answering").code() == 0);
    }

    private String client(String name, String... words) {
        List<String> command =
                new ArrayList<>(List.of("python3", "client.py", socket(name).toString()));
        command.addAll(List.of(words));
        return tsm.run(command, new byte[0]).expect(0).out();
    }

    private String listed(String field) {
        return tsm.bash("tsm list all --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0][\"" + field
                        + "\"])'")
                .expect(0)
                .out()
                .strip();
    }

    @Test
    void netcat_gets_an_answer_and_ends() {
        Assumptions.assumeTrue(tsm.bash("nc -h 2>&1 | grep -q -- -U").code() == 0, "no netcat with Unix sockets here");
        startWorker();
        String out =
                tsm.bash("echo STATUS | nc -U " + socket("worker")).expect(0).out();
        assertTrue(
                out.matches("status=online pid=\\d+ uptime=\\d+ restarts=0 id=0 name=worker\n"),
                () -> "answer: " + out);
        assertEquals(
                "PONG\nERR unknown verb\n",
                tsm.bash("printf 'health\\r\\nnonsense' | nc -N -U " + socket("worker"))
                        .expect(0)
                        .out());
    }

    @Test
    void a_worker_without_a_socket_of_its_own_is_asked_reloaded_and_stopped() throws IOException {
        startWorker();
        assertEquals(
                "PONG\nOK\nERR unknown verb\nERR STOP takes no words\nERR empty request\n",
                client("worker", "HEALTH", "RELOAD", "GREET", "STOP now", ""));
        Path reloads = tsm.work().resolve("reloads");
        Await.until("reloaded", SOON, () -> Files.exists(reloads));
        assertEquals("OK\nFAIL it is stopped\n", client("worker", "STOP", "HEALTH"));
        assertEquals("stopped", listed("status"));
        assertEquals("stop", listed("wanted"));
        assertTrue(tsm.tsm("why", "worker").expect(0).out().contains(" on the control socket"));
        assertTrue(client("worker", "STATUS").startsWith("status=stopped pid=- uptime=- restarts=0 "));
        tsm.tsm("ipc", "test", "worker").expect(1);
        tsm.tsm("restart", "worker").expect(0);
        assertEquals("PONG\n", client("worker", "HEALTH"));
    }

    @Test
    void a_program_with_a_socket_of_its_own_answers_what_tsm_does_not_know() throws IOException {
        startAnswering();
        assertEquals("you said GREET me\nPONG\n", client("answering", "GREET me", "HEALTH"));
        assertEquals(
                "you said a b\n",
                tsm.tsm("ipc", "send", "answering", "a", "b").expect(0).out());
        Files.createFile(tsm.work().resolve("sick"));
        assertEquals(
                "FAIL out of order\n",
                tsm.tsm("socket", "health", "0").expect(1).out());
        Result test = tsm.tsm("ipc", "test", "answering").expect(1);
        assertTrue(test.out().contains("[FAIL]"), test.out());
        assertTrue(tsm.tsm("ipc", "list", "--json").expect(0).out().contains("\"app\": true"));
    }

    @Test
    void a_program_that_does_not_answer_is_given_up_on_after_two_seconds() throws IOException {
        startAnswering();
        Result hang = tsm.tsm("ipc", "send", "answering", "hang").expect(5);
        assertEquals("ERR timeout: the program did not answer within 2 s\n", hang.out());
        Files.createFile(tsm.work().resolve("deaf"));
        assertEquals(
                "FAIL timeout: the program did not answer within 2 s\n",
                tsm.tsm("socket", "health", "answering").expect(5).out());
        assertTrue(client("answering", "STATUS").startsWith("status=online "));
    }

    @Test
    void the_channel_is_there_again_after_the_daemons_death() {
        startWorker();
        String before = listed("pid");
        ProcessHandle.of(tsm.daemonPid()).orElseThrow().destroyForcibly();
        Await.until(
                "the daemon is gone",
                SOON,
                () -> tsm.processes().size() < 3
                        && tsm.processes().stream()
                                .noneMatch(p -> p.info().command().orElse("").endsWith("/java")));
        tsm.tsm("list").expect(0);
        assertEquals("PONG\n", client("worker", "HEALTH"));
        assertEquals(before, listed("pid"));
        tsm.tsm("daemon", "restart").expect(0);
        tsm.tsm("ipc", "test", "worker").expect(0);
    }

    @Test
    void the_channel_goes_with_its_process() throws IOException {
        startAnswering();
        assertTrue(Files.exists(socket("answering")));
        tsm.tsm("stop", "answering").expect(0);
        assertTrue(Files.exists(socket("answering")));
        tsm.tsm("delete", "answering").expect(0);
        try (var left = Files.list(tsm.home().resolve("sockets"))) {
            assertEquals(List.of(), left.toList());
        }
        tsm.tsm("ipc", "send", "answering", "STATUS").expect(3);
        assertEquals("[]\n", tsm.tsm("ipc", "list", "--json").expect(0).out());
    }

    @Test
    void fifty_clients_at_once_and_one_that_never_reads() throws IOException {
        startWorker();
        try (SocketChannel greedy = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            greedy.connect(UnixDomainSocketAddress.of(socket("worker")));
            greedy.configureBlocking(false);
            ByteBuffer flood = ByteBuffer.wrap("STATUS\n".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
            greedy.write(flood);
            Result all = tsm.bash("for i in {1..50}; do python3 client.py " + socket("worker")
                            + " HEALTH & done | sort | uniq -c; wait")
                    .expect(0);
            assertEquals("50 PONG", all.out().strip());
        }
        tsm.tsm("ipc", "test", "worker").expect(0);
    }

    @Test
    void a_file_in_its_place_is_not_removed() throws IOException {
        tsm.tsm("list").expect(0);
        Path taken = socket("worker");
        Files.writeString(taken, "mine");
        Result refused =
                tsm.tsm("start", "--name", "worker", "bash", "worker.sh").expect(4);
        assertTrue(refused.err().contains("a file that is no socket is at " + taken), refused.err());
        assertEquals("[]\n", tsm.tsm("list", "all", "--json").expect(0).out());
        assertEquals("mine", Files.readString(taken));
        Files.delete(taken);
        startWorker();
        Files.delete(taken);
        tsm.tsm("ipc", "test", "worker").expect(0);
        assertTrue(Files.exists(taken));
    }

    @Test
    void what_nobody_listens_on_is_cleaned_up() {
        startWorker();
        Path stale = socket("gone");
        tsm.run(
                        List.of(
                                "python3",
                                "-c",
                                "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
                                stale.toString()),
                        new byte[0])
                .expect(0);
        assertEquals(
                "removed " + stale + "\n", tsm.tsm("ipc", "cleanup").expect(0).out());
        assertFalse(Files.exists(stale));
        assertEquals("nothing to remove\n", tsm.tsm("ipc", "cleanup").expect(0).out());
        assertTrue(Files.exists(socket("worker")));
    }

    @Test
    void wrong_use_is_said() {
        startWorker();
        tsm.tsm("start", "--name", "other", "sleep", "60").expect(0);
        Result none = tsm.tsm("ipc", "send", "other", "STATUS").expect(3);
        assertTrue(none.err().contains("other (ID 1) has no control socket: its type is pid"), none.err());
        tsm.tsm("socket", "status", "nobody").expect(3);
        tsm.tsm("socket", "restart", "worker").expect(2);
        tsm.tsm("ipc", "send", "worker").expect(2);
        tsm.tsm("ipc", "send", "worker", "two\nlines").expect(2);
        assertEquals(
                "ERR unknown verb\n",
                tsm.tsm("ipc", "send", "worker", "NOPE").expect(1).out());
    }

    @Test
    void a_path_too_long_for_a_socket_is_refused_at_start() {
        String name = "w".repeat(100);
        Result refused = tsm.tsm("start", "--name", name, "bash", "worker.sh").expect(1);
        assertTrue(refused.err().contains("the path of its control socket is too long"), refused.err());
        assertEquals("[]\n", tsm.tsm("list", "all", "--json").expect(0).out());
    }
}
