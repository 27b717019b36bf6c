package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.engine.Caller;
import dev.tetra.tsm.engine.Engine;
import dev.tetra.tsm.ipc.ChannelLimits;
import dev.tetra.tsm.ipc.ChannelServer;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.Checkpoints;
import dev.tetra.tsm.supervise.PortObserver;
import dev.tetra.tsm.supervise.Supervision;
import dev.tetra.tsm.supervise.Supervisor;
import dev.tetra.tsm.supervise.health.Probing;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that look, over a real engine with real processes. */
class LookingTest {
    private static final BuildInfo BUILD = new BuildInfo("0.1.0", "0.1.0+20260102030405");

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    @TempDir
    Path folder;

    private final Commands commands = new Commands();
    private Host host;
    private Store store;
    private Supervisor supervisor;
    private ChannelServer channels;
    private Engine engine;
    private Probing probing;

    private record Answer(int code, String out, String err) {}

    @BeforeEach
    void open() {
        host = Hosts.forThisMachine();
        store = Store.open(home, BUILD, Clock.systemUTC());
        PortObserver observer = new PortObserver(store, host);
        LogFiles logs = new LogFiles(home);
        probing = new Probing(store, host, logs, home, Clock.systemUTC());
        Supervision with = new Supervision(
                store, host, logs, home, Clock.systemUTC(), Checkpoints.NONE, key -> {}, List.of(probing));
        supervisor = new Supervisor(with);
        channels = new ChannelServer(home.resolve("sockets"), ChannelLimits.STANDARD);
        engine = new Engine(with, supervisor, observer, channels, probing, new StartFields());
        engine.ipc().start();
    }

    @AfterEach
    void close() throws Exception {
        tsm("stop", "all", "--kill-timeout", "0s");
        channels.close();
        supervisor.close(host::close);
        probing.close();
        store.close();
    }

    @Test
    void an_empty_list_says_what_to_do_and_leaves_stdout_empty() {
        Answer answer = tsm("list");
        assertEquals(new Answer(0, "", "tsm: there are no processes yet; tsm start COMMAND starts one\n"), answer);
        assertEquals(new Answer(0, "[]\n", ""), tsm("list", "--json"));
        assertEquals(new Answer(0, "", ""), tsm("ls", "-q"));
    }

    @Test
    void a_process_at_rest_is_in_the_list_of_all_only() {
        started("one");
        started("two");
        assertEquals(0, tsm("stop", "two").code());
        assertEquals("one\n", tsm("list", "-q").out());
        assertEquals("one\ntwo\n", tsm("list", "all", "-q").out());
        assertEquals("two\n", tsm("list", "-q", "--filter", "status=stopped").out());
        assertEquals(
                "two 1\none 0\n",
                tsm("list", "all", "--sort", "-name", "--format", "{name} {id}").out());
        assertEquals("", tsm("list", "all", "-q", "-n", "other").out());
        assertTrue(tsm("ls").out().startsWith("ID  Name"));
        tsm("stop", "one");
        assertEquals(
                "tsm: no process runs; tsm list all shows the 2 at rest\n",
                tsm("list").err());
    }

    @Test
    void wrong_words_after_list_are_told_with_what_is_right() {
        Answer answer = tsm("list", "al");
        assertEquals(2, answer.code());
        assertTrue(answer.err().contains("did you mean: tsm list all?"), answer.err());
        assertEquals(2, tsm("list", "-q", "--json").code());
        assertTrue(tsm("list", "--format", "{nam}", "--json").out().startsWith("{\n  \"error\": {"));
    }

    @Test
    void info_tells_all_of_a_process_and_masks_secrets() {
        started("one", "-e", "API_KEY=hush", "-e", "COLOUR=red");
        started("line", "sh", "-c", "true; DB_PASSWORD='hush 2' exec sleep 61 # --token hush");
        for (String words : List.of(
                "list all --json",
                "info line",
                "info line --json",
                "list --format {command}{argv}",
                "why line",
                "env line --json",
                "env line")) {
            String shown = tsm(words.split(" ")).out();
            assertFalse(shown.contains("hush"), words + " shows a secret:\n" + shown);
        }
        String text = tsm("info", "one").out();
        for (String part : List.of(
                "Command:   sleep 60",
                "Folder:    " + folder,
                "Restart:   on-failure",
                "COLOUR:    red  (option)",
                "TSM_NAME:  one  (tsm)",
                "API_KEY:   ********  (option)",
                "start asked by tester",
                "start, 20")) {
            assertTrue(text.replaceAll(": +", ": ").contains(part.replaceAll(": +", ": ")), part + " in\n" + text);
        }
        assertFalse(text.contains("hush"));
        assertTrue(tsm("describe", "--reveal", "one").out().contains("hush"));
        String json = tsm("info", "one", "--json").out();
        assertTrue(json.startsWith("{\n  \"id\": 0,"), json);
        assertTrue(json.contains("\"runs\": [\n"), json);
        assertFalse(json.contains("hush"));
        assertTrue(tsm("info", "all", "--json").out().startsWith("[\n"));
        assertEquals(3, tsm("info", "nobody").code());
    }

