package dev.tetra.tsm.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real sockets, and clients that mean no good. */
@Timeout(60)
class ChannelServerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ChannelLimits QUICK = new ChannelLimits(
            1000,
            60,
            80,
            Duration.ofMillis(300),
            Duration.ofMillis(200),
            Duration.ofMillis(300),
            Duration.ZERO,
            Duration.ofMillis(20));

    private Path base;
    private Path folder;
    private Path path;
    private ChannelServer server;
    private final List<SocketChannel> clients = new ArrayList<>();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final AtomicInteger running = new AtomicInteger();
    private final CountDownLatch slow = new CountDownLatch(1);

    @BeforeEach
    void open() throws IOException {
        base = Files.createTempDirectory(Path.of("/tmp"), "t");
        folder = base.resolve("sockets");
        path = folder.resolve("one.sock");
        server = new ChannelServer(folder, QUICK);
        server.start(this::answer, Map.of());
    }

    @AfterEach
    void close() throws Exception {
        slow.countDown();
        for (SocketChannel client : clients) {
            client.close();
        }
        server.close();
        try (Stream<Path> all = Files.walk(base)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private byte[] answer(long key, Path at, byte[] line, Supplier<String> user) {
        running.incrementAndGet();
        try {
            String text = new String(line, StandardCharsets.UTF_8);
            asked.add(text);
            return switch (text) {
                case "slow" -> {
                    slow.await();
                    yield bytes("late");
                }
                case "big" -> new byte[4 << 20];
                case "who" -> bytes(user.get());
                case "fail" -> throw new IllegalStateException("on purpose");
                default -> bytes(key + " " + text);
            };
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            running.decrementAndGet();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private SocketChannel connect() throws IOException {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        clients.add(client);
        client.connect(UnixDomainSocketAddress.of(path));
        return client;
    }

    private static void send(SocketChannel client, String text) throws IOException {
        client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Everything until the server closes. */
    private static String rest(SocketChannel client) throws IOException {
        StringBuilder all = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        while (client.read(buffer.clear()) >= 0) {
            all.append(StandardCharsets.UTF_8.decode(buffer.flip()));
        }
        return all.toString();
    }

    private static String line(SocketChannel client) throws IOException {
        StringBuilder all = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (client.read(one.clear()) > 0 && one.get(0) != '\n') {
            all.append((char) one.get(0));
        }
        return all.toString();
    }

    private String ask(String text) throws IOException {
        return new String(ChannelClient.ask(path, bytes(text), SOON, 5 << 20), StandardCharsets.UTF_8);
    }

    private void opened() {
        assertTrue(server.open(1, path).listening());
    }

    private int connections() {
        return server.states().getFirst().connections();
    }

    @Test
    void a_line_is_answered_by_a_line() throws IOException {
        opened();
        assertEquals("1 STATUS", ask("STATUS"));
    }

    @Test
    void several_requests_go_over_one_connection_in_order_and_cr_lf_ends_a_line_too() throws IOException {
        opened();
        SocketChannel client = connect();
        send(client, "a\r\nb\n\nc");
        client.shutdownOutput();
        assertEquals("1 a\n1 b\n1 \n1 c\n", rest(client));
    }

    @Test
    void a_client_that_waits_for_the_end_gets_it_soon_after_its_answer() throws IOException {
        opened();
        SocketChannel client = connect();
        send(client, "a\n");
        long began = System.nanoTime();
        assertEquals("1 a\n", rest(client));
        assertTrue(System.nanoTime() - began >= QUICK.next().toNanos());
    }

    @Test
    void a_request_that_follows_an_answer_in_time_is_answered() throws IOException {
        opened();
        SocketChannel client = connect();
        for (int i = 0; i < 50; i++) {
            send(client, i + "\n");
            assertEquals("1 " + i, line(client));
        }
    }

    @Test
    void the_folder_and_the_socket_are_for_their_owner_alone() throws IOException {
        opened();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        try (Stream<Path> all = Files.list(folder)) {
            assertEquals(List.of(path), all.toList());
        }
    }

    @Test
    void the_user_at_the_other_end_is_known() throws IOException {
        opened();
        assertEquals(System.getProperty("user.name"), ask("who"));
    }

    @Test
    void a_line_that_is_too_long_is_refused_and_the_connection_closed() throws IOException {
        opened();
        SocketChannel endless = connect();
        send(endless, "x".repeat(100_000));
        assertEquals("ERR line too long\n", rest(endless));
        SocketChannel whole = connect();
        send(whole, "x".repeat(1001) + "\nnext\n");
        assertEquals("ERR line too long\n", rest(whole));
        assertEquals("1 " + "x".repeat(1000), ask("x".repeat(1000)));
        assertFalse(asked.contains("next"));
    }

    @Test
    void half_a_line_is_not_waited_for_for_ever() throws IOException {
        opened();
        SocketChannel client = connect();
        send(client, "a\nhal");
        assertEquals("1 a\nERR incomplete line\n", rest(client));
        Await.until("closed", SOON, () -> connections() == 0);
        assertFalse(asked.contains("hal"));
    }

    @Test
    void one_that_sends_a_byte_now_and_then_gains_no_time() throws IOException {
        opened();
        SocketChannel client = connect();
        client.configureBlocking(false);
        Await.until("closed", SOON, () -> {
            try {
                send(client, "x");
                return false;
            } catch (IOException e) {
                return true;
            }
        });
        assertEquals(Set.of(), asked);
    }

    @Test
    void one_that_never_writes_is_closed() throws IOException {
        opened();
        assertEquals("", rest(connect()));
    }

    @Test
    void one_that_never_reads_is_closed_and_nobody_waits_for_it() throws IOException {
        opened();
        SocketChannel client = connect();
        send(client, "big\n");
        Await.until("asked", SOON, () -> asked.contains("big"));
        assertEquals("1 other", ask("other"));
        Await.until("closed", SOON, () -> connections() == 0);
    }

    @Test
    void a_client_that_floods_is_read_no_faster_than_it_is_answered() throws IOException {
        opened();
        SocketChannel client = connect();
        client.configureBlocking(false);
        ByteBuffer flood = ByteBuffer.wrap(bytes("slow\n".repeat(1 << 18)));
        long sent = 0;
        while (client.write(flood) > 0) {
            sent = flood.position();
        }
        assertTrue(sent < 1 << 20, "taken: " + sent);
        Await.until("one is answered", SOON, () -> running.get() == 1);
        assertEquals("1 other", ask("other"));
        assertEquals(1, running.get());
    }

    @Test
    void a_client_that_goes_away_before_its_answer_leaves_nothing() throws IOException {
        opened();
        SocketChannel client = connect();
        send(client, "slow\n");
        Await.until("asked", SOON, () -> running.get() == 1);
        client.close();
        slow.countDown();
        Await.until("forgotten", SOON, () -> connections() == 0);
    }

    @Test
    void garbage_reaches_the_answers_as_it_is() throws IOException {
        opened();
        SocketChannel client = connect();
        send(client, "\0\u00ff\n");
        client.shutdownOutput();
        rest(client);
        assertEquals(1, asked.size());
    }

    @Test
    void a_failure_is_said_without_a_trace() throws IOException {
        opened();
        assertEquals("ERR internal error; the daemon's log says more", ask("fail"));
    }

    @Test
    void fifty_clients_at_once_are_answered() throws Exception {
        opened();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String text = "client " + i;
            CompletableFuture<String> answer = new CompletableFuture<>();
            answers.add(answer);
            Thread.startVirtualThread(() -> {
                try {
                    answer.complete(ask(text));
                } catch (IOException e) {
                    answer.completeExceptionally(e);
                }
            });
        }
        for (int i = 0; i < 50; i++) {
            assertEquals("1 client " + i, answers.get(i).get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void more_connections_than_allowed_are_refused_in_words_and_others_served_again_later() throws IOException {
        opened();
        for (int i = 0; i < QUICK.connections(); i++) {
            send(connect(), "slow\n");
        }
        Await.until("all are answered", SOON, () -> running.get() == QUICK.connections());
        assertEquals("ERR too many connections\n", rest(connect()));
        slow.countDown();
        Await.until("served", SOON, () -> connections() == 0);
        assertEquals("1 again", ask("again"));
    }

    @Test
    void who_has_just_come_is_not_sent_away_for_those_who_come_after() throws Exception {
        Path other = base.resolve("other");
        ChannelLimits polite = new ChannelLimits(
                QUICK.line(), 4, 8, SOON, QUICK.next(), QUICK.stalled(), Duration.ofSeconds(5), QUICK.look());
        ChannelServer crowded = new ChannelServer(other, polite);
        crowded.start(this::answer, Map.of());
        try {
            path = other.resolve("one.sock");
            assertTrue(crowded.open(1, path).listening());
            SocketChannel first = connect();
            for (int i = 0; i < 10; i++) {
                connect();
            }
            send(first, "hello\n");
            assertEquals("1 hello", line(first));
        } finally {
            crowded.close();
        }
    }

    @Test
    void a_removed_file_is_renewed() throws IOException {
        opened();
        Files.delete(path);
        Await.until("renewed", SOON, () -> Files.exists(path));
        assertEquals("1 a", ask("a"));
    }

    @Test
    void a_removed_folder_is_renewed() throws IOException {
        opened();
        Files.delete(path);
        Files.delete(folder);
        Await.until("renewed", SOON, () -> Files.exists(path));
        assertEquals("1 a", ask("a"));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }

    @Test
    void a_removed_folder_is_renewed_at_once_for_whoever_asks_or_opens_another_channel() throws IOException {
        opened();
        for (int i = 0; i < 20; i++) {
            // In one step: the server may make it anew at any time.
            Files.move(folder, base.resolve("first" + i));
            assertNull(server.states().getFirst().problem());
            assertEquals("1 a", ask("a"));
            Files.move(folder, base.resolve("second" + i));
            ChannelState other = server.open(2, path.resolveSibling("other.sock"));
            assertNull(other.problem());
            server.remove(2);
        }
    }

    @Test
    void a_foreign_file_is_left_alone_and_said() throws IOException {
        opened();
        // In one step: the server makes a socket that is gone anew.
        Files.move(Files.writeString(base.resolve("file"), "mine"), path, StandardCopyOption.REPLACE_EXISTING);
        assertEquals(
                "a file that is no socket is at " + path,
                server.states().getFirst().problem());
        assertEquals("mine", Files.readString(path));
        server.remove(1);
        assertEquals("mine", Files.readString(path));
        assertEquals(
                "a file that is no socket is at " + path, server.obstacle(path).orElseThrow());
    }

    @Test
    void a_foreign_file_that_has_got_the_inode_of_the_socket_is_not_taken_for_it() throws IOException {
        opened();
        boolean same = false;
        for (int i = 0; i < 20 && !same; i++) {
            Object socket = Files.getAttribute(path, "unix:ino");
            Files.delete(path);
            try {
                Files.writeString(path, "mine", StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                continue; // the server was quicker
            }
            same = Files.getAttribute(path, "unix:ino").equals(socket);
            assertEquals(
                    "a file that is no socket is at " + path,
                    server.states().getFirst().problem());
            Files.delete(path);
            assertNull(server.states().getFirst().problem());
        }
        assumeTrue(same, "this file system gives no inode again");
        assertEquals("1 a", ask("a"));
    }

    @Test
    void a_socket_that_another_program_listens_on_is_left_alone() throws IOException {
        Await.until("made", SOON, () -> Files.isDirectory(folder));
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));
            assertEquals(
                    "another program listens on " + path, server.obstacle(path).orElseThrow());
            assertFalse(server.open(1, path).listening());
        }
        assertTrue(server.obstacle(path).isEmpty());
        assertTrue(server.open(1, path).listening());
        assertEquals("1 a", ask("a"));
    }

    @Test
    void the_file_goes_with_its_process_and_so_do_its_clients() throws IOException {
        opened();
        SocketChannel client = connect();
        send(client, "slow\n");
        Await.until("asked", SOON, () -> running.get() == 1);
        server.remove(1);
        assertFalse(Files.exists(path));
        assertEquals("", rest(client));
        assertThrows(IOException.class, this::connect);
    }

    @Test
    void a_name_that_is_given_again_keeps_its_new_socket_when_the_old_end_is_told_late() throws IOException {
        opened();
        assertTrue(server.open(2, path).listening());
        server.remove(1);
        assertEquals("2 a", ask("a"));
    }

    @Test
    void the_next_server_takes_over_and_cleans_up() throws Exception {
        opened();
        Path stale = folder.resolve("gone.sock");
        ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        dead.bind(UnixDomainSocketAddress.of(stale));
        dead.close();
        Path text = Files.writeString(folder.resolve("note.txt"), "mine");
        server.close();
        assertTrue(Files.exists(path));
        server = new ChannelServer(folder, QUICK);
        server.start(this::answer, Map.of(7L, path));
        assertEquals(1, server.states().size());
        assertEquals("7 a", ask("a"));
        assertFalse(Files.exists(stale));
        assertTrue(Files.exists(text));
    }

    @Test
    void a_program_that_accepts_nothing_or_says_nothing_is_given_up_on_in_time() throws IOException {
        Await.until("made", SOON, () -> Files.isDirectory(folder));
        Duration within = Duration.ofMillis(200);
        try (ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            deaf.bind(UnixDomainSocketAddress.of(path), 1);
            // Each that gave up stays in the backlog, which is full before the last one comes.
            for (int i = 0; i < 4; i++) {
                long began = System.nanoTime();
                assertThrows(
                        SocketTimeoutException.class, () -> ChannelClient.ask(path, bytes("HEALTH"), within, 1000));
                assertTrue(System.nanoTime() - began < SOON.toNanos());
            }
        }
    }
}
