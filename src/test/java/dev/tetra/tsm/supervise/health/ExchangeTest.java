package dev.tetra.tsm.supervise.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Looks at real servers on loopback, good and bad ones. */
class ExchangeTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Clockwork clockwork = new Clockwork();
    private final List<ServerSocket> servers = new ArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws IOException {
        clockwork.close();
        for (ServerSocket server : servers) {
            server.close();
        }
        for (Socket connection : connections) {
            connection.close();
        }
    }

    /** What a server does with a connection. */
    private interface Conduct {
        void serve(Socket connection) throws Exception;
    }

    private int server(String address, Conduct conduct) throws IOException {
        ServerSocket server = new ServerSocket(0, 1000, InetAddress.getByName(address));
        servers.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket connection = server.accept();
                    connections.add(connection);
                    Thread.ofVirtual().start(() -> serve(conduct, connection));
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server.getLocalPort();
    }

    private static void serve(Conduct conduct, Socket connection) {
        try (connection) {
            conduct.serve(connection);
        } catch (Exception e) {
            // The look has gone.
        }
    }

    /** Reads a request to its end. */
    private static String request(Socket connection) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = connection.getInputStream();
        while (!text.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private static void say(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Conduct answering(String text) {
        return connection -> {
            request(connection);
            say(connection, text);
        };
    }

    private static Conduct silent() {
        return connection -> new CountDownLatch(1).await();
    }

    private CompletableFuture<Look.Result> begin(Page page, Duration timeout) throws IOException {
        CompletableFuture<Look.Result> seen = new CompletableFuture<>();
        List<InetAddress> addresses = page.addresses();
        clockwork.here(() -> new Exchange(page, timeout, addresses, clockwork, result -> {
                    assertTrue(seen.complete(result), "told twice");
                })
                .begin(timeout));
        return seen;
    }

    private static Look.Result get(CompletableFuture<Look.Result> seen) {
        try {
            return seen.get(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private Look.Result http(int port, Duration timeout) throws IOException {
        return get(begin(Page.of(URI.create("http://localhost:" + port + "/at?a=b")), timeout));
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @CsvSource({"200, true", "204, true", "302, true", "399, true", "199, false", "400, false", "503, false"})
    void the_status_decides(int status, boolean good) throws IOException {
        int port = server("127.0.0.1", answering("HTTP/1.1 " + status + " Words\r\nContent-Length: 0\r\n\r\n"));
        assertEquals(Look.Result.of(good, "status " + status), http(port, LONG));
    }

    @Test
    void the_request_is_one_that_a_server_understands() throws IOException {
        CompletableFuture<String> asked = new CompletableFuture<>();
        int port = server("127.0.0.1", connection -> {
            asked.complete(request(connection));
            say(connection, "HTTP/1.0 200 OK\r\n\r\n");
        });
        assertTrue(http(port, LONG).good());
        assertEquals(
                "GET /at?a=b HTTP/1.1\r\nHost: localhost:" + port
                        + "\r\nUser-Agent: tsm-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                asked.join());
    }

    @Test
    void localhost_is_a_server_on_either_address() throws IOException {
        assertTrue(
                http(server("::1", answering("HTTP/1.1 200 OK\r\n\r\n")), LONG).good());
        assertEquals(Look.Result.bad("connection refused"), http(unusedPort(), LONG));
    }

    @Test
    void a_port_is_open_when_it_takes_a_connection() throws IOException {
        int port = server("127.0.0.1", silent());
        assertEquals(Look.Result.good("port " + port + " is open"), get(begin(Page.of(port), LONG)));
        int closed = unusedPort();
        assertEquals(Look.Result.bad("port " + closed + ": connection refused"), get(begin(Page.of(closed), LONG)));
    }

    @ParameterizedTest
    @CsvSource({
        "'', closed without an answer",
        "HTTP/1.1 20, closed in the middle of an answer",
        "'SSH-2.0-OpenSSH_9.6 Debian\r\n', no answer of HTTP",
        "'HTTP/1.1 2x0 OK\r\n', no answer of HTTP",
        "'HTTP/1.1\r\n', no answer of HTTP"
    })
    void what_is_no_answer_is_told(String said, String why) throws IOException {
        assertEquals(Look.Result.bad(why), http(server("127.0.0.1", answering(said)), LONG));
    }

    @Test
    void an_endless_first_line_is_no_answer() throws IOException {
        int port = server("127.0.0.1", connection -> {
            request(connection);
            while (true) {
                say(connection, "HTTP/1.1 200 " + "x".repeat(1000));
            }
        });
        assertEquals(Look.Result.bad("no answer of HTTP"), http(port, LONG));
    }

    @Test
    void a_server_that_resets_the_connection_is_not_well() throws IOException {
        int port = server("127.0.0.1", connection -> {
            request(connection);
            connection.setSoLinger(true, 0);
        });
        Look.Result seen = http(port, LONG);
        assertEquals(Look.Verdict.BAD, seen.verdict());
        assertTrue(seen.message().contains("reset"), seen.message());
    }

    @Test
    void a_server_that_never_answers_is_given_up_after_the_timeout() throws IOException {
        int port = server("127.0.0.1", silent());
        long began = System.nanoTime();
        assertEquals(Look.Result.bad("no answer within 300ms"), http(port, SHORT));
        assertTrue(System.nanoTime() - began >= SHORT.toNanos());
    }

    @Test
    void a_server_that_says_a_byte_now_and_then_does_not_put_the_timeout_off() throws IOException {
        int port = server("127.0.0.1", connection -> {
            for (char c : "HTTP/1.1 200 OK\r\n\r\n".toCharArray()) {
                say(connection, String.valueOf(c));
                // Nothing is waited for: the server's pace is what the timeout is tried against.
                TimeUnit.MILLISECONDS.sleep(100);
            }
        });
        assertEquals(Look.Result.bad("no answer within 300ms"), http(port, SHORT));
        assertEquals(Look.Result.good("status 200"), http(port, LONG));
    }

    @Test
    void the_status_counts_when_what_follows_it_never_ends_or_is_cut_off() throws IOException {
        int endless = server("127.0.0.1", connection -> {
            request(connection);
            say(connection, "HTTP/1.1 200 OK\r\n");
            for (int i = 0; true; i++) {
                say(connection, "X-" + i + ": " + "x".repeat(8000) + "\r\n");
            }
        });
        assertEquals(Look.Result.good("status 200"), http(endless, LONG));
        int halts = server("127.0.0.1", connection -> {
            request(connection);
            say(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
            new CountDownLatch(1).await();
        });
        assertEquals(Look.Result.good("status 200"), http(halts, SHORT));
        int cut = server("127.0.0.1", connection -> {
            request(connection);
            say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            connection.setSoLinger(true, 0);
        });
        // The reset may overtake the status (RFC 9293, 3.10.7), as it does for every client.
        Look.Result seen = http(cut, LONG);
        assertTrue(seen.good() || seen.message().contains("reset"), seen.message());
    }

    @Test
    void a_hundred_looks_at_a_server_that_hangs_do_not_delay_one_at_a_good_one() throws IOException {
        Page hangs = Page.of(URI.create("http://localhost:" + server("127.0.0.1", silent()) + "/"));
        int good = server("127.0.0.1", answering("HTTP/1.1 200 OK\r\n\r\n"));
        List<CompletableFuture<Look.Result>> hanging = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            hanging.add(begin(hangs, LONG));
        }
        for (int i = 0; i < 20; i++) {
            assertTrue(http(good, LONG).good());
        }
        assertTrue(hanging.stream().noneMatch(CompletableFuture::isDone), "the good one had to wait for the others");
    }

    @Test
    void what_is_due_comes_in_its_order_and_not_before_its_time() throws Exception {
        List<Integer> done = new CopyOnWriteArrayList<>();
        CountDownLatch all = new CountDownLatch(3);
        long began = System.nanoTime();
        for (int millis : List.of(120, 40, 80)) {
            clockwork.after(Duration.ofMillis(millis), () -> {
                if (System.nanoTime() - began >= millis * 1_000_000L) {
                    done.add(millis);
                }
                all.countDown();
            });
        }
        Clockwork.Due never = clockwork.after(Duration.ofMillis(60), () -> done.add(-1));
        if (never != null) {
            never.cancel();
        }
        assertTrue(all.await(20, TimeUnit.SECONDS));
        assertEquals(List.of(40, 80, 120), done);
    }
}