    @Test
    void the_tree_shows_children_below_their_parent() {
        assertEquals(
                0, tsm("start", "--name", "tree", "sleep 50 & sleep 51 & wait").code());
        List<String> lines = tsm("info", "tree").out().lines().toList();
        assertEquals(column(lines, ": +sh -c ", "sh -c") + 2, column(lines, ": +sleep 50", "sleep 50"));
    }

    @Test
    void ports_shows_who_has_which_port_and_whether_it_listens() {
        int port = freePort();
        assertEquals(
                0,
                tsm("start", "--name", "web", "--port", "" + port, "sleep", "60")
                        .code());
        String text = tsm("ports").out();
        assertTrue(
                text.matches("(?s) *Port +Name.*\n *" + port + "  web-" + port + " +0  online  option  no .*"), text);
        assertTrue(tsm("ports", "list", "--json").out().contains("\"listening\": false"));
        assertEquals(2, tsm("ports", "lits").code());
    }

    @Test
    void why_tells_what_happened_and_what_comes_next() {
        Answer failed = tsm("start", "--name", "bad", "--restart", "no", "echo broken >&2; exit 3");
        assertEquals(1, failed.code());
        String text = tsm("why", "bad").out();
        assertTrue(text.startsWith("bad (ID 0) is errored"), text);
        assertTrue(text.contains("exit code 3"), text);
        assertTrue(text.contains("  broken\n"), text);
        assertTrue(text.contains("Next: nothing, until: tsm restart bad"), text);
        assertTrue(tsm("why", "bad", "--json").out().contains("\"lastLines\": [\n    \"broken\""));
    }

    @Test
    void a_channel_on_whose_path_another_program_listens_is_out_of_order_at_once() throws IOException {
        Files.writeString(folder.resolve("worker.sh"), "exec sleep 60\n");
        assertEquals(0, tsm("start", "--name", "worker", "bash", "worker.sh").code());
        Path path = home.resolve("sockets").resolve("worker.sock");
        try (ServerSocketChannel stranger = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path draft = home.resolve("other.sock");
            stranger.bind(UnixDomainSocketAddress.of(draft));
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
            for (String verb : List.of("status", "stop")) {
                Answer answer = assertTimeoutPreemptively(SOON, () -> tsm("socket", verb, "worker"));
                assertEquals(1, answer.code(), answer.err());
                assertTrue(answer.err().contains("is out of order: another program listens on " + path), answer.err());
            }
            assertEquals(1, tsm("ipc", "send", "worker", "STATUS").code());
        }
        assertTrue(tsm("socket", "status", "worker").out().startsWith("status=online"));
    }

    @Test
    void classify_says_it_in_the_words_of_the_bash_module() throws IOException {
        Files.writeString(folder.resolve("worker.sh"), "sleep 1\n");
        assertTrue(tsm("classify", "bash", "worker.sh").out().startsWith("""
                Service Classification:
                  Type: socket-based
                  Port Required: false
                  IPC Enabled: true
                  Default Port: none
                  Decided By: pattern\s"""));
        String other = tsm("classify", "sleep", "--json").out();
        assertTrue(other.contains("  Type: pid-based\n"), "the option is the command's: " + other);
        assertTrue(tsm("classify", "--json", "sleep").out().contains("\"type\": \"pid\""));
        assertTrue(tsm("classify", "--json", "sleep 1 | cat").out().contains("\"command\": \"sleep 1 | cat\""));
        Answer missing = tsm("classify", "uvicorn-not-installed", "--port", "9000");
        assertEquals(0, missing.code());
        assertTrue(missing.out().contains("  Port In Command: 9000\n"), missing.out());
        assertTrue(
                missing.err().contains("no program 'uvicorn-not-installed' on the PATH; this is what"), missing.err());
        assertEquals(0, tsm("patterns", "test", "go", "run", "main.go").code());
        assertEquals(0, tsm("classify", "missing.rb").code());
    }

    @Test
    void own_patterns_come_first_are_marked_and_can_be_tested() throws IOException {
        Files.writeString(home.resolve("patterns.txt"), "mine|sleep *|9000|LISTEN={port} {cmd} {port}\nnonsense\n");
        Answer list = tsm("patterns");
        assertTrue(list.out().lines().toList().get(1).startsWith("mine *  "), list.out());
        assertTrue(list.err().contains("patterns.txt:2: "), list.err());
        String tested = tsm("patterns", "test", "sleep", "5").out();
        assertTrue(tested.endsWith("""
                Executed with port 9000:
                  Words: sleep 5 9000
                  Variable: LISTEN=9000
                  Variable: PORT=9000
                """), tested);
        assertTrue(tsm("patterns", "test", "--port", "9001", "sleep", "5").out().contains("Words: sleep 5 9001\n"));
        assertTrue(tsm("patterns", "test", "--json", "sleep", "5").out().contains("\"LISTEN\": \"9000\""));
        assertTrue(tsm("patterns", "lsit").err().contains("did you mean: tsm patterns list?"));
    }

