package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code tsm top} in a real terminal. */
@Timeout(180)
class TopIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private TsmHome home;
    private Tmux tmux;

    @BeforeEach
    void begin() throws IOException {
        home = TsmHome.create();
        home.tsm("start", "--name", "quiet", "sleep", "1000").expect(0);
        home.tsm("start", "--name", "talker", "bash", "-c", "echo hello; echo oh no >&2; exec sleep 1000")
                .expect(0);
        tmux = Tmux.open(home).resize(80, 24);
    }

    @AfterEach
    void end() throws IOException {
        try {
            tmux.close();
        } finally {
            home.close();
        }
    }

    /** Waits until the screen has all these texts, and returns it. */
    private String awaits(String... texts) {
        AtomicReference<String> last = new AtomicReference<>("");
        tmux.await(String.join(", ", texts), screen -> {
            last.set(screen);
            return Arrays.stream(texts).allMatch(screen::contains);
        });
        return last.get();
    }

    private void awaitsWithout(String text) {
        tmux.await("no " + text, screen -> !screen.contains(text));
    }

    /** What a command prints in that terminal. */
    private String says(String command) throws IOException {
        Path said = home.work().resolve("said");
        tmux.enter(command + " > saying 2>&1; mv saying said");
        Await.until(command + " was run", SOON, () -> Files.exists(said));
        String text = Files.readString(said);
        Files.delete(said);
        return text;
    }

    private void top(String options) {
        tmux.enter(home.launcher() + " top " + options + "; echo ended $?");
        awaits("tsm top", "2 processes, 2 online", "quiet", "talker");
        assertTrue(tmux.onAlternateScreen());
    }

    private Optional<ProcessHandle> client() {
        return home.processes().stream()
                .filter(process -> process.info()
                        .arguments()
                        .map(words -> List.of(words).contains("dev.tetra.tsm.repl.Main"))
                        .orElse(false))
                .findFirst();
    }

    private ProcessHandle running() {
        Await.until("the client runs", SOON, () -> client().isPresent());
        return client().orElseThrow();
    }

    @Test
    void it_shows_processes_and_the_log_of_the_chosen_one_and_leaves_by_q() throws IOException {
        String before = says("stty -a");
        top("");
        awaits("log of quiet (ID 0)", "q quit");
        tmux.press("Down");
        String screen = awaits(">", "log of talker (ID 1)", "out | hello", "err | oh no");
        assertTrue(screen.lines().anyMatch(line -> line.startsWith(">  1 talker")), screen);
        tmux.type("q");
        awaits("ended 0");
        assertFalse(tmux.onAlternateScreen());
        assertEquals(before, says("stty -a"));
    }

    @Test
    void keys_stop_after_a_question_and_restart() {
        top("--all");
        tmux.type("s");
        awaits("stop quiet (ID 0)? y/n");
        tmux.type("n");
        awaitsWithout("y/n");
        tmux.type("s");
        awaits("stop quiet (ID 0)? y/n");
        tmux.type("y");
        awaits("1 online, 1 stopped", "quiet (ID 0) stopped");
        tmux.type("r");
        awaits("2 online");
        tmux.press("C-c");
        awaits("ended 0");
    }

    @Test
    void the_filter_the_order_the_log_and_the_help_are_a_key_away() {
        top("");
        tmux.type("/talk");
        awaitsWithout("quiet");
        tmux.press("Enter");
        awaits("filter: talk", "log of talker", "out | hello");
        tmux.type("l");
        awaits("log of talker (ID 1), following", "err | oh no", "Esc back");
        tmux.press("Escape");
        awaits("tsm top");
        tmux.type("/");
        awaits("Esc removes it");
        tmux.press("Escape");
        awaits("quiet");
        tmux.type("<");
        awaits("Uptime▼");
        tmux.type(">>");
        awaits("Name▲");
        tmux.type("h");
        awaits("tsm top: the keys", "any key leads back");
        tmux.type(" ");
        awaits("2 online");
        tmux.type("q");
        awaits("ended 0");
    }

    @Test
    void it_follows_the_size_of_the_terminal() {
        top("");
        assertFalse(tmux.screen().contains("Memory, last"));
        tmux.resize(200, 50);
        awaits("CPU, last 60 s", "Memory, last", "PID");
        tmux.resize(20, 5);
        String small = awaits("tsm top", "talker");
        assertTrue(small.lines().allMatch(line -> line.length() <= 20), small);
        tmux.resize(80, 24);
        awaits("log of quiet", "q quit");
        tmux.type("q");
        awaits("ended 0");
    }

    @Test
    void the_terminal_is_as_it_was_after_any_end() throws IOException {
        // the number with which a program ends that the signal has ended; for SEGV the virtual machine aborts
        Map<String, Integer> ends = Map.of("KILL", 137, "TERM", 143, "HUP", 129, "SEGV", 134);
        for (String signal : ends.keySet()) {
            tmux.enter("clear");
            String before = says("stty -a");
            top("");
            ProcessHandle client = running();
            home.run(List.of("bash", "-c", "kill -" + signal + " " + client.pid()), new byte[0])
                    .expect(0);
            Await.until("the client ended", SOON, () -> !client.isAlive());
            awaits("ended " + ends.get(signal));
            assertFalse(tmux.onAlternateScreen(), signal);
            assertEquals(before, says("stty -a"), signal);
            assertFalse(tmux.screen().contains("2 online"), signal);
            home.run(List.of("bash", "-c", "rm -f core*"), new byte[0]);
        }
    }

    @Test
    void a_signal_to_the_launcher_ends_both() throws IOException {
        String before = says("stty -a");
        top("");
        ProcessHandle client = running();
        ProcessHandle launcher = client.parent().orElseThrow();
        launcher.destroy();
        Await.until("both ended", SOON, () -> !client.isAlive() && !launcher.isAlive());
        awaits("ended 143");
        assertFalse(tmux.onAlternateScreen());
        assertEquals(before, says("stty -a"));
    }

    @Test
    void a_killed_launcher_takes_the_client_with_it() {
        top("");
        ProcessHandle client = running();
        client.parent().orElseThrow().destroyForcibly();
        Await.until("the client ended", SOON, () -> runsNoMore(client.pid()));
        Await.until("the alternate screen was left", SOON, () -> !tmux.onAlternateScreen());
        tmux.enter("echo still $((40 + 2))");
        awaits("still 42");
    }

    /** Gone, or a zombie: init may take its time with a child that it was given. */
    private static boolean runsNoMore(long pid) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(pid), "stat"))
                    .contains(") Z ");
        } catch (IOException gone) {
            return true;
        }
    }

    @Test
    void a_daemon_that_dies_is_told_and_the_next_one_is_shown() {
        top("");
        long daemon = home.daemonPid();
        ProcessHandle.of(daemon).orElseThrow().destroyForcibly();
        awaits("the daemon is gone");
        assertEquals(daemon, home.daemonPid());
        home.tsm("list").expect(0);
        awaits("2 online", "q quit");
        awaitsWithout("the daemon is gone");
        tmux.type("q");
        awaits("ended 0");
    }

    @Test
    void without_a_terminal_it_says_what_is_there_for_programs() {
        TsmHome.Result refused = home.tsm("top").expect(2);
        assertTrue(refused.err().contains("tsm list --json"), refused.err());
        String once = home.tsm("top", "--once", "--sort", "name").expect(0).out();
        assertTrue(once.contains("tsm top") && once.contains("Name▲") && once.contains("> 0 "), once);
        assertTrue(once.contains("log of quiet (ID 0)"), once);
        assertFalse(once.contains("\u001b"), once);
        assertEquals(2, home.tsm("top", "--once", "--sort", "colour").code());
    }
}
