package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is in a home is for its owner alone, and no other user of the machine gets at it or in between. */
@Timeout(180)
class PermissionsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    /** A user that nobody is; the kernel needs no more than the number. */
    private static final String STRANGER = "64321";

    private TsmHome tsm;

    @BeforeEach
    void open() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void close() throws IOException {
        tsm.close();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Uses much of what leaves files in the home, by a user whose files anybody may write. */
    private void useMuch() throws IOException {
        Files.writeString(tsm.work().resolve("worker.sh"), "echo out; echo err >&2; exec sleep 100000\n");
        Files.writeString(
                tsm.work().resolve("app.py"), "import os, time\nprint(os.environ['PORT'])\ntime.sleep(100000)\n");
        Files.writeString(tsm.work().resolve("commands"), "list\nsql \"SELECT 1\"\n");
        int port = OwnPort.free();
        for (String command : """
                start --name worker bash worker.sh
                start --name app --port %d --listen python3 app.py
                start --name many-0 --log-max-size 64K sh -c 'head -c 100000 /dev/zero | tr "\\0" x; exec sleep 100000'
                start --no-wait --name told --ready-notify sleep 100000
                save kept worker
                enable kept
                save pattern mine worker
                hook add 'cat >/dev/null'
                sql --url
                sql 'SELECT 1'
                socket health worker
                repl <commands
                daemon restart
                restart worker
                flush worker
                """.formatted(port).lines().toList()) {
            tsm.bash("umask 000; tsm " + command).expect(0);
        }
        Path many = tsm.home().resolve("logs").resolve("many-0");
        Await.until("a log was cut", Duration.ofSeconds(30), () -> {
            try (Stream<Path> parts = Files.list(many)) {
                return parts.anyMatch(part -> part.getFileName().toString().startsWith("out-"));
            }
        });
    }

    private static List<Path> everything(Path home) throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            return all.toList();
        }
    }

    @Test
    void everything_in_the_home_is_for_its_owner_alone_whatever_the_umask() throws IOException {
        useMuch();
        List<String> open = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (Path path : everything(tsm.home())) {
            PosixFileAttributes is = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            String rights = PosixFilePermissions.toString(is.permissions());
            seen.add(tsm.home().relativize(path) + " " + rights);
            if (!rights.equals(is.isDirectory() ? "rwx------" : "rw-------") || is.isSymbolicLink()) {
                open.add(seen.getLast());
            }
        }
        assertEquals(List.of(), open);
        // Otherwise too little was looked at.
        for (String part : List.of(
                "control ", "tsm.mv.db", "db.secret", "daemon.log", "worker.sock ", "out.log", "/out-", "run.key")) {
            assertTrue(seen.stream().anyMatch(path -> path.contains(part)), () -> part + ": " + seen);
        }
    }

    @Test
    void a_home_that_was_open_to_all_is_closed_and_one_of_somebody_else_refused() throws IOException {
        Files.createDirectory(tsm.home());
        Files.setPosixFilePermissions(tsm.home(), PosixFilePermissions.fromString("rwxrwxrwx"));
        tsm.tsm("list").expect(0);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(tsm.home())));
        tsm.tsm("daemon", "stop").expect(0);
        assumeTrue(isRoot(), "only root can give a folder away");
        Await.until("the daemon is gone", SOON, () -> tsm.processes().isEmpty());
        List<Path> before = everything(tsm.home());
        tsm.run(List.of("chown", STRANGER, tsm.home().toString()), new byte[0]).expect(0);
        for (String[] words : new String[][] {{"list"}, {"start", "sleep", "60"}, {"daemon", "start"}}) {
            Result refused = tsm.tsm(words).expect(69);
            assertTrue(refused.err().contains("belongs to another user"), refused.err());
        }
        assertEquals(before, everything(tsm.home()));
        assertEquals(List.of(), tsm.processes());
    }

    @Test
    void what_others_have_put_into_a_home_that_was_open_to_them_is_not_trusted() throws IOException {
        assumeTrue(isRoot(), "only root can be somebody else");
        Path precious = Files.writeString(parent().resolve("precious"), "precious\n");
        for (String name : List.of("daemon.log", "start.lock", "tsm.mv.db", "control", "patterns.txt")) {
            Files.createDirectory(tsm.home());
            Path planted = tsm.home().resolve(name);
            if (name.contains(".l")) {
                Files.createSymbolicLink(planted, precious);
            } else {
                Files.writeString(planted, "x\n");
            }
            tsm.run(List.of("chown", "-h", STRANGER, planted.toString()), new byte[0])
                    .expect(0);
            Files.setPosixFilePermissions(tsm.home(), PosixFilePermissions.fromString("rwxrwxrwx"));
            Result refused = tsm.tsm("list").expect(69);
            assertTrue(refused.err().contains(name), refused.err());
            assertEquals(List.of(), tsm.processes());
            Files.delete(planted);
            assertEquals(List.of(tsm.home()), everything(tsm.home()));
            Files.delete(tsm.home());
        }
        assertEquals("precious\n", Files.readString(precious));
    }

    /** Runs a script as another user, without anything of this one. */
    private Result asStranger(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "setpriv", "--reuid", STRANGER, "--regid", STRANGER, "--clear-groups", "bash", "-c", script, "bash"));
        command.addAll(List.of(arguments));
        return tsm.run(command, new byte[0]);
    }

    private void strangersAreKnown() {
        assumeTrue(isRoot(), "only root can be somebody else");
        assumeTrue(asStranger("exit 0").code() == 0, "setpriv is needed");
    }

    private Path parent() {
        return tsm.home().getParent();
    }

    @Test
    void another_user_reads_nothing_and_connects_nowhere_even_where_the_home_itself_was_opened() throws IOException {
        strangersAreKnown();
        useMuch();
        Files.setPosixFilePermissions(parent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String rights : List.of("rwx------", "rwxrwxrwx")) {
            Files.setPosixFilePermissions(tsm.home(), PosixFilePermissions.fromString(rights));
            List<String> paths = everything(tsm.home()).stream()
                    .filter(path -> !Files.isDirectory(path))
                    .map(Path::toString)
                    .toList();
            assertTrue(paths.size() > 10, paths::toString);
            Result tried = asStranger(
                    """
                    for file; do
                        cat "$file" && echo "read $file"
                        : >>"$file" && echo "wrote $file"
                        case $file in
                            *.sock)
                                perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => $ARGV[0]) and print "connected\\n"; \
                                    my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ARGV[0]) and print "told\\n"' "$file" ;;
                        esac
                    done 2>/dev/null
                    for pid in %s; do
                        cat /proc/$pid/environ && echo "environment of $pid"
                        ls -l /proc/$pid/fd/ && echo "descriptors of $pid"
                    done 2>/dev/null
                    true
                    """.formatted(tsm.processes().stream()
                            .map(process -> String.valueOf(process.pid()))
                            .collect(Collectors.joining(" "))),
                    paths.toArray(String[]::new));
            assertEquals("", tried.out(), rights);
        }
        Files.setPosixFilePermissions(tsm.home(), PosixFilePermissions.fromString("rwx------"));
        ControlFile control = ControlFile.read(tsm.home()).orElseThrow();
        Result port = asStranger("""
                exec 3<>/dev/tcp/127.0.0.1/$1 && printf '%064d\\n1\\0list\\0' 0 >&3
                cat <&3
                """, String.valueOf(control.port()));
        assertEquals("", port.out());
        // Command lines are there for everybody, so they must not hold what makes a client.
        String lines = asStranger("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '")
                .out();
        assertTrue(lines.contains(tsm.home().toString()));
        String secret = Files.readAllLines(tsm.home().resolve("db.secret")).getFirst();
        for (String hidden : List.of(control.clientSecret(), control.serverSecret(), secret)) {
            assertFalse(lines.contains(hidden));
        }
    }

    @Test
    void another_user_on_the_port_of_a_dead_daemon_learns_a_secret_that_is_of_no_use() throws Exception {
        strangersAreKnown();
        tsm.tsm("start", "--name", "it", "sleep", "100000").expect(0);
        ControlFile dead = ControlFile.read(tsm.home()).orElseThrow();
        ProcessHandle.of(dead.pid()).ifPresent(ProcessHandle::destroyForcibly);
        Await.until("it is dead", SOON, () -> ProcessHandle.of(dead.pid()).isEmpty());
        Process squatter = tsm.start(List.of(
                "setpriv",
                "--reuid",
                STRANGER,
                "--regid",
                STRANGER,
                "--clear-groups",
                "perl",
                "-MIO::Socket::INET",
                "-e",
                """
                my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:$ARGV[0]", Listen => 5, ReuseAddr => 1) or die;
                $| = 1; print "listens\\n";
                my $c = $s->accept; my $line = <$c>; print $line;
                print $c ("0" x 64) . "\\n"; $c->flush; local $/; print <$c>; print "end\\n";
                """,
                String.valueOf(dead.port())));
        try (InputStream told = squatter.getInputStream()) {
            assertEquals("listens\n", new String(told.readNBytes(8), StandardCharsets.US_ASCII));
            assertTrue(tsm.tsm("list", "-q").expect(0).out().contains("it"));
            assertEquals(dead.clientSecret() + "\nend\n", new String(told.readAllBytes(), StandardCharsets.US_ASCII));
            ControlFile alive = ControlFile.read(tsm.home()).orElseThrow();
            assertNotEquals(dead.clientSecret(), alive.clientSecret());
            assertNotEquals(dead.serverSecret(), alive.serverSecret());
        } finally {
            squatter.destroyForcibly();
        }
    }

    @Test
    void a_process_that_pretends_to_be_one_of_tsms_is_neither_adopted_nor_killed() throws Exception {
        tsm.tsm("start", "--name", "it", "sleep", "100000").expect(0);
        List<String> pretender = new ArrayList<>();
        if (isRoot()) {
            pretender.addAll(List.of("setpriv", "--reuid", STRANGER, "--regid", STRANGER, "--clear-groups"));
        }
        pretender.addAll(List.of(
                "env",
                "TSM_DIR=" + tsm.home(),
                "TSM_RUN=1-1-0123456789abcdef0123456789abcdef",
                "TSM_ID=0",
                "TSM_NAME=it",
                "sleep",
                "100000"));
        Process process = tsm.start(pretender);
        try {
            Await.until(
                    "it pretends",
                    SOON,
                    () -> process.info()
                            .arguments()
                            .filter(words -> List.of(words).equals(List.of("100000")))
                            .isPresent());
            Result orphans = tsm.tsm("doctor", "orphans", "--adopt", "--json");
            assertFalse(
                    orphans.out().matches("(?s).*\\b" + process.pid() + "\\b.*\"adopted\": *true.*"), orphans.out());
            tsm.tsm("restart", "it").expect(0);
            ProcessHandle.of(tsm.daemonPid()).ifPresent(ProcessHandle::destroyForcibly);
            assertEquals("it\n", tsm.tsm("list", "-q").expect(0).out());
            tsm.tsm("stop", "all").expect(0);
            tsm.tsm("delete", "all").expect(0);
            assertTrue(process.isAlive(), "nobody asked to end it");
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    @Test
    void links_that_lead_out_of_the_home_are_not_written_through() throws IOException {
        Path precious = Files.writeString(parent().resolve("precious"), "precious\n");
        Path folder = Files.createDirectory(parent().resolve("elsewhere"));
        tsm.tsm("daemon", "start").expect(0);
        tsm.tsm("daemon", "stop").expect(0);
        Await.until("the daemon is gone", SOON, () -> tsm.processes().isEmpty());
        for (String name : List.of("control", "control.new-1", "db.secret.new")) {
            Path link = tsm.home().resolve(name);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, precious);
        }
        Path socket = tsm.home().resolve("sockets").resolve("worker.sock");
        Files.createDirectories(socket.getParent());
        Files.createSymbolicLink(socket, precious);
        Files.writeString(tsm.work().resolve("worker.sh"), "exec sleep 100000\n");
        tsm.tsm("list").expect(0);
        tsm.tsm("start", "--name", "worker", "bash", "worker.sh");
        tsm.tsm("daemon", "restart").expect(0);
        assertEquals("precious\n", Files.readString(precious));
        assertEquals(List.of(folder), everything(folder));
    }
}
