package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several instances of one command, over a real engine with real processes. */
class InstancesTest {
    private static final String LONG = "exec sleep 1000";

    @TempDir
    Path place;

    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(place);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private Desk.Told good(String... words) {
        Desk.Told answer = desk.tell(words);
        assertEquals(0, answer.code(), answer.toString());
        return answer;
    }

    private Desk.Told bad(int code, String... words) {
        Desk.Told answer = desk.tell(words);
        assertEquals(code, answer.code(), answer.toString());
        return answer;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private List<Integer> ports() {
        return desk.names().stream().map(name -> desk.process(name).port()).toList();
    }

    @Test
    void instances_share_a_name_and_each_knows_its_number() throws IOException {
        Desk.Told told = good("start", "--name", "web", "-i", "3", "sh", "-c", "echo I am $TSM_INSTANCE; " + LONG);
        assertEquals(List.of("web-0", "web-1", "web-2"), desk.names());
        assertEquals(3, told.out().lines().count(), told.out());
        Path log = desk.home.resolve("logs/web-2/out.log");
        Await.until("it spoke", Duration.ofSeconds(10), () -> {
            try {
                return Files.readString(log).equals("I am 2\n");
            } catch (IOException e) {
                return false;
            }
        });
        assertTrue(good("info", "web-1").out().contains("1 of web, of which there are 3"));
        String json = good("info", "web-1", "--json").out();
        assertTrue(json.contains("\"instances\": 3"), json);
    }

    @Test
    void instances_are_saved_as_one_service_by_the_name_they_share() {
        good("start", "--name", "web", "-i", "2", "sh", "-c", LONG);
        good("save", "shared", "web");
        good("save", "single", "web-1");
        for (String service : List.of("shared", "single")) {
            String shown = desk.tell("show", service, "--json").out();
            assertTrue(shown.contains("\"SERVICE_INSTANCES\": \"2\""), shown);
        }
    }

    @Test
    void the_shared_name_means_all_of_them() {
        good("start", "--name", "web", "-i", "2", "sh", "-c", LONG);
        good("start", "--name", "other", "sh", "-c", LONG);
        Long before = desk.process("web-1").pid();
        good("restart", "web");
        assertNotEquals(before, desk.process("web-1").pid());
        good("stop", "web");
        assertEquals(Status.STOPPED, desk.process("web-0").status());
        assertEquals(Status.STOPPED, desk.process("web-1").status());
        assertEquals(Status.ONLINE, desk.process("other").status());
        good("start", "--name", "web", "-i", "2", "sh", "-c", LONG);
        assertEquals(Status.ONLINE, desk.process("web-0").status());
        good("delete", "web");
        assertEquals(List.of("other"), desk.names());
    }

    @Test
    void each_has_a_port_of_its_own_or_the_next_that_is_free() throws IOException {
        int base = freePort();
        try (ServerSocket taken = new ServerSocket(base + 1)) {
            good("start", "--name", "web", "-i", "3", "--port", "" + base, "sh", "-c", LONG);
            List<Integer> ports = ports();
            assertEquals(base, ports.getFirst());
            assertEquals(3, ports.stream().distinct().count());
            assertTrue(ports.stream().noneMatch(port -> port == taken.getLocalPort()), ports.toString());
        }
    }

    @Test
    void instances_for_which_tsm_listens_share_one_port_which_is_free_again_after_the_last() throws IOException {
        int port = freePort();
        good("start", "--name", "web", "-i", "2", "--listen", "127.0.0.1:" + port, "sh", "-c", LONG);
        assertEquals(List.of(port, port), ports());
        assertTrue(bad(4, "start", "--port", "" + port, "--name", "x", "sh", "-c", LONG)
                .err()
                .contains("web-0"));
        good("delete", "web-0");
        assertTrue(bad(4, "start", "--port", "" + port, "--name", "x", "sh", "-c", LONG)
                .err()
                .contains("web-1"));
        good("delete", "web");
        good("start", "--port", "" + port, "--name", "x", "sh", "-c", LONG);
    }

    @Test
    void a_name_in_the_way_of_one_leaves_none() {
        good("start", "--name", "web-1", "sh", "-c", LONG);
        bad(4, "start", "--name", "web", "-i", "3", "sh", "-c", LONG);
        assertEquals(List.of("web-1"), desk.names());
    }

    @Test
    void scale_makes_more_as_the_first_were_started_and_takes_the_highest_away() {
        good("start", "--name", "web", "-i", "2", "-e", "COLOUR=red", "sh", "-c", "echo $COLOUR; " + LONG);
        good("scale", "web", "4");
        assertEquals(List.of("web-0", "web-1", "web-2", "web-3"), desk.names());
        Await.until(
                "it spoke",
                Duration.ofSeconds(10),
                () -> good("logs", "web-3", "--raw").out().equals("red\n"));
        good("scale", "web", "-3");
        assertEquals(List.of("web-0"), desk.names());
        good("scale", "web-0", "+1");
        assertEquals(List.of("web-0", "web-1"), desk.names());
        assertEquals("there are 2 already\n", good("scale", "web", "2").out());
    }

    @Test
    void numbers_that_are_none_are_refused() {
        for (String wrong : List.of("0", "-2", "many", "", "1.5", "1001")) {
            bad(2, "start", "--name", "web", "-i", wrong, "sh", "-c", LONG);
        }
        assertEquals(List.of(), desk.names());
        good("start", "--name", "web", "-i", "1", "sh", "-c", LONG);
        bad(2, "scale", "web", "0");
        bad(2, "scale", "web", "-1");
        bad(2, "scale", "web", "two");
        bad(3, "scale", "nobody", "2");
        good("start", "--name", "alone", "sh", "-c", LONG);
        bad(1, "scale", "alone", "2");
    }

    @Test
    void all_cores_but_one_are_at_least_one() {
        good("start", "--name", "web", "-i", "-1", "sh", "-c", LONG);
        assertEquals(
                Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
                desk.names().size());
    }

    @Test
    void a_service_may_say_how_many() {
        good("service", "add", "shop", "--instances", "2", "sh -c 'exec sleep 1000'");
        good("start", "shop");
        assertEquals(List.of("shop-0", "shop-1"), desk.names());
        good("stop", "shop-1");
        assertTrue(good("start", "shop").out().contains("shop-1 started"));
        good("scale", "shop", "3");
        assertEquals("shop", desk.process("shop-2").spec().service());
        assertTrue(good("restart", "shop").err().contains("says 2 instances, and there are 3"));
    }

    @Test
    void the_name_of_instances_is_no_name_for_a_process() {
        good("start", "--name", "web", "-i", "2", "sh", "-c", LONG);
        bad(4, "start", "--name", "web", "sh", "-c", LONG);
        bad(4, "start", "--name", "web", "-i", "3", "sh", "-c", LONG);
    }

    @Test
    void listen_takes_an_address_if_one_follows_and_leaves_the_command_alone() throws IOException {
        int port = freePort();
        good("start", "--name", "a", "--port", "" + port, "--listen", "sleep", "1000");
        assertEquals("*", desk.process("a-" + port).instances().listen());
        int other = freePort();
        good("start", "--name", "b", "--listen", "localhost:" + other, "sleep", "1000");
        assertEquals("127.0.0.1", desk.process("b-" + other).instances().listen());
        bad(2, "start", "--name", "c", "--listen=nowhere", "sleep", "1000");
        bad(2, "start", "--name", "c", "--port", "1234", "--listen", "1235", "sleep", "1000");
    }

    @Test
    void a_roll_ends_at_the_first_that_does_not_get_ready_and_leaves_the_rest() throws IOException {
        int port = freePort();
        String script = "test -e " + place + "/broken && { echo no luck >&2; exit 3; }; " + LONG;
        good("start", "--name", "web", "-i", "2", "--listen", "127.0.0.1:" + port, "sh", "-c", script);
        Long first = desk.process("web-0").pid();
        Long second = desk.process("web-1").pid();
        Path broken = Files.createFile(place.resolve("broken"));
        Desk.Told told = bad(1, "reload", "web");
        assertTrue(told.err().contains("exit code 3") && told.err().contains("the old one goes on"), told.err());
        assertTrue(told.out().contains("web-1 (ID 1) left"), told.out());
        assertEquals(first, desk.process("web-0").pid());
        assertEquals(second, desk.process("web-1").pid());
        Files.delete(broken);
        good("reload", "web");
        assertNotEquals(first, desk.process("web-0").pid());
        assertNotEquals(second, desk.process("web-1").pid());
        assertTrue(good("info", "web-0").out().contains("reload"), told.out());
    }

    @Test
    void what_is_alone_and_listens_by_itself_is_restarted_and_that_is_said() {
        good("start", "--name", "one", "sh", "-c", LONG);
        Long before = desk.process("one").pid();
        assertTrue(good("reload", "one").err().contains("restarted, as it is the only one"));
        assertNotEquals(before, desk.process("one").pid());
        bad(2, "reload", "one", "--parallel", "0");
        bad(3, "reload", "nobody");
    }

    @Test
    void the_shared_name_starts_all_that_rest_again() {
        good("start", "--name", "web", "-i", "3", "sh", "-c", LONG);
        good("stop", "web");
        Long pid = good("start", "web-1").out().isEmpty()
                ? null
                : desk.process("web-1").pid();
        Desk.Told told = good("start", "web");
        assertEquals(3, told.out().lines().count(), told.out());
        assertEquals(Status.ONLINE, desk.process("web-0").status());
        assertEquals(Status.ONLINE, desk.process("web-2").status());
        assertEquals(pid, desk.process("web-1").pid());
        bad(2, "start", "--port", "4000", "web");
        bad(1, "start", "-n", "elsewhere", "web");
    }

    @Test
    void instances_that_open_no_port_are_not_waited_for_by_a_roll() throws IOException {
        good("start", "--name", "work", "-i", "2", "--port", "" + freePort(), "sh", "-c", LONG);
        Long second = desk.process("work-1").pid();
        good("reload", "work", "--timeout", "1s");
        assertNotEquals(second, desk.process("work-1").pid());
    }

    @Test
    void a_roll_ends_at_the_first_that_does_not_open_its_port_again() throws IOException {
        String script =
                "test -e " + place + "/broken && " + LONG + "; exec python3 -m http.server --bind 127.0.0.1 $PORT";
        good("start", "--name", "web", "-i", "2", "--port", "" + freePort(), "--wait", "sh", "-c", script);
        Long second = desk.process("web-1").pid();
        Files.createFile(place.resolve("broken"));
        Desk.Told told = bad(5, "reload", "web", "--timeout", "1s");
        assertTrue(told.err().contains("web-0 (ID 0) runs, but did not open port"), told.err());
        assertEquals(second, desk.process("web-1").pid());
    }

    /** The daemon has the socket too, and each instance: it is theirs, whoever is found first. */
    @Test
    void a_port_on_which_tsm_listens_belongs_to_the_instances_that_share_it() throws IOException {
        int port = freePort();
        good("start", "--name", "web", "-i", "2", "--listen", "127.0.0.1:" + port, "sh", "-c", LONG);
        String told = good("doctor", "port", "" + port).out();
        assertTrue(told.contains("TSM-managed process: web-") && !told.contains("NOT"), told);
        String table = good("ports").out();
        assertEquals(2, table.lines().filter(line -> line.contains("yes")).count(), table);
        assertTrue(good("info", "web-1", "--json").out().replaceAll("\\s", "").contains("\"observedPorts\":[" + port));
        // A port that has no program for a moment is not a stranger's.
        good("doctor", "port", "" + port, "--json");
        good("stop", "web");
        assertTrue(good("doctor", "port", "" + port).out().contains("web-0"), told);
    }
}