    @Test
    void a_patterns_file_that_never_ends_or_is_too_large_is_a_warning_and_keeps_no_start() throws Exception {
        Path file = home.resolve("patterns.txt");
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        Answer pipe = assertTimeoutPreemptively(SOON, () -> tsm("start", "--name", "one", "sleep", "60"));
        assertEquals(0, pipe.code(), pipe.err());
        assertTrue(pipe.err().contains(file + " is no regular file and counts as empty"), pipe.err());
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        Answer saved = tsm("save", "pattern", "mine", "one");
        assertEquals(1, saved.code());
        assertTrue(saved.err().contains("is no regular file"), saved.err());
        Files.delete(file);
        Files.writeString(file, "#".repeat((1 << 20) + 1));
        Answer large = tsm("patterns");
        assertEquals(0, large.code());
        assertTrue(large.err().contains("has more than 1M and counts as empty"), large.err());
        Files.writeString(file, "mine|sleep *|9000\n");
        assertTrue(tsm("patterns").out().contains("mine *"));
    }

    @Test
    void help_shows_every_command_and_each_of_them() {
        Answer overview = tsm("help");
        assertEquals(0, overview.code());
        for (Verbs.Listed verb : new Verbs().all()) {
            assertTrue(overview.out().contains("  " + verb.name() + " "), verb.name());
            assertFalse(verb.description().isEmpty(), verb.name());
            Answer one = tsm(("help " + verb.name()).split(" "));
            assertEquals(0, one.code(), verb.name());
            assertTrue(one.out().startsWith("Usage: tsm " + verb.name() + " "), one.out());
            assertEquals(one.out(), tsm((verb.name() + " --help").split(" ")).out());
        }
        assertFalse(overview.out().contains("\nMore\n"), "a command is in no group of the overview");
        assertEquals(new Answer(2, "", overview.out()), tsm());
        assertEquals(
                List.of(),
                overview.out().lines().filter(line -> line.length() > 80).toList(),
                "wider than a terminal");
        assertTrue(tsm("help", "lsit").err().contains("did you mean: tsm help list?"));
        assertEquals(2, tsm("help", "list", "all").code());
        assertTrue(tsm("help", "--json").out().contains("\"name\": \"start\""));
    }

    @Test
    void version_says_release_and_build() {
        assertTrue(tsm("version").out().startsWith("tsm 0.1.0 (build 0.1.0+20260102030405, Java "));
        assertEquals(tsm("version").out(), tsm("--version").out());
        assertTrue(tsm("version", "--json").out().contains("\"build\": \"0.1.0+20260102030405\""));
    }

    private void started(String name, String... options) {
        List<String> words = new ArrayList<>(List.of("start", "--name", name, "--no-wait"));
        words.addAll(List.of(options));
        words.addAll(List.of("sleep", "60"));
        Answer answer = tsm(words.toArray(String[]::new));
        assertEquals(0, answer.code(), answer.err());
    }

    private static int column(List<String> lines, String like, String part) {
        Pattern pattern = Pattern.compile("^[0-9]*" + like);
        return lines.stream()
                .filter(line -> pattern.matcher(line).find())
                .findFirst()
                .orElseThrow()
                .indexOf(part);
    }

    private int freePort() {
        for (int port = 20_000; port < 30_000; port++) {
            if (host.portFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no port is free");
    }

    private Answer tsm(String... words) {
        FakeTerminal terminal = new FakeTerminal();
        Caller caller = new Caller(
                "tester", 1, folder.toString(), 0022, () -> List.of("PATH=" + System.getenv("PATH"), "HOME=/"));
        Context context = new Context(engine, caller, terminal, new NoDaemon(home), BUILD);
        int code = commands.run(List.of(words), context);
        return new Answer(code, terminal.written(), terminal.errors());
    }

    private record NoDaemon(Path home) implements DaemonControl {
        @Override
        public Status status() {
            return new Status(1, BUILD.version(), BUILD.build(), home, Duration.ZERO, 0, 0, 0, List.of());
        }

        @Override
        public void stopAfterAnswer() {}

        @Override
        public void replaceAfterAnswer() {}

        @Override
        public Launcher launcher() {
            return new Launcher("/opt/tsm/bin/tsm", "");
        }

        @Override
        public Path log() {
            return home.resolve("daemon.log");
        }

        @Override
        public List<String> untoldNotices() {
            return List.of();
        }
    }
}
