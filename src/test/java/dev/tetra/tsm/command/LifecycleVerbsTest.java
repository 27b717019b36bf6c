package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifecycleVerbsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private static Path folder;

    private static Desk desk;

    @BeforeAll
    static void open() throws IOException {
        desk = new Desk(folder);
    }

    @AfterEach
    void forget() {
        if (!desk.names().isEmpty()) {
            Desk.Told told = desk.tell("delete", "all");
            assertEquals(0, told.code(), told.err());
        }
    }

    @AfterAll
    static void close() {
        desk.close();
    }

    private static void start(String name, String script) {
        Desk.Told told = desk.tell("start", "--name", name, "sh", "-c", script);
        assertEquals(0, told.code(), told.err());
    }

    private static long pid(String name) {
        Long pid = desk.process(name).pid();
        return pid == null ? -1 : pid;
    }

    @Test
    void what_cannot_be_executed_is_refused_before_anything_is_recorded() throws IOException {
        Path work = folder.resolve("work");
        Path windows = Files.writeString(work.resolve("crlf.sh"), "#!/bin/sh\r\nexec sleep 1000\r\n");
        assertTrue(windows.toFile().setExecutable(true));
        Files.createDirectory(work.resolve("d.py"));
        assertEquals(1, desk.tell("start", "./crlf.sh").code());
        Desk.Told told = desk.tell("start", "./d.py");
        assertEquals(1, told.code());
        assertTrue(told.err().contains("'./d.py' is a folder"), told.err());
        Files.move(work, folder.resolve("moved"));
        try {
            told = desk.tell("start", "sleep", "1000");
        } finally {
            Files.move(folder.resolve("moved"), work);
        }
        assertEquals(1, told.code());
        assertTrue(told.err().contains("the working folder is gone: " + work), told.err());
        assertEquals(List.of(), desk.names());
    }

    @Test
    void a_script_whose_name_is_no_utf_8_is_started_like_any_other() throws IOException {
        String name = "./s\udce9.sh";
        Path script = RawText.path(folder.resolve("work") + "/" + name).orElseThrow();
        Files.writeString(script, "#!/bin/sh\nexec sleep 1000\n");
        try {
            assertEquals(0, desk.tell("start", "--name", "by-sh", name).code());
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
            Desk.Told told = desk.tell("start", "--name", "itself", name);
            assertEquals(0, told.code(), told.err());
            assertEquals(Status.ONLINE, desk.process("itself").status());
        } finally {
            Files.delete(script);
        }
    }

    @Test
    void a_message_names_a_command_on_one_line_and_not_at_length() {
        String lines = "sleep 1000\n# " + "x".repeat(500);
        start("web", lines);
        Desk.Told told = desk.tell("start", "--name", "web", "sleep", "1");
        assertEquals(4, told.code());
        String message = told.err().lines().findFirst().orElse("");
        assertTrue(message.contains("sh -c 'sleep 1000\\n# xxx"), told.err());
        assertTrue(message.contains("x… in " + folder.resolve("work")), told.err());
        assertTrue(message.length() < 300, told.err());
    }

    @Test
    void an_exact_name_has_no_port_also_when_tsm_chooses_it() throws IOException {
        Path script = Files.writeString(folder.resolve("work").resolve("app.py"), "import time; time.sleep(1000)\n");
        Desk.Told told = desk.tell("start", "--exact-name", "app.py");
        assertEquals(0, told.code(), told.err());
        assertEquals(List.of("work-app"), desk.names());
        assertTrue(desk.process("work-app").port() != null);
        assertEquals(4, desk.tell("start", "--exact-name", "app.py").code(), "the name is taken");
        assertEquals(0, desk.tell("stop", "work-app").code());
        assertEquals(0, desk.tell("start", "--exact-name", "app.py").code(), "it runs the entry that rests");
        assertEquals(List.of("work-app"), desk.names());
        Files.delete(script);
    }

    @Test
    void restart_keeps_id_and_name_and_says_the_new_pid() {
        start("web", "exec sleep 1000");
        long before = pid("web");
        Desk.Told told = desk.tell("restart", "web");
        assertEquals("web restarted: ID 0, pid " + pid("web") + "\n", told.out());
        assertNotEquals(before, pid("web"));
    }

    @Test
    void what_runs_is_not_stopped_for_a_restart_when_there_is_nothing_to_run_next() throws IOException {
        Path app = Files.createDirectory(folder.resolve("work/app"));
        Path program = Files.copy(Path.of("/bin/sleep"), app.resolve("nap"), StandardCopyOption.COPY_ATTRIBUTES);
        Path script = Files.writeString(app.resolve("later.sh"), "exec sleep 1000\n");
        assertEquals(0, desk.tell("start", "--name", "nap", "app/nap", "1000").code());
        assertEquals(
                0, desk.tell("start", "--name", "later", "sh", "app/later.sh").code());
        long nap = pid("nap");
        long later = pid("later");
        Files.delete(program);
        Files.delete(script);
        Desk.Told told = desk.tell("restart", "nap", "later");
        assertEquals(1, told.code());
        assertTrue(told.err().contains("nap (ID 0) could not be run again, so it was left running"), told.err());
        assertTrue(told.err().contains("the script " + script + " is gone"), told.err());
        assertEquals(1, desk.tell("reload", "nap").code());
        assertEquals(nap, pid("nap"));
        assertEquals(later, pid("later"));
        Files.writeString(script, "exec sleep 1001\n");
        assertEquals(0, desk.tell("restart", "later").code());
        assertNotEquals(later, pid("later"));
    }

    @Test
    void a_restart_that_fails_says_how_it_ended_and_the_last_lines() throws IOException {
        start("web", "test -e " + folder + "/broken && { echo no luck >&2; exit 3; }; exec sleep 1000");
        Path broken = Files.createFile(folder.resolve("broken"));
        Desk.Told told = desk.tell("restart", "web");
        Files.delete(broken);
        assertEquals(1, told.code());
        assertTrue(told.err().contains("exit code 3") && told.err().contains("no luck"), told.err());
        assertEquals("", told.out());
    }

    @Test
    void a_listed_process_is_started_by_its_name_or_id_again() {
        start("web", "exec sleep 1000");
        for (String word : List.of("web", "0")) {
            desk.tell("stop", "web");
            Desk.Told told = desk.tell("start", word);
            assertEquals("web started: ID 0, pid " + pid("web") + "\n", told.out());
            assertEquals(Status.ONLINE, desk.process("web").status());
        }
        assertEquals(
                "web runs already: ID 0, pid " + pid("web") + "\n",
                desk.tell("start", "web").out());
        assertEquals(List.of("web"), desk.names());
    }

    @Test
    void starting_a_listed_process_refuses_options_that_it_would_not_heed() {
        start("web", "exec sleep 1000");
        Desk.Told told = desk.tell("start", "--port", "8123", "web");
        assertEquals(2, told.code());
        assertTrue(told.err().contains("options do not apply"), told.err());
        assertEquals(1, desk.tell("start", "-n", "ops", "web").code());
    }

    @Test
    void a_program_wins_over_a_process_of_its_name() {
        start("true", "exec sleep 1000");
        desk.tell("stop", "true");
        Desk.Told told = desk.tell("start", "--restart", "no", "--name", "other", "--no-wait", "true");
        assertEquals(0, told.code(), told.err());
        assertEquals(Status.STOPPED, desk.process("true").status());
    }

    @Test
    void delete_forgets_and_removes_the_logs_unless_they_are_to_be_kept() {
        start("web", "exec sleep 1000");
        assertEquals("web (ID 0) deleted\n", desk.tell("rm", "web").out());
        assertEquals(List.of(), desk.names());
        assertFalse(Files.exists(desk.engine.logs().folder("web")));
        start("web", "exec sleep 1000");
        desk.tell("delete", "web", "--keep-logs");
        assertTrue(Files.exists(desk.engine.logs().file("web", LogStream.OUT)));
    }

    @Test
    void cleanup_forgets_what_is_at_rest_and_nothing_else() {
        start("web", "exec sleep 1000");
        start("old", "exec sleep 1000");
        assertEquals(
                "nothing to forget: no process is at rest\n",
                desk.tell("cleanup").out());
        desk.tell("stop", "old");
        assertEquals(
                "nothing to forget: no process is at rest\n",
                desk.tell("cleanup", "-n", "ops").out());
        assertEquals("old (ID 1) forgotten, was stopped\n", desk.tell("cleanup").out());
        assertEquals(List.of("web"), desk.names());
    }

    @Test
    void a_signal_reaches_the_process() {
        start("web", "trap 'echo got it' USR1; echo ready; while :; do sleep 0.05; done");
        Path out = desk.engine.logs().file("web", LogStream.OUT);
        Await.until("ready", SOON, () -> Files.readString(out).contains("ready"));
        assertEquals(
                "web (ID 0): signal USR1 sent\n",
                desk.tell("signal", "USR1", "web").out());
        Await.until("the trap", SOON, () -> Files.readString(out).contains("got it"));
        assertEquals(2, desk.tell("signal", "NOPE", "web").code());
        assertEquals(2, desk.tell("signal", "USR1").code());
        desk.tell("stop", "web");
        assertEquals(1, desk.tell("signal", "USR1", "web").code());
    }

    @Test
    void flush_empties_the_logs_and_says_how_much_it_was() {
        start("web", "echo hello; exec sleep 1000");
        Path out = desk.engine.logs().file("web", LogStream.OUT);
        Await.until("hello", SOON, () -> Files.size(out) == 6);
        assertEquals("emptied the logs of web (ID 0): 6 B\n", desk.tell("flush").out());
        assertEquals("", desk.tell("logs", "web").out());
    }

    @Test
    void wait_exits_with_the_code_of_the_process() {
        Desk.Told started = desk.tell("start", "--restart", "no", "--name", "job", "sh", "-c", "sleep 0.3; exit 7");
        assertEquals(0, started.code(), started.err());
        assertEquals(new Desk.Told(7, "", ""), desk.tell("wait", "job"));
        start("web", "exec sleep 1000");
        desk.tell("kill", "web");
        assertEquals(128 + 9, desk.tell("wait", "web", "job").code());
        assertEquals(7, desk.tell("wait", "job", "web").code());
        assertTrue(desk.tell("wait", "web", "--json").out().contains("\"exitSignal\": \"KILL\""));
    }

    @Test
    void a_wait_ends_when_nobody_waits_any_more() throws InterruptedException, ExecutionException, TimeoutException {
        start("web", "exec sleep 1000");
        ScriptedTerminal terminal = ScriptedTerminal.mute();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Desk.Told> wait = threads.submit(() -> desk.tell(terminal, "wait", "web"));
            Await.until("it waits", SOON, terminal::isWaitedOn);
            terminal.leave();
            assertEquals(130, wait.get(10, TimeUnit.SECONDS).code());
        }
        assertEquals(Status.ONLINE, desk.process("web").status());
    }

    @Test
    void daemon_stop_leaves_processes_and_with_all_stops_them_first() {
        start("web", "exec sleep 1000");
        desk.asked.clear();
        assertTrue(desk.tell("daemon", "stop").out().contains("1 process goes on running"));
        assertEquals(Status.ONLINE, desk.process("web").status());
        assertEquals(0, desk.tell("daemon", "stop", "--all").code());
        assertEquals(Status.STOPPED, desk.process("web").status());
        assertEquals(0, desk.tell("daemon", "restart").code());
        assertEquals(List.of("stop", "stop", "replace"), desk.asked);
    }

    @Test
    void daemon_refuses_options_that_its_action_would_not_heed() {
        for (List<String> words : List.of(
                List.of("daemon", "status", "--all"),
                List.of("daemon", "stop", "--lines", "3"),
                List.of("daemon", "restart", "-f"),
                List.of("daemon", "logs", "--lines", "-1"),
                List.of("daemon", "pause"),
                List.of("daemon"))) {
            assertEquals(2, desk.tell(words.toArray(String[]::new)).code(), words.toString());
        }
    }

    @Test
    void daemon_shows_its_status_and_its_log() throws IOException {
        assertTrue(desk.tell("daemon", "status", "--json").out().contains("\"running\": true,\n  \"pid\": 99,"));
        Files.writeString(desk.log(), "one\ntwo\nthree\n");
        assertEquals("two\nthree\n", desk.tell("daemon", "logs", "--lines", "2").out());
        assertEquals(
                "{\"line\":\"three\"}\n",
                desk.tell("daemon", "logs", "--lines", "1", "--json").out());
    }
}
