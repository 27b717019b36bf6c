package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Strangers crowd every place where the daemon listens. They are refused, what they cost is bounded and given back, and
 * whoever has business with the daemon is served meanwhile. {@code -Dtsm.fault.rounds} makes it longer.
 */
@Timeout(600)
class StrangersIT {
    private static final int ROUNDS = Integer.getInteger("tsm.fault.rounds", 1);
    private static final int CONNECTIONS = 2000 * ROUNDS;
    /** For a command in the middle of a crowd, on a machine that has other things to do. */
    private static final Duration SERVED = Duration.ofSeconds(10);

    private static final Duration SOON = Duration.ofSeconds(20);

    /** Resident, above what it was: the heap is bounded by the launcher's flags, so this is about all else. */
    private static final long MORE_MEMORY = 80L << 20;

    private TsmHome tsm;

    @BeforeEach
    void open() throws IOException {
        tsm = TsmHome.create();
        tsm.tsm("start", "--name", "bystander", "sleep", "100000").expect(0);
    }

    @AfterEach
    void close() throws IOException {
        tsm.close();
    }

    /** What the daemon has of the machine. */
    private record Cost(long memory, int descriptors, int threads) {
        static Cost of(long pid) throws IOException {
            Path proc = Path.of("/proc/" + pid);
            List<String> status = Files.readAllLines(proc.resolve("status"));
            try (Stream<Path> descriptors = Files.list(proc.resolve("fd"))) {
                return new Cost(
                        number(status, "VmRSS:") << 10, (int) descriptors.count(), (int) number(status, "Threads:"));
            }
        }

        private static long number(List<String> status, String field) {
            return status.stream()
                    .filter(line -> line.startsWith(field))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow();
        }

        Cost most(Cost other) {
            return new Cost(
                    Math.max(memory, other.memory),
                    Math.max(descriptors, other.descriptors),
                    Math.max(threads, other.threads));
        }
    }

    /** What somebody with business does meanwhile. */
    private interface Business {
        void run() throws Exception;
    }

    /** Does business as long as there is a crowd, and looks at what the crowd costs. */
    private void busy(String where, Flood flood, Business business) throws Exception {
        long pid = tsm.daemonPid();
        Cost before = Cost.of(pid);
        Cost most = before;
        Duration slowest = Duration.ZERO;
        int served = 0;
        try (flood) {
            while (flood.goesOn() || served < 3) {
                long start = System.nanoTime();
                business.run();
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                slowest = took.compareTo(slowest) > 0 ? took : slowest;
                served++;
                most = most.most(Cost.of(pid));
            }
        }
        System.err.printf(
                "%s: %d connections; served %d meanwhile, slowest %d ms; before %s, most %s%n",
                where, flood.begun(), served, slowest.toMillis(), before, most);
        assertEquals(pid, tsm.daemonPid(), "it is the same daemon");
        assertTrue(slowest.compareTo(SERVED) < 0, "served within " + slowest);
        assertTrue(most.descriptors() < before.descriptors() + 600, "descriptors: " + before + " " + most);
        assertTrue(most.threads() < before.threads() + 100, "threads: " + before + " " + most);
        assertTrue(most.memory() < before.memory() + MORE_MEMORY, "memory: " + before + " " + most);
        // A connection of the business itself, or a descriptor that looks at /proc, may be among them.
        Await.until(
                "what strangers had is given back", SOON, () -> Cost.of(pid).descriptors() <= before.descriptors() + 4);
    }

    private void list() {
        Result result = tsm.tsm("list", "-q").expect(0);
        assertTrue(result.out().contains("bystander"), result.out());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] garbage(int size) {
        byte[] noise = new byte[size];
        new Random(7).nextBytes(noise);
        return noise;
    }

    private static byte[] many(char of, int size) {
        byte[] all = new byte[size];
        Arrays.fill(all, (byte) of);
        return all;
    }

    @Test
    void strangers_on_the_control_port_get_not_a_byte_and_keep_nobody_out() throws Exception {
        ControlFile control = ControlFile.read(tsm.home()).orElseThrow();
        String secret = control.clientSecret();
        String wrong = HexFormat.of().formatHex(Arrays.copyOf(garbage(32), 32));
        List<byte[]> words = List.of(
                new byte[0],
                bytes(secret.substring(0, 32)),
                bytes(secret.substring(0, 63) + "\n"),
                bytes(wrong + "\n1\0"),
                bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                garbage(8192),
                many('a', 1 << 20));
        Flood flood = Flood.ofPort(control.port(), words, CONNECTIONS);
        busy("control port", flood, this::list);
        assertEquals(List.of(), flood.answers());
    }

    @Test
    void strangers_on_the_port_for_tools_are_refused_and_tools_read_on() throws Exception {
        String url = line("URL");
        String user = line("User");
        String password = line("Password");
        List<byte[]> words = List.of(
                new byte[0],
                greeting(17, 20, 0x7ffffff0),
                greeting(17, 20, -7),
                greeting(17, 20, 3, 't', 's'),
                bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                garbage(8192),
                many('a', 1 << 20),
                login("AUDITOR", garbage(32)),
                login("TSM", garbage(32)));
        int port = Integer.parseInt(url.replaceAll(".*:([0-9]+)/.*", "$1"));
        Flood flood = Flood.ofPort(port, words, CONNECTIONS);
        busy("port for tools", flood, () -> {
            try (Connection tool = DriverManager.getConnection(url, user, password);
                    Statement statement = tool.createStatement();
                    ResultSet row = statement.executeQuery("SELECT name FROM processes")) {
                assertTrue(row.next());
                assertEquals("bystander", row.getString(1));
            } catch (SQLException e) {
                throw new AssertionError("a tool was not served", e);
            }
            tsm.tsm("sql", "SELECT 1").expect(0);
        });
        flood.answers().forEach(answer -> assertTrue(answer.replace("\0", "").contains("Wrong user name"), answer));
    }

