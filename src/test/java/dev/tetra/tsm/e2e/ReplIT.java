package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The REPL by pipe, and in a real terminal. */
@Timeout(180)
class ReplIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome tsm;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        tsm.close();
    }

    private Result script(String lines, String... options) {
        List<String> command = new java.util.ArrayList<>(List.of(tsm.launcher().toString(), "repl"));
        command.addAll(List.of(options));
        return tsm.run(command, lines.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> history() throws IOException {
        return Files.readAllLines(tsm.home().resolve("history"));
    }

    // --- by pipe ---

    @Test
    void piped_lines_are_a_script() {
        Result result = script("""
                # a comment, and an empty line

                start --name x sh -c 'echo "a  b"; exec sleep 60' # at the end
                tsm list --format {name}
                logs x --out --raw
                """).expect(0);
        assertTrue(result.out().endsWith("x\na  b\n"), result.out());
        assertEquals("", result.err());
        assertFalse(result.out().contains("\u001b"), "an escape code");
        assertFalse(result.out().contains("tsm>"), "a prompt");
    }

    @Test
    void a_line_goes_on_after_a_backslash_and_within_quotes() {
        Result result = script("start --name x \\\n  sh -c 'echo one\necho two\nexec sleep 60'\nlogs x --out --raw\n")
                .expect(0);
        assertTrue(result.out().endsWith("one\ntwo\n"), result.out());
    }

    @Test
    void a_script_stops_at_the_first_failure_and_has_its_code() {
        Result result = script("info nobody\nversion\n").expect(3);
        assertEquals("", result.out());
    }

    @Test
    void told_to_keep_going_it_does_and_still_has_the_first_code() {
        Result result = script("info nobody\nnope\nversion\n", "--keep-going").expect(3);
        assertTrue(result.out().startsWith("tsm "), result.out());
        assertTrue(result.err().contains("'nope' is no command"), result.err());
    }

    @Test
    void a_quote_that_is_never_closed_is_an_error_with_its_line() {
        Result result = script("version\n\nlist 'a\nversion\n").expect(2);
        assertTrue(result.err().contains("line 3 has a ' that is never closed"), result.err());
    }

    @Test
    void cd_changes_the_folder_of_what_is_started_and_of_nothing_else() throws IOException {
        Files.createDirectories(tsm.work().resolve("one/two"));
        Result result = script("""
                cd one/two
                start --name x sh -c 'pwd; exec sleep 60'
                cd -
                cd ..
                cd nowhere
                """).expect(1);
        assertTrue(result.err().contains("there is no folder " + tsm.work().resolveSibling("nowhere")), result.err());
        Await.until(
                "the folder is in the log",
                SOON,
                () -> tsm.tsm("logs", "x", "--out", "--raw")
                        .out()
                        .equals(tsm.work().resolve("one/two") + "\n"));
    }

    @Test
    void quit_ends_a_script() {
        assertEquals("", script("quit\nnope\n").expect(0).out());
    }

    @Test
    void what_talks_to_a_person_is_refused_in_a_script() {
        assertTrue(script("repl\n").expect(2).err().contains("this is the REPL already"));
        assertTrue(script("/histry\n").expect(2).err().contains("did you mean /history?"));
    }

    @Test
    void a_process_gets_the_caller_s_environment_to_the_letter() {
        tsm.environment().putAll(Map.of("JAVA_TOOL_OPTIONS", "-Dx=1", "LC_ALL", "C", "LATIN", "ü"));
        Result result = script("start --no-wait --name x sh -c 'env; echo done; exec sleep 60'\n")
                .expect(0);
        assertEquals("", result.err());
        Await.until(
                "the environment is in the log",
                SOON,
                () -> tsm.tsm("logs", "x", "--raw", "--lines", "200").out().contains("done\n"));
        List<String> seen =
                tsm.tsm("logs", "x", "--raw", "--lines", "200").out().lines().toList();
        assertTrue(seen.containsAll(List.of("JAVA_TOOL_OPTIONS=-Dx=1", "LC_ALL=C", "LATIN=ü")), "" + seen);
        assertTrue(seen.stream().noneMatch(line -> line.startsWith("LC_CTYPE=")), "" + seen);
    }

    @Test
    void a_closed_pipe_ends_it_without_a_trace() {
        Result result = tsm.bash(
                "{ echo version; for i in {1..200}; do echo help; done; } | tsm repl | head -n 1; echo ${PIPESTATUS[1]}");
        assertEquals("1", result.out().lines().toList().getLast());
        assertEquals("", result.err());
    }

    @Test
    void a_daemon_killed_between_two_lines_is_started_again() throws Exception {
        tsm.tsm("daemon", "start").expect(0);
        Process repl = tsm.start(List.of(tsm.launcher().toString(), "repl", "--keep-going"));
        try (var out = repl.inputReader();
                var err = repl.errorReader()) {
            // The second line is the client's own matter: once it is answered, the first is over.
            repl.outputWriter().write("version\n/history\n");
            repl.outputWriter().flush();
            assertTrue(out.readLine().startsWith("tsm "));
            assertEquals("tsm: a script has no history", err.readLine());
            ProcessHandle daemon = ProcessHandle.of(tsm.daemonPid()).orElseThrow();
            daemon.destroyForcibly();
            daemon.onExit().get();
            repl.outputWriter().write("start --name x sleep 60\nquit\n");
            repl.outputWriter().flush();
            assertTrue(out.readLine().startsWith("x started"));
            assertEquals("tsm: the daemon was gone; another one has been started", err.readLine());
            assertEquals(2, repl.waitFor(), "the code of the first failure");
        } finally {
            repl.destroyForcibly();
        }
    }

    // --- in a terminal ---

    @Test
    void a_person_types_completes_searches_and_leaves() throws IOException {
        tsm.tsm("start", "--name", "devpages", "sleep", "600").expect(0);
        try (Tmux tmux = Tmux.open(tsm)) {
            tmux.enter("tsm repl").awaitPrompt("tsm>");
            tmux.enter("list").await("devpages  -").awaitPrompt("tsm>");
            tmux.enter("nope").await("'nope' is no command of tsm").awaitPrompt("[2] tsm>");
            tmux.type("sto").press("Tab").await("the word complete", screen -> screen.contains("[2] tsm> stop"));
            tmux.type("devp").press("Tab").await("tsm> stop devpages").press("Enter");
            tmux.await("devpages (ID 0) stopped").awaitPrompt("tsm>").clean();
            tmux.type("st")
                    .press("Tab")
                    .await("Stop processes and keep them listed")
                    .press("C-c");
            tmux.awaitPrompt("tsm>")
                    .press("C-r")
                    .type("lis")
                    .await("bck-i-search: lis")
                    .press("Enter");
            tmux.await("no process runs").awaitPrompt("tsm>");
            tmux.enter("start --name y sh -c 'echo one").awaitPrompt("   >").enter("sleep 600'");
            tmux.await("y started")
                    .awaitPrompt("tsm>")
                    .press("C-d")
                    .await("the shell", s -> tmux.lastLine().equals("shell$"));
            tmux.enter("stty -a | grep -o ' echo '").await("\n echo");
        }
        assertEquals(
                List.of("list", "nope", "stop devpages ", "list", "start --name y sh -c 'echo one\\nsleep 600'"),
                history());
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(tsm.home().resolve("history"))));
    }

    @Test
    void ctrl_c_ends_what_runs_and_not_the_repl() {
        tsm.tsm("start", "--name", "x", "sh", "-c", "echo here I am; exec sleep 600")
                .expect(0);
        try (Tmux tmux = Tmux.open(tsm)) {
            tmux.enter("tsm repl")
                    .awaitPrompt("tsm>")
                    .enter("logs x -f")
                    .await("here I am")
                    .press("C-c");
            tmux.awaitPrompt("[130] tsm>").type("half a li").press("C-c").awaitPrompt("tsm>");
            tmux.enter("list -q").await("\nx\n").awaitPrompt("tsm>");
        }
    }

    @Test
    void what_looks_secret_or_begins_with_a_space_is_not_kept() throws IOException {
        tsm.tsm("daemon", "start").expect(0);
        try (Tmux tmux = Tmux.open(tsm)) {
            tmux.enter("tsm repl").awaitPrompt("tsm>");
            tmux.enter("start -e API_KEY=hunter2 --name a sleep 600")
                    .await("a started")
                    .awaitPrompt("tsm>");
            tmux.enter(" start --name b sleep 600").await("b started").awaitPrompt("tsm>");
            tmux.enter("list -q").await("\na\nb\n").awaitPrompt("tsm>");
            tmux.press("Up")
                    .await("the last line but one", screen -> tmux.lastLine().equals("tsm> list -q"));
            tmux.press("Up").press("C-c").awaitPrompt("tsm>").enter("/history").await("1  list -q");
            assertFalse(tmux.screen().contains("2  list"), tmux::screen);
        }
        assertEquals(List.of("list -q", "/history"), history());
    }

    @Test
    void two_at_once_lose_no_line_and_the_next_one_has_both() {
        tsm.tsm("daemon", "start").expect(0);
        try (Tmux one = Tmux.open(tsm)) {
            one.enter("tsm repl").awaitPrompt("tsm>");
            try (Tmux two = Tmux.openSecond(tsm)) {
                two.enter("tsm repl").awaitPrompt("tsm>");
                one.enter("version").await("build").awaitPrompt("tsm>");
                two.enter("list all").await("no processes").awaitPrompt("tsm>");
                one.enter("quit").await("the shell", s -> one.lastLine().equals("shell$"));
                two.enter("quit").await("the shell", s -> two.lastLine().equals("shell$"));
                two.enter("tsm repl").awaitPrompt("tsm>").enter("/history").await("2  list all");
                assertTrue(two.screen().contains("1  version"), two::screen);
            }
        }
    }

    @Test
    void a_daemon_that_dies_under_it_is_noticed_and_survived() throws Exception {
        tsm.tsm("start", "--name", "x", "sleep", "600").expect(0);
        try (Tmux tmux = Tmux.open(tsm)) {
            tmux.enter("tsm repl").awaitPrompt("tsm>");
            kill(tmux);
            tmux.type("list").press("Tab").type(" -q").await("tsm> list");
            tmux.press("C-c").awaitPrompt("tsm>");
            assertTrue(
                    ProcessHandle.of(ControlFile.read(tsm.home()).orElseThrow().pid())
                            .isEmpty(),
                    "completion started a daemon");
            tmux.enter("list -q")
                    .await("the daemon was gone; another one has been started")
                    .await("\nx\n");
            tmux.awaitPrompt("tsm>").enter("logs -f");
            tmux.await(
                    "the command runs",
                    screen -> tmux.lastLine().isEmpty() || tmux.lastLine().endsWith("logs -f"));
            tmux.enter("daemon restart").press("C-c").awaitPrompt("[130] tsm>");
            tmux.enter("daemon restart")
                    .await("the daemon is replaced")
                    .awaitPrompt("tsm>")
                    .clean();
            tmux.enter("list -q").await("\nx\n").awaitPrompt("tsm>");
        }
    }

    private void kill(Tmux tmux) throws Exception {
        ProcessHandle daemon = ProcessHandle.of(tsm.daemonPid()).orElseThrow(() -> new AssertionError(tmux.screen()));
        daemon.destroyForcibly();
        daemon.onExit().get();
    }

    @Test
    void a_question_is_asked_in_the_terminal() throws Exception {
        Process stranger = tsm.start(List.of("python3", "-c", "import time; time.sleep(600)"));
        try (Tmux tmux = Tmux.open(tsm)) {
            tmux.enter("tsm repl").awaitPrompt("tsm>");
            tmux.enter("kill pid:" + stranger.pid())
                    .await("?")
                    .type("n")
                    .press("Enter")
                    .await("tsm>");
            tmux.await("a prompt", screen -> tmux.lastLine().endsWith("tsm>"));
            assertTrue(stranger.isAlive());
            tmux.clean()
                    .enter("kill pid:" + stranger.pid())
                    .await("?")
                    .type("y")
                    .press("Enter");
            stranger.onExit().get();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void another_folder_is_in_the_prompt() throws IOException {
        Path folder = Files.createDirectory(tsm.work().resolve("some where"));
        tsm.tsm("daemon", "start").expect(0);
        try (Tmux tmux = Tmux.open(tsm)) {
            tmux.enter("tsm repl")
                    .awaitPrompt("tsm>")
                    .type("cd so")
                    .press("Tab")
                    .await("cd some\\ where/");
            tmux.press("Enter").awaitPrompt(folder + " tsm>").enter("cd -").awaitPrompt("tsm>");
        }
    }
}
