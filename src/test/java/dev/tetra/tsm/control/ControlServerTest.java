package dev.tetra.tsm.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.control.ControlClient.End;
import dev.tetra.tsm.control.ControlClient.Outcome;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ControlServerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ControlLimits QUICK = new ControlLimits(
            Duration.ofMillis(400),
            8,
            Duration.ofMillis(600),
            1 << 20,
            Duration.ofMillis(400),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1));

    @TempDir
    Path home;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void whoever_does_not_know_the_secret_gets_not_a_byte() throws IOException {
        ControlServer server = serve(ControlServerTest::unexpected);
        Socket socket = connect(server.port());
        socket.getOutputStream().write(("0".repeat(64) + "\n").getBytes(ISO_8859_1));
        assertEquals(0, remaining(socket).length);
    }

    @Test
    void a_line_that_never_ends_is_cut_off() throws IOException {
        ControlServer server = serve(ControlServerTest::unexpected);
        Socket socket = connect(server.port());
        assertThrows(IOException.class, () -> {
            for (int i = 0; i < 100_000; i++) {
                socket.getOutputStream().write("a".repeat(1000).getBytes(ISO_8859_1));
            }
        });
    }

    @Test
    void an_answer_may_hand_over_to_a_program_of_the_client() throws IOException {
        serve((request, answer) -> {
            answer.out("first this\n");
            answer.client("repl");
        });
        Display display = new Display();
        assertEquals(new Outcome(End.CLIENT, 0, "repl"), call(request("repl"), display));
        assertEquals("first this\n", display.out());
    }

    @Test
    void a_client_is_served_while_all_virtual_threads_are_kept_busy() throws Exception {
        serve((request, answer) -> {
            answer.out(answer.askEnvironment().size() + " variables\n");
            answer.exit(3);
        });
        AtomicBoolean over = new AtomicBoolean();
        try {
            for (int i = 0; i < 10 * Runtime.getRuntime().availableProcessors(); i++) {
                Thread.ofVirtual().start(() -> {
                    while (!over.get()) {
                        Thread.onSpinWait();
                    }
                });
            }
            Display display = new Display();
            assertEquals(new Outcome(End.EXIT, 3, ""), call(request("look"), display));
            assertEquals("0 variables\n", display.out());
        } finally {
            over.set(true);
        }
    }

    @Test
    void a_squatter_on_the_port_learns_the_client_secret_alone() throws Exception {
        try (ServerSocket squatter = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            new ControlFile("0.0.0+1", squatter.getLocalPort(), "c".repeat(64), "s".repeat(64), 1).write(home);
            AtomicReference<String> heard = new AtomicReference<>("");
            Thread listening = Thread.ofVirtual().start(() -> {
                try (Socket socket = squatter.accept()) {
                    socket.getOutputStream().write(("x".repeat(64) + "\n").getBytes(ISO_8859_1));
                    heard.set(new String(remaining(socket), ISO_8859_1));
                } catch (IOException e) {
                    heard.set(e.toString());
                }
            });
            assertTrue(ControlClient.connect(home, SOON).isEmpty());
            assertTrue(listening.join(SOON));
            assertEquals("c".repeat(64) + "\n", heard.get());
        }
    }

    @Test
    void a_trickle_of_bytes_does_not_stretch_the_time_to_prove_oneself() throws Exception {
        ControlServer server = serve(ControlServerTest::unexpected);
        Socket socket = connect(server.port());
        long start = System.nanoTime();
        long[] next = {start};
        Await.until("the connection is closed", SOON, () -> {
            // Slow enough that the line's limit of 128 bytes is not what ends it.
            if (System.nanoTime() - next[0] < 0) {
                return false;
            }
            next[0] += TimeUnit.MILLISECONDS.toNanos(50);
            try {
                socket.getOutputStream().write('a');
                return false;
            } catch (SocketException closed) {
                return true;
            }
        });
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(tookMs < 4000, "took " + tookMs + " ms");
    }

    @Test
    void a_connection_that_says_nothing_is_closed() throws IOException {
        ControlServer server = serve(ControlServerTest::unexpected);
        assertEquals(0, remaining(connect(server.port())).length);
    }

    @Test
    void a_crowd_of_strangers_does_not_keep_a_client_out() throws Exception {
        ControlServer server = serve(echoing());
        for (int i = 0; i < 10 * QUICK.strangers(); i++) {
            connect(server.port());
            if (i % 10 == 0) {
                assertEquals("hello\0", call("hello").out());
            }
        }
    }

    @Test
    void a_client_that_the_daemon_has_proven_itself_to_is_served_however_many_strangers_come() throws Exception {
        ControlServer server = serve(echoing());
        AtomicBoolean over = new AtomicBoolean();
        Thread crowd = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    stranger.setSoLinger(true, 0);
                } catch (IOException refused) {
                    // There are enough of them.
                }
            }
        });
        try {
            for (int i = 0; i < 100; i++) {
                assertEquals("hello\0", call("hello").out());
            }
        } finally {
            over.set(true);
            crowd.join();
        }
    }

    @Test
    void words_arrive_as_they_were() throws Exception {
        serve(echoing());
        String[] words = {
            "it's",
            "\"quoted\"",
            "two\nlines\n",
            "",
            "grüße 🎈",
            "  ",
            "$HOME `ls` \\",
            RawText.decode(new byte[] {(byte) 0xFF, 'a', (byte) 0xC3})
        };
        Display display = call(words);
        assertArrayEquals(RawText.encode(String.join("\0", words) + "\0"), display.out.toByteArray());
    }

    @Test
    void the_circumstances_of_a_request_arrive() throws Exception {
        AtomicReference<Request> seen = new AtomicReference<>();
        serve((request, answer) -> {
            seen.set(request);
            answer.exit(0);
        });
        Request sent = new Request(
                "0.1.0+7", "/opt/tsm/bin/tsm", "/a b", 0027, 120, Set.of("out-tty", "no-color"), 42, "ada", List.of());
        call(sent);
        assertEquals(sent, seen.get());
        assertTrue(sent.outIsTerminal() && sent.noColor() && !sent.errIsTerminal() && !sent.inIsTerminal());
    }

    @Test
    void a_request_that_is_too_large_is_refused_with_a_message() throws Exception {
        serve(ControlServerTest::unexpected);
        Display display = new Display();
        assertEquals(new Outcome(End.EXIT, 2), call(request("x".repeat(2 << 20)), display));
        assertTrue(display.err().contains("too long"), display.err());
    }

    @Test
    void garbage_is_refused_with_a_message() throws Exception {
        ControlServer server = serve(ControlServerTest::unexpected);
        for (String garbage : List.of("GET / HTTP/1.1\0", "1\0b\0l\0/\0abc\0", "1\0b\0l\0/\00022\0-1\0\0")) {
            String answer = rawCall(server, garbage.getBytes(ISO_8859_1));
            assertTrue(answer.startsWith("e ") && answer.endsWith("x 2\n"), answer);
        }
    }

    @Test
    void a_request_that_does_not_arrive_in_time_is_dropped() throws Exception {
        ControlServer server = serve(ControlServerTest::unexpected);
        assertEquals("", rawCall(server, "1\0build\0".getBytes(ISO_8859_1)));
    }

    @Test
    void out_and_err_keep_their_order_and_the_exit_code_passes() throws Exception {
        ControlServer server = serve((request, answer) -> {
            answer.out("one");
            answer.out(" two");
            answer.err("three");
            answer.out("four");
            answer.exit(7);
        });
        assertEquals("o 7\none twoe 5\nthreeo 4\nfourx 7\n", rawCall(server, RequestFormat.write(request())));
    }

    @Test
    void bytes_that_are_no_text_are_marked_as_such() throws Exception {
        ControlServer server = serve((request, answer) -> {
            answer.err(new byte[] {'a', 0});
            answer.exit(1);
        });
        assertEquals("E 2\na\0x 1\n", rawCall(server, RequestFormat.write(request())));
    }

    @Test
    void megabytes_arrive_exactly_in_frames_and_as_a_stream() throws Exception {
        byte[] bytes = new byte[5_000_003];
        new Random(1).nextBytes(bytes);
        serve((request, answer) -> {
            if (request.words().contains("stream")) {
                OutputStream stream = answer.stream();
                stream.write(bytes);
            } else {
                answer.out(bytes);
                answer.exit(9);
            }
        });
        Display framed = new Display();
        assertEquals(new Outcome(End.EXIT, 9), call(request("frames"), framed));
        assertArrayEquals(bytes, framed.out.toByteArray());
        Display streamed = new Display();
        assertEquals(new Outcome(End.STREAM, 0), call(request("stream"), streamed));
        assertArrayEquals(bytes, streamed.out.toByteArray());
    }

    @Test
    void large_output_of_a_success_goes_as_a_stream() throws Exception {
        ControlServer server = serve((request, answer) -> {
            answer.out("x".repeat(50_000));
            answer.exit(0);
        });
        assertEquals("s\n" + "x".repeat(50_000), rawCall(server, RequestFormat.write(request())));
    }

    @Test
    void a_client_that_goes_away_is_noticed() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        serve((request, answer) -> {
            answer.onGone(() -> {
                calls.incrementAndGet();
                gone.countDown();
            });
            working.countDown();
            gone.await();
            assertTrue(answer.isGone());
            answer.out("nobody reads this, and it hurts nobody");
            answer.exit(0);
        });
        Socket socket = proven();
        socket.getOutputStream().write(RequestFormat.write(request()));
        assertTrue(working.await(10, TimeUnit.SECONDS));
        assertEquals(1, gone.getCount());
        socket.close();
        assertTrue(gone.await(10, TimeUnit.SECONDS));
        assertEquals(1, calls.get());
    }

    @Test
    void a_client_that_stays_to_the_end_is_never_gone() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        ControlServer server = serve((request, answer) -> {
            answer.onGone(calls::incrementAndGet);
            answer.exit(0);
        });
        call();
        Await.until("the request has ended", SOON, () -> server.active() == 0);
        assertEquals(0, calls.get());
    }

    @Test
    void a_client_that_does_not_read_is_cut_off() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        ControlServer server = serve((request, answer) -> {
            answer.onGone(gone::countDown);
            byte[] piece = new byte[1 << 20];
            while (!answer.isGone()) {
                answer.out(piece);
            }
        });
        Socket socket = proven();
        socket.getOutputStream().write(RequestFormat.write(request()));
        assertTrue(gone.await(10, TimeUnit.SECONDS));
        Await.until("the request has ended", SOON, () -> server.active() == 0);
    }

    @Test
    void a_stream_waits_for_a_slow_client() throws Exception {
        byte[] bytes = new byte[30_000_000];
        serve((request, answer) -> answer.stream().write(bytes));
        Socket socket = proven();
        socket.getOutputStream().write(RequestFormat.write(request()));
        InputStream in = socket.getInputStream();
        assertEquals('s', in.read());
        assertEquals('\n', in.read());
        // Longer than the limit for frames.
        long later = System.nanoTime() + 3 * QUICK.write().toNanos();
        Await.until("a pause", SOON, () -> System.nanoTime() - later > 0);
        assertEquals(bytes.length, in.readAllBytes().length);
    }

    @Test
    void a_stream_that_fails_is_not_taken_for_whole() throws Exception {
        serve((request, answer) -> {
            answer.stream().write("half".getBytes(ISO_8859_1));
            throw new IllegalStateException("expected by a test");
        });
        Socket socket = proven();
        socket.getOutputStream().write(RequestFormat.write(request()));
        assertThrows(IOException.class, () -> socket.getInputStream().readAllBytes());
    }

    @Test
    void a_stream_that_only_waits_does_not_hold_up_the_end() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        ControlServer server = serve((request, answer) -> {
            OutputStream stream = answer.stream();
            stream.write("begun".getBytes(ISO_8859_1));
            stream.flush();
            answer.onGone(never::countDown);
            Await.until("the client is gone", SOON, () -> never.getCount() == 0);
        });
        Socket socket = proven();
        socket.getOutputStream().write(RequestFormat.write(request()));
        InputStream in = socket.getInputStream();
        assertArrayEquals("s\nbegun".getBytes(ISO_8859_1), in.readNBytes(7));
        long began = System.nanoTime();
        server.close();
        assertTrue(System.nanoTime() - began < QUICK.close().toNanos() * 3 / 4, "it waited for the stream");
        assertEquals(-1, in.read(), "an end, and no failure");
    }

    @Test
    void the_environment_comes_and_goes_unharmed() throws Exception {
        AtomicReference<List<String>> seen = new AtomicReference<>();
        serve((request, answer) -> {
            seen.set(answer.askEnvironment());
            answer.exit(0);
        });
        Display display = new Display();
        display.environment = List.of(
                "A=1",
                "B=",
                "C=x\ny",
                "D=ü",
                "E=" + RawText.decode(new byte[] {(byte) 0x80}),
                "F=" + "f".repeat(99_999));
        assertEquals(new Outcome(End.EXIT, 0), call(request(), display));
        assertEquals(display.environment, seen.get());
    }

    @Test
    void a_question_is_asked_on_a_terminal_only() throws Exception {
        AtomicReference<Optional<String>> seen = new AtomicReference<>();
        serve((request, answer) -> {
            seen.set(answer.ask("sure? "));
            answer.exit(0);
        });
        Display display = new Display();
        call(request(), display);
        assertEquals(Optional.empty(), seen.get());
        Request onTerminal = new Request("0.0.0+1", "", "/", 0, 80, Set.of("in-tty"), 1, "ada", List.of());
        call(onTerminal, display);
        assertEquals(Optional.of("yes to sure? "), seen.get());
    }

    @Test
    void a_client_that_leaves_instead_of_answering_ends_the_command() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ControlServer server = serve((request, answer) -> {
            asked.countDown();
            answer.askEnvironment();
            throw new AssertionError("nobody answered");
        });
        Socket socket = proven();
        socket.getOutputStream().write(RequestFormat.write(request()));
        assertTrue(asked.await(10, TimeUnit.SECONDS));
        socket.close();
        Await.until("the request has ended", SOON, () -> server.active() == 0);
    }

    @Test
    void an_error_of_a_user_is_told_with_its_hint_and_code() throws Exception {
        serve((request, answer) -> {
            throw new TsmException.Conflict("port 1 is taken", "take another");
        });
        Display display = new Display();
        assertEquals(new Outcome(End.EXIT, 4), call(request(), display));
        assertEquals("tsm: port 1 is taken\n  hint: take another\n", display.err());
    }

    @Test
    void a_bug_is_told_without_a_trace() throws Exception {
        serve((request, answer) -> {
            throw new IllegalStateException("expected by a test");
        });
        Display display = new Display();
        assertEquals(new Outcome(End.EXIT, 70), call(request(), display));
        assertTrue(display.err().contains("expected by a test"), display.err());
        assertFalse(display.err().contains("\tat "), display.err());
    }

    @Test
    void a_command_without_an_end_is_a_bug() throws Exception {
        serve((request, answer) -> answer.out("so far"));
        assertEquals(new Outcome(End.EXIT, 70), call(request(), new Display()));
    }

    @Test
    void a_daemon_that_is_replaced_says_so() throws Exception {
        serve((request, answer) -> answer.replaced(request.words().contains("again")));
        assertEquals(End.REPLACED, call(request("once"), new Display()).end());
        assertEquals(End.RETRY, call(request("again"), new Display()).end());
    }

    @Test
    void a_launcher_is_told_to_look_at_its_sources_and_says_that_it_has() throws Exception {
        ControlServer server = serve((request, answer) -> {
            if (request.sourcesUnchecked()) {
                answer.uncheckedSources(1732704381234L);
            } else {
                answer.out(request.sourcesChecked() + "");
                answer.exit(3);
            }
        });
        assertEquals("b 1732704381234\n", rawCall(server, RequestFormat.write(flagged("in-tty", "unchecked"))));
        assertEquals(
                "o 27\nOptionalLong[1732704381234]x 3\n",
                rawCall(server, RequestFormat.write(flagged("in-tty", "checked-1732704381234"))));
        assertEquals(
                "o 18\nOptionalLong.emptyx 3\n",
                rawCall(server, RequestFormat.write(flagged("checked-", "checked--1", "checked-1 ", "checked-x"))));
    }

    private static Request flagged(String... flags) {
        return new Request("0.0.0+1", "/opt/tsm/bin/tsm", "/", 0022, 0, Set.of(flags), 1, "ada", List.of("list"));
    }

    @Test
    void a_launcher_finds_in_the_control_file_what_the_daemon_knows() throws Exception {
        serve(echoing());
        List<String> lines = Files.readAllLines(ControlFile.path(home));
        assertEquals(List.of("tsm-control 1", "0.0.0+1"), lines.subList(0, 2));
        assertEquals(List.of("unchecked"), lines.subList(6, lines.size()));
    }

    @Test
    void the_control_file_is_private_and_goes_with_its_server() throws Exception {
        ControlServer server = serve(echoing());
        Path file = ControlFile.path(home);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        ControlFile content = ControlFile.read(home).orElseThrow();
        assertEquals(server.port(), content.port());
        assertEquals("0.0.0+1", content.build());
        assertEquals(ProcessHandle.current().pid(), content.pid());
        assertTrue(content.clientSecret().matches("[0-9a-f]{64}")
                && content.serverSecret().matches("[0-9a-f]{64}")
                && !content.clientSecret().equals(content.serverSecret()));
        server.close();
        assertFalse(Files.exists(file));
        try (var left = Files.list(home)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void a_server_leaves_the_control_file_of_its_successor() throws Exception {
        ControlServer first = serve(echoing());
        ControlServer second = serve(echoing());
        first.close();
        assertEquals(second.port(), ControlFile.read(home).orElseThrow().port());
        assertEquals("hello\0", call("hello").out());
    }

    @Test
    void closing_lets_a_request_end() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ControlServer server = serve((request, answer) -> {
            working.countDown();
            go.await();
            answer.out("done");
            answer.exit(0);
        });
        Display display = new Display();
        Thread client = Thread.ofVirtual().start(() -> {
            try {
                call(request(), display);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertTrue(working.await(10, TimeUnit.SECONDS));
        Thread closing = Thread.ofVirtual().start(server::close);
        Await.until("the control file is gone", SOON, () -> !Files.exists(ControlFile.path(home)));
        go.countDown();
        assertTrue(client.join(SOON) && closing.join(SOON));
        assertEquals("done", display.out());
    }

    private static void unexpected(Request request, Answer answer) {
        throw new AssertionError("a request got through: " + request);
    }

    private static RequestHandler echoing() {
        return (request, answer) -> {
            for (String word : request.words()) {
                answer.out(word);
                answer.out("\0");
            }
            answer.exit(0);
        };
    }

    private ControlServer serve(RequestHandler handler) throws IOException {
        ControlServer server = ControlServer.bind(home, "0.0.0+1", handler, QUICK);
        open.add(server);
        server.start();
        return server;
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        socket.setSoTimeout(10_000);
        open.add(socket);
        return socket;
    }

    private Socket proven() throws IOException {
        ControlFile file = ControlFile.read(home).orElseThrow();
        Socket socket = connect(file.port());
        socket.getOutputStream().write((file.clientSecret() + "\n").getBytes(ISO_8859_1));
        byte[] secret = socket.getInputStream().readNBytes(65);
        assertEquals(file.serverSecret() + "\n", new String(secret, ISO_8859_1));
        return socket;
    }

    private String rawCall(ControlServer server, byte[] request) throws IOException {
        assertEquals(server.port(), ControlFile.read(home).orElseThrow().port());
        Socket socket = proven();
        socket.getOutputStream().write(request);
        return new String(remaining(socket), ISO_8859_1);
    }

    private static byte[] remaining(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                all.write(buffer, 0, n);
            }
        } catch (SocketException reset) {
            return all.toByteArray();
        }
        return all.toByteArray();
    }

    private static Request request(String... words) {
        return new Request("0.0.0+1", "", "/", 0022, 0, Set.of(), 1, "ada", Arrays.asList(words));
    }

    private Display call(String... words) throws IOException {
        Display display = new Display();
        assertEquals(new Outcome(End.EXIT, 0), call(request(words), display));
        return display;
    }

    private Outcome call(Request request) throws IOException {
        return call(request, new Display());
    }

    private Outcome call(Request request, Display display) throws IOException {
        try (ControlClient client = ControlClient.connect(home, SOON).orElseThrow()) {
            return client.run(request, display);
        }
    }

    private static final class Display implements ControlClient.Display {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private List<String> environment = List.of();

        String out() {
            return RawText.decode(out.toByteArray());
        }

        String err() {
            return RawText.decode(err.toByteArray());
        }

        @Override
        public void out(byte[] bytes) {
            out.writeBytes(bytes);
        }

        @Override
        public void err(byte[] bytes) {
            err.writeBytes(bytes);
        }

        @Override
        public List<String> environment() {
            return environment;
        }

        @Override
        public String ask(String question) {
            return "yes to " + question;
        }
    }
}