    private String line(String name) throws IOException {
        String json = tsm.tsm("sql", "--url", "--json").expect(0).out();
        return json.replaceAll("(?s).*\"" + name.toLowerCase(Locale.ROOT) + "\": *\"([^\"]*)\".*", "$1");
    }

    private static byte[] greeting(int from, int to, int length, int... chars) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(all);
        out.writeInt(from);
        out.writeInt(to);
        out.writeInt(length);
        for (int c : chars) {
            out.writeChar(c);
        }
        return all.toByteArray();
    }

    private static byte[] login(String user, byte[] password) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(all);
        out.writeInt(17);
        out.writeInt(20);
        for (String text : List.of("tsm", "jdbc:h2:tcp://127.0.0.1/tsm", user)) {
            out.writeInt(text.length());
            out.writeChars(text);
        }
        out.writeInt(password.length);
        out.write(password);
        out.writeInt(-1);
        out.writeInt(0);
        return all.toByteArray();
    }

    @Test
    void clients_that_crowd_a_channel_get_at_most_a_word_and_others_are_answered() throws Exception {
        Files.writeString(tsm.work().resolve("worker.sh"), "exec sleep 100000\n");
        tsm.tsm("start", "--name", "worker", "bash", "worker.sh").expect(0);
        Path socket = tsm.home().resolve("sockets").resolve("worker.sock");
        List<byte[]> words = List.of(
                new byte[0],
                bytes("STAT"),
                bytes("\n"),
                bytes("NONSENSE\n".repeat(500)),
                bytes("STATUS\n".repeat(2000)),
                garbage(8192),
                many('a', 100_000));
        Flood flood = Flood.ofSocket(socket, words, CONNECTIONS);
        List<Result> answers = new ArrayList<>();
        busy("channel", flood, () -> {
            list();
            answers.add(tsm.tsm("socket", "health", "worker"));
        });
        answers.forEach(answer -> assertEquals("PONG", answer.expect(0).out().strip()));
        flood.answers().forEach(answer -> assertTrue(answer.matches("(?s)(ERR|status=).*"), answer));
    }

    @Test
    void a_flood_of_notifications_of_strangers_changes_nothing_and_fills_no_log() throws Exception {
        Files.writeString(tsm.work().resolve("strangers.py"), """
                import array, os, socket, sys
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                words = [b"READY=1", b"STATUS=hacked\\nREADY=1", b"MAINPID=1", b"WATCHDOG=trigger", b"STOPPING=1",
                         b"", b"=" * 5000, os.urandom(700), b"READY=1\\n" * 2000, b"STATUS=" + b"\\xff" * 6000,
                         b"MAINPID=99999999999999999999", b"EXTEND_TIMEOUT_USEC=18446744073709551615", b"\\0" * 90000]
                for n in range(int(sys.argv[2])):
                    s.sendto(words[n % len(words)], sys.argv[1])
                    if n % 50 == 0:
                        # descriptors come with it, which somebody has to close
                        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 200))
                        s.sendmsg([b"READY=1"], [rights], 0, sys.argv[1])
                # More than can wait in the socket: when all of these are sent, all of those are read.
                for n in range(600):
                    s.sendto(b"X=1", sys.argv[1])
                print("sent", flush=True)
                # One that is gone may have been the program's own, and would count.
                sys.stdin.read()
                """);
        Files.writeString(tsm.work().resolve("quiet.sh"), "echo $NOTIFY_SOCKET >notify\nexec sleep 100000\n");
        String[] start = {
            "start", "--no-wait", "--name", "quiet", "--ready-notify", "--start-timeout", "1h", "bash", "quiet.sh"
        };
        tsm.tsm(start).expect(0);
        Path told = tsm.work().resolve("notify");
        Await.until("it says where", SOON, () -> Files.exists(told) && Files.size(told) > 1);
        String socket = Files.readString(told).strip();
        long pid = tsm.daemonPid();
        Cost before = Cost.of(pid);
        Cost most = before;
        for (int i = 0; i < ROUNDS; i++) {
            Process strangers = tsm.start(List.of("python3", "strangers.py", socket, "300"));
            try (InputStream sent = strangers.getInputStream()) {
                while (sent.available() == 0 && strangers.isAlive()) {
                    list();
                    most = most.most(Cost.of(pid));
                }
                assertEquals("sent\n", new String(sent.readNBytes(5), StandardCharsets.US_ASCII));
                assertEquals(
                        "quiet\n",
                        tsm.tsm("list", "all", "--filter", "status=starting", "-q")
                                .out());
                assertTrue(!tsm.tsm("info", "quiet").expect(0).out().contains("hacked"));
            } finally {
                strangers.getOutputStream().close();
                strangers.waitFor();
            }
        }
        System.err.printf("notifications: before %s, most %s, after %s%n", before, most, Cost.of(pid));
        assertEquals(pid, tsm.daemonPid());
        assertTrue(most.memory() < before.memory() + MORE_MEMORY, "memory: " + before + " " + most);
        Await.until("descriptors are closed", SOON, () -> Cost.of(pid).descriptors() <= before.descriptors() + 4);
        try (Stream<String> log = Files.lines(tsm.home().resolve("daemon.log"))) {
            assertTrue(log.filter(line -> line.contains("a message of pid")).count() <= 2L * ROUNDS);
        }
    }
}
