package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LauncherIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome tsm;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.withDaemon(EchoDaemon.class);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        tsm.close();
    }

    @Test
    void words_arrive_as_they_were() {
        Result result = tsm.bash("""
                tsm echo it\\'s '"quoted"' $'two\\nlines\\n' '' 'grüße 🎈' '  ' '$HOME `ls` \\\\' '*' -- -n --json $'a\\xff\\xc3b' \
                '%s\\n'
                """);
        byte[] expected =
                "it's\0\"quoted\"\0two\nlines\n\0\0grüße 🎈\0  \0$HOME `ls` \\\\\0*\0--\0-n\0--json\0a\u00ff\u00c3b\0%s\\n\0"
                        .getBytes(StandardCharsets.UTF_8);
        assertEquals(
                new String(expected, StandardCharsets.UTF_8).replace("\u00ff\u00c3", "??"),
                result.expect(0).out().replace("\ufffd\ufffd", "??"));
        assertTrue(new String(result.outBytes(), StandardCharsets.ISO_8859_1).contains("a\u00ff\u00c3b\0"));
    }

    @Test
    void output_and_exit_codes_pass_exactly() {
        Result mixed = tsm.tsm("mixed").expect(7);
        assertEquals("one\nthree, no newline", mixed.out());
        assertEquals("two\nfour\n\n", mixed.err());
        tsm.tsm("exit", "0").expect(0);
        tsm.tsm("exit", "255").expect(255);
        assertArrayEquals(
                new byte[] {0, 1, (byte) 0xFF, '\n', 0},
                tsm.tsm("bytes").expect(3).outBytes());
        assertEquals(
                "one\ntwo\nthree, no newlinefour\n\n",
                tsm.bash("tsm mixed 2>&1").out());
    }

    @Test
    void megabytes_with_nul_bytes_pass_exactly() {
        byte[] out = tsm.tsm("large").expect(0).outBytes();
        assertEquals(8 << 20, out.length);
        for (int i = 0; i < out.length; i += 64) {
            assertEquals('x', out[i]);
            assertEquals(0, out[i + 62]);
            assertEquals('\n', out[i + 63]);
        }
    }

    @Test
    void a_reader_that_leaves_early_ends_it_quietly() {
        Result result = tsm.bash("tsm large | head -c 3").expect(0);
        assertEquals("xxx", result.out());
        assertEquals("", result.err());
    }

    @Test
    void the_environment_arrives_as_it_was() {
        tsm.environment().put("LC_ALL", "C.UTF-8");
        tsm.environment().put("IFS", "x");
        tsm.environment().put("LINES_OF_TEXT", "one\ntwo\n");
        tsm.environment().put("self", "mine");
        tsm.environment().put("BIG", "b".repeat(100_000));
        Set<String> sent = new TreeSet<>();
        tsm.environment().forEach((name, value) -> sent.add(name + "=" + value));
        String out = tsm.tsm("env").expect(0).out();
        assertEquals(
                sent,
                new TreeSet<>(Arrays.asList(out.substring(0, out.length() - 1).split("\0"))));
    }

    @Test
    void twenty_callers_start_one_daemon() throws Exception {
        twentyCallers();
    }

    @Test
    void twenty_callers_start_one_daemon_where_there_is_no_flock() throws Exception {
        withoutFlock();
        twentyCallers();
    }

    @Test
    void a_home_that_another_makes_meanwhile_is_taken() throws IOException {
        // What comes after the home; without a daemon, one is tried in a tenth of the time.
        Path jar = tsm.launcher().resolveSibling("../target/tsm.jar").normalize();
        Files.delete(jar);
        // Read by a bash that tells of each command: before the n-th the other makes the folder.
        String script = """
                at=$1
                set -T
                trap '[[ ${FUNCNAME[0]-} != require_home ]] || ((at-- != 1)) || { mkdir -m 700 "$TSM_DIR" && echo made >&2; }' DEBUG
                . "$0" echo
                """;
        int moments = 0;
        for (int at = 1; at <= 40; at++) {
            Result result = tsm.run(
                    List.of("/bin/bash", "-c", script, tsm.launcher().toString(), Integer.toString(at)), new byte[0]);
            assertTrue(result.err().contains(jar + " is missing"), "before command " + at + ": " + result.err());
            moments += result.err().startsWith("made\n") ? 1 : 0;
            Files.deleteIfExists(tsm.home().resolve("start.lock"));
            Files.delete(tsm.home());
        }
        assertTrue(moments > 5);
    }

    @Test
    void a_lock_of_a_dead_launcher_is_broken() throws IOException {
        withoutFlock();
        Files.createDirectories(tsm.home().resolve("start.lock.d"));
        // No process has this pid: it is above the kernel's limit of 4194304.
        Files.writeString(tsm.home().resolve("start.lock.d").resolve("pid"), "5000000\n");
        tsm.tsm("exit", "0").expect(0);
        assertFalse(Files.exists(tsm.home().resolve("start.lock.d")));
    }

    private void withoutFlock() throws IOException {
        Path tools = Files.createDirectory(tsm.work().resolve("tools"));
        for (String tool :
                List.of("bash", "mkdir", "rm", "rmdir", "sleep", "find", "tail", "sed", "wc", "cat", "head")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
        }
        tsm.environment().put("PATH", tools.toString());
    }

    private void twentyCallers() throws Exception {
        List<CompletableFuture<Result>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String word = "caller " + i;
            calls.add(CompletableFuture.supplyAsync(() -> tsm.tsm("echo", word), Thread::startVirtualThread));
        }
        for (int i = 0; i < 20; i++) {
            Result result = calls.get(i).get(60, TimeUnit.SECONDS).expect(0);
            assertEquals("caller " + i + "\0", result.out());
            assertEquals("", result.err());
        }
        assertEquals(1, Files.readAllLines(tsm.home().resolve("starts")).size());
    }

    @Test
    void the_daemon_keeps_nothing_of_its_caller_open() throws IOException {
        Result result = tsm.bash("""
                exec 7>lock 8<lock 200>lock
                flock 7
                answer=$(tsm echo hello 2>&1 | tr -d '\\0')
                exec 7>&- 8>&- 200>&-
                flock -n lock echo "$answer, free"
                """);
        assertEquals("hello, free\n", result.expect(0).out());
        assertEquals(
                tsm.home().toRealPath(),
                Path.of("/proc/" + tsm.daemonPid() + "/cwd").toRealPath());
    }

    @Test
    void the_daemon_is_not_the_process_that_started_it() {
        tsm.environment().put("TSM_RUN", "a run");
        tsm.environment().put("TSM_ID", "1");
        tsm.environment().put("PORT", "1");
        tsm.environment().put("JAVA_TOOL_OPTIONS", "-Dnonsense=1");
        tsm.tsm("exit", "0").expect(0);
        Result result = tsm.bash(
                "tr '\\0' '\\n' </proc/" + tsm.daemonPid() + "/environ | grep -E '^(TSM_|PORT|JAVA_T)' | sort");
        assertEquals("TSM_DIR=" + tsm.home() + "\nTSM_JAVA=" + System.getProperty("java.home") + "\n", result.out());
    }

    @Test
    void the_home_and_what_is_in_it_are_private() throws IOException {
        tsm.tsm("exit", "0").expect(0);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(tsm.home())));
        for (String file : List.of("control", "daemon.log", "start.lock")) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(tsm.home().resolve(file))),
                    file);
        }
    }

    @Test
    void a_daemon_that_was_killed_is_replaced() {
        tsm.tsm("exit", "0").expect(0);
        long first = tsm.daemonPid();
        kill(first);
        assertEquals("hello\0", tsm.tsm("echo", "hello").expect(0).out());
        assertTrue(first != tsm.daemonPid());
    }

    @Test
    void a_stranger_on_the_port_of_a_dead_daemon_is_not_taken_for_it() throws IOException {
        tsm.tsm("exit", "0").expect(0);
        kill(tsm.daemonPid());
        int port = ControlFile.read(tsm.home()).orElseThrow().port();
        try (ServerSocket squatter = new ServerSocket(port, 5, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> {
                try {
                    squatter.accept()
                            .getOutputStream()
                            .write("hello, I am your daemon\nx 0\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals("hello\0", tsm.tsm("echo", "hello").expect(0).out());
        }
    }

    @Test
    void a_control_file_of_nonsense_is_no_daemon() throws IOException {
        Files.createDirectory(tsm.home());
        Files.writeString(tsm.home().resolve("control"), "tsm-control 1\n$(touch x)\n1;touch x\n\n\n");
        assertEquals("hello\0", tsm.tsm("echo", "hello").expect(0).out());
    }

    @Test
    void a_daemon_that_refuses_to_start_says_why() throws IOException {
        Files.createDirectory(tsm.home());
        Files.writeString(tsm.home().resolve("refuse"), "failed 4\nthe database is newer\nhint: take a newer tsm\n");
        Result result = tsm.tsm("list").expect(4);
        assertEquals("", result.out());
        assertEquals("tsm: the database is newer\n  hint: take a newer tsm\n", result.err());
        Result json = tsm.tsm("list", "--json").expect(4);
        assertEquals(
                "{\"error\":{\"code\":4,\"kind\":\"conflict\",\"message\":\"the database is newer\",\"hint\":\"take a newer tsm\"}}\n",
                json.out());
        assertEquals("", json.err());
    }

    @Test
    void a_daemon_that_crashes_at_the_start_shows_its_log() throws IOException {
        Files.createDirectory(tsm.home());
        Files.createFile(tsm.home().resolve("crash"));
        String err = tsm.tsm("list").expect(69).err();
        assertTrue(err.contains("  a terrible thing happened\n") && err.contains("tsm: the daemon ended before"), err);
    }

    @Test
    void a_daemon_that_does_not_get_ready_is_not_waited_for_forever() throws IOException {
        Files.createDirectory(tsm.home());
        Files.createFile(tsm.home().resolve("slow"));
        tsm.environment().put("TSM_START_TIMEOUT", "1");
        String err = tsm.tsm("list").expect(69).err();
        assertTrue(err.contains("not ready within 1 s"), err);
        kill(Long.parseLong(Files.readString(tsm.home().resolve("starts")).strip()));
    }

    @Test
    void a_daemon_that_dies_while_a_command_runs_is_told() {
        String err = tsm.tsm("die").expect(69).err();
        assertTrue(err.contains("tsm: the daemon went away while the command ran"), err);
    }

    @Test
    void an_error_of_the_launcher_is_a_document_whatever_bytes_it_names() {
        Result result = tsm.bash("TSM_DIR=$'/proc/a\"b\\\\c\\t\\x01\\xff' tsm list --json")
                .expect(69);
        String message =
                Schemas.document(result.out()).get("error").get("message").asText();
        assertTrue(message.contains("/proc/a\"b\\c\t\u0001\ufffd"), message);
        assertEquals("", result.err());
    }

    @Test
    void what_ends_half_an_answer_is_no_second_document() {
        Result nothing = tsm.tsm("die", "--json").expect(69);
        assertEquals(
                "unavailable",
                Schemas.document(nothing.out()).get("error").get("kind").asText());
        Result half = tsm.tsm("die-late", "--json").expect(69);
        assertEquals("[", half.out());
        assertTrue(half.err().contains("tsm: the daemon went away while the command ran"), half.err());
    }

    @Test
    void what_needs_no_daemon_starts_none_and_leaves_nothing() {
        assertEquals("tsm 0.0.0 (build 1)\n", tsm.tsm("version").expect(0).out());
        assertEquals("tsm 0.0.0 (build 1)\n", tsm.tsm("--version").expect(0).out());
        assertEquals(
                "no daemon is running for " + tsm.home() + "\n",
                tsm.tsm("daemon", "status").expect(1).out());
        assertEquals(
                "{\"running\":false,\"home\":\"" + tsm.home() + "\"}\n",
                tsm.tsm("daemon", "status", "--json").expect(1).out());
        tsm.tsm("daemon", "--json", "status").expect(1);
        tsm.tsm("daemon", "stop").expect(0);
        tsm.tsm("daemon", "logs").expect(0);
        tsm.tsm("daemon", "logs", "--json").expect(0);
        assertTrue(tsm.tsm("daemon", "stop", "now").expect(2).err().contains("'now'"));
        assertTrue(tsm.tsm("daemon", "status", "-x").expect(2).err().contains("-x"));
        assertFalse(Files.exists(tsm.home()));
    }

    @Test
    void a_home_that_cannot_be_is_refused_and_leaves_nothing() throws IOException {
        Path file = Files.createFile(tsm.work().resolve("file"));
        for (String home : List.of(
                file.toString(), file + "/below", tsm.work() + "/a/b/" + "x".repeat(300), "/proc/nowhere/tsm")) {
            tsm.environment().put("TSM_DIR", home);
            Result result = tsm.tsm("list").expect(69);
            assertTrue(result.err().matches("(?s)tsm: [^\n]+\n  hint: [^\n]+\n"), result.err());
        }
        assertFalse(Files.exists(tsm.work().resolve("a")));
        tsm.environment().put("TSM_DIR", tsm.home().toString());
    }

    @Test
    void a_java_that_is_too_old_is_named() throws IOException {
        Path jdk = tsm.work().resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.9\"\n");
        Files.createFile(
                jdk.resolve("bin").resolve("java"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        tsm.environment().put("TSM_JAVA", jdk.toString());
        String err = tsm.tsm("list").expect(69).err();
        assertTrue(err.contains(jdk + " (17)"), err);
    }

    @Test
    void an_interrupt_ends_the_client_and_is_noticed_by_the_daemon() throws Exception {
        Process client =
                tsm.start(List.of("env", "--default-signal=INT", tsm.launcher().toString(), "hang"));
        Await.until("the command runs", SOON, () -> Files.exists(tsm.home().resolve("hanging")));
        tsm.bash("kill -INT " + client.pid()).expect(0);
        assertTrue(client.waitFor(20, TimeUnit.SECONDS));
        assertEquals(130, client.exitValue());
        Await.until("the daemon noticed", SOON, () -> Files.exists(tsm.home().resolve("gone")));
        assertEquals("hello\0", tsm.tsm("echo", "hello").expect(0).out());
    }

    @Test
    void a_daemon_that_is_replaced_is_waited_for() throws IOException {
        tsm.tsm("exit", "0").expect(0);
        String old = Files.readString(tsm.home().resolve("control"));
        assertEquals("replacing\n", tsm.tsm("replace").expect(0).out());
        assertFalse(old.equals(Files.readString(tsm.home().resolve("control"))));
        tsm.tsm("daemon", "stop", "--all").expect(0);
        Await.until("the daemon ended", SOON, () -> tsm.processes().isEmpty());
        assertEquals("generation 2\n", tsm.tsm("again").expect(0).out());
    }

    @Test
    void it_finds_itself_through_links_and_from_anywhere() throws IOException {
        Files.createSymbolicLink(tsm.work().resolve("one"), tsm.launcher());
        Files.createSymbolicLink(tsm.work().resolve("two"), Path.of("one"));
        assertEquals(
                "a\0",
                tsm.run(List.of("./two", "echo", "a"), new byte[0]).expect(0).out());
        assertEquals(
                "b\0",
                tsm.bash("cd " + tsm.launcher().getParent() + " && bash tsm echo b")
                        .expect(0)
                        .out());
        assertEquals(
                "c\0",
                tsm.bash("cd " + tsm.launcher().getParent() + "/.. && bin/tsm echo c")
                        .expect(0)
                        .out());
        tsm.environment()
                .put(
                        "PATH",
                        tsm.launcher().getParent() + ":" + tsm.environment().get("PATH"));
        assertEquals(
                "d\0",
                tsm.run(List.of("bash", "-c", "tsm echo d"), new byte[0])
                        .expect(0)
                        .out());
    }

    @Test
    void the_shell_settings_of_the_caller_do_not_matter() throws IOException {
        Path noise = Files.writeString(tsm.work().resolve("noise"), "echo noise\nset -x\n");
        tsm.environment().put("BASH_ENV", noise.toString());
        tsm.environment().put("SHELLOPTS", "errexit:nounset");
        tsm.environment().put("POSIXLY_CORRECT", "1");
        tsm.environment().put("BASH_FUNC_printf%%", "() { echo hijacked; }");
        Result result = tsm.tsm("echo", "hello").expect(0);
        assertEquals("hello\0", result.out());
        assertEquals("", result.err());
    }

    @Test
    void the_umask_and_the_folder_are_the_callers() throws IOException {
        Path folder = Files.createDirectory(tsm.work().resolve("a b ü"));
        String out = tsm.bash("umask 027; cd '" + folder + "' && tsm request")
                .expect(0)
                .out();
        assertTrue(out.contains("umask=" + 0027 + ",") && out.contains("cwd=" + folder + ","), out);
    }

    /** In place of the usual home, one in a clone; some commands later the daemon knows the sources. */
    private Path inClone() throws IOException {
        tsm.close();
        tsm = TsmHome.inClone();
        for (int i = 0; i < 3; i++) {
            tsm.tsm("list").expect(0);
        }
        assertEquals(0, tsm.builds());
        return tsm.launcher().getParent().resolveSibling("src").resolve("main").resolve("java");
    }

    private Path jar() {
        return tsm.launcher().getParent().resolveSibling("target").resolve("tsm.jar");
    }

    /** Makes every source newer than the jar, of which a daemon that knows the sources knows nothing. */
    private void makeTheJarOld() throws IOException {
        Files.setLastModifiedTime(jar(), FileTime.from(Instant.EPOCH));
    }

    /** The next command, and no other, builds. */
    private void builtOnce(String why) throws IOException {
        int before = tsm.builds();
        long daemon = tsm.daemonPid();
        assertEquals("", tsm.tsm("list", "-q").expect(0).out());
        assertEquals(before + 1, tsm.builds(), why);
        Result next = tsm.tsm("list", "-q").expect(0);
        assertEquals("", next.out() + next.err());
        assertEquals(before + 1, tsm.builds(), why + ": the command after it");
        assertEquals(daemon, tsm.daemonPid());
    }

    @Test
    void a_source_that_changes_is_noticed_by_the_very_next_command() throws IOException {
        Path java = inClone();
        Files.writeString(java.resolve("Main.java"), "class Main { }\n");
        builtOnce("a file was written");
        Path below = Files.createDirectories(java.resolve("a/b"));
        builtOnce("folders were made");
        Path made = Files.writeString(below.resolve("New.java"), "class New {}\n");
        builtOnce("a file was made in them");
        Files.writeString(made, "class New { }\n");
        builtOnce("that file was written");
        Files.delete(made);
        builtOnce("a file was deleted");
        Files.writeString(tsm.launcher().getParent().resolveSibling("pom.xml"), "<project></project>\n");
        builtOnce("the POM was written");
    }

    @Test
    void a_command_looks_at_no_source_when_none_has_changed_since_the_last_one() throws IOException {
        Path java = inClone();
        makeTheJarOld();
        tsm.tsm("list").expect(0);
        assertEquals(0, tsm.builds());
        Files.setLastModifiedTime(java.resolve("Main.java"), FileTime.from(Instant.now()));
        builtOnce("a file was touched");
    }

    @Test
    void a_change_that_leaves_nothing_to_build_is_looked_at_once() throws IOException {
        Path java = inClone();
        Files.setLastModifiedTime(java.resolve("Main.java"), FileTime.from(Instant.EPOCH));
        tsm.tsm("list").expect(0);
        makeTheJarOld();
        tsm.tsm("list").expect(0);
        assertEquals(0, tsm.builds());
    }

    @Test
    void without_a_daemon_that_knows_them_the_sources_are_looked_at() throws IOException {
        inClone();
        Path control = ControlFile.path(tsm.home());
        List<String> lines = Files.readAllLines(control);
        Files.write(control, lines.subList(0, 6));
        makeTheJarOld();
        builtOnce("the daemon is of a time when they knew none");
        List<String> otherBuild = new ArrayList<>(lines);
        otherBuild.set(1, "0.0.0+1");
        Files.write(control, otherBuild);
        makeTheJarOld();
        builtOnce("the daemon is of another build");
        Files.write(control, lines);
        kill(tsm.daemonPid());
        makeTheJarOld();
        tsm.tsm("list").expect(0);
        assertEquals(3, tsm.builds(), "the daemon was killed");
    }

    @Test
    void a_jar_that_is_gone_is_built() throws IOException {
        inClone();
        Files.delete(jar());
        builtOnce("it is gone");
    }

    private static void kill(long pid) {
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        Await.until("process " + pid + " is gone", SOON, () -> !process.isAlive());
    }
}
