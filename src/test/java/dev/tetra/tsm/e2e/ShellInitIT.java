package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code tsm shell-init} prints, evaluated by real shells. */
class ShellInitIT {
    private TsmHome home;

    @BeforeEach
    void open() throws IOException {
        home = TsmHome.create();
    }

    @AfterEach
    void close() throws IOException {
        home.close();
    }

    private TsmHome.Result shell(String shell, String... lines) {
        List<String> plain = switch (shell) {
            case "bash" -> List.of("bash", "--norc", "-c");
            case "zsh" -> List.of("zsh", "-f", "-c");
            default -> List.of(shell, "--no-config", "-c");
        };
        String init = shell.equals("fish")
                ? home.launcher() + " shell-init fish | source"
                : "eval \"$(" + home.launcher() + " shell-init " + shell + ")\"";
        return home.run(
                Stream.concat(plain.stream(), Stream.of(init + "\n" + String.join("\n", lines)))
                        .toList(),
                new byte[0]);
    }

    /** The candidates that bash would offer for a line with the cursor at its end. */
    private List<String> completed(String line, String... words) {
        StringBuilder array = new StringBuilder();
        for (String word : words) {
            array.append(" '").append(word).append('\'');
        }
        return shell(
                        "bash",
                        "COMP_LINE='" + line + "'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(" + array + ");"
                                + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1))",
                        "_tsm_complete tsm; printf '%s\\n' \"${COMPREPLY[@]}\"")
                .expect(0)
                .out()
                .lines()
                .toList();
    }

    private static boolean installed(String shell) {
        return Stream.of("/bin/", "/usr/bin/", "/usr/local/bin/")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder + shell)));
    }

    private void worker() throws IOException {
        Path folder = Files.createDirectories(home.work().resolve("my-api"));
        Files.writeString(folder.resolve("worker.sh"), "trap : HUP\nwhile :; do sleep 600 & wait $!; done\n");
        home.bash("cd my-api && tsm start bash worker.sh").expect(0);
    }

    @Test
    void nothing_but_the_functions_is_left_in_the_shell() {
        home.tsm("list").expect(0);
        String script = home.tsm("shell-init", "bash").expect(0).out();
        TsmHome.Result result = home.run(
                List.of(
                        "bash",
                        "--norc",
                        "-c",
                        "init=$(cat); before= after=; state() { compgen -v; compgen -a; shopt; set -o; trap; };"
                                + " state >/dev/null; before=$(state); eval \"$init\"; after=$(state);"
                                + " diff <(echo \"$before\") <(echo \"$after\"); complete -p;"
                                + " declare -F | grep -v -e ' tsm_' -e ' tetra_tsm_' -e ' _tsm_'"),
                script.getBytes(StandardCharsets.UTF_8));
        assertEquals("complete -F _tsm_complete tsm\ndeclare -f state\n", result.out(), result.err());
        assertEquals("", result.err());
    }

    @Test
    void the_functions_of_the_bash_module_work() throws IOException {
        worker();
        for (String shell : List.of("bash", "zsh")) {
            if (!installed(shell)) {
                continue;
            }
            int port = OwnPort.free();
            TsmHome.Result result = shell(
                    shell,
                    "set -e",
                    "tsm_get_port_range",
                    "tsm_list_port_allocations",
                    "tsm_cleanup_port_allocations",
                    "tsm_ipc_list_channels | grep -o my-api-worker | head -n 1",
                    "tsm_ipc_test_channel my-api-worker >/dev/null",
                    "tsm_ipc_cleanup_stale >/dev/null",
                    "tsm_ipc_send worker STATUS | grep -o status=online",
                    "tsm_socket_status worker | grep -o status=online",
                    "tsm_socket_health worker",
                    "tsm_socket_reload worker",
                    "tsm_get_service_info 'python3 -m http.server'",
                    "tsm_validate_classification 'bash worker.sh'",
                    "tsm_is_pid_alive $$",
                    "tsm_is_pid_alive 1",
                    "if tsm_is_pid_alive 4194305; then echo alive; fi",
                    "if tsm_is_pid_alive -1 2>/dev/null; then echo alive; fi",
                    "if tsm_get_port_pid " + port + "; then echo taken; fi",
                    "tetra_tsm_list -q",
                    "tetra_tsm_doctor_port " + port,
                    "tetra_tsm_help stop >/dev/null",
                    "tsm_socket_stop worker",
                    "tetra_tsm_restart worker >/dev/null");
            result.expect(0);
            String out = result.out();
            assertTrue(out.startsWith("8000 8999\n"), out);
            for (String part : List.of(
                    "\nmy-api-worker\nstatus=online\nstatus=online\nPONG\nOK\nService Classification:\n  Type: port-based\n",
                    "  Default Port: 8000\n",
                    "  Type: socket-based\n",
                    "\nmy-api-worker\nPort " + port + " is free\n")) {
                assertTrue(out.contains(part), shell + ": " + part + " is not in\n" + out);
            }
            assertFalse(out.contains("alive") || out.contains("taken"), out);
        }
    }

    @Test
    void the_pid_on_a_port_is_told_also_of_a_stranger() throws IOException {
        home.tsm("list").expect(0);
        try (OwnPort taken = OwnPort.taken()) {
            assertEquals(
                    ProcessHandle.current().pid() + "\n",
                    shell("bash", "tsm_get_port_pid " + taken.number())
                            .expect(0)
                            .out());
        }
        TsmHome.Result wrong = shell("bash", "tsm_get_port_pid 70000").expect(2);
        assertEquals("", wrong.out());
        assertTrue(wrong.err().contains("'70000' is no port"), wrong.err());
    }

    @Test
    void every_command_has_its_function() {
        String functions = shell("bash", "declare -F").expect(0).out();
        home.tsm("help", "--json")
                .expect(0)
                .out()
                .lines()
                .filter(line -> line.contains("\"name\""))
                .map(line -> line.replaceAll(".*: \"(.*)\".*", "$1").replaceAll("[ -]", "_"))
                .forEach(name -> assertTrue(functions.contains(" tetra_tsm_" + name + "\n"), name));
        assertFalse(functions.contains("tetra_tsm___"), functions);
    }

    @Test
    void words_are_completed_as_they_are_now() throws IOException {
        worker();
        home.tsm("service", "add", "nightly", "--port", "18377", "sleep", "600").expect(0);
        home.tsm("start", "nightly").expect(0);
        assertTrue(completed("tsm st", "tsm", "st").containsAll(List.of("start", "stop", "startup")));
        assertEquals(
                List.of("clean", "env", "healthcheck", "kill", "orphans", "port", "ports"),
                completed("tsm doctor ", "tsm", "doctor", "").stream().sorted().toList());
        assertEquals(List.of("my-api-worker"), completed("tsm stop my", "tsm", "stop", "my"));
        assertEquals(
                List.of("0", "1", "18377", "all", "my-api-worker", "nightly-18377"),
                completed("tsm stop ", "tsm", "stop", "").stream().sorted().toList());
        assertEquals(List.of("nightly"), completed("tsm enable n", "tsm", "enable", "n"));
        assertTrue(completed("tsm start ni", "tsm", "start", "ni").contains("nightly"));
        assertEquals(List.of("18377"), completed("tsm doctor port ", "tsm", "doctor", "port", ""));
        assertEquals(List.of("--kill-timeout"), completed("tsm stop --k", "tsm", "stop", "--k"));
        assertEquals(List.of("on-failure"), completed("tsm start --restart on", "tsm", "start", "--restart", "on"));
        assertEquals(
                List.of("on-failure"), completed("tsm start --restart=on", "tsm", "start", "--restart", "=", "on"));
        assertEquals(
                List.of("0", "1"),
                completed("tsm stop id:", "tsm", "stop", "id", ":").stream()
                        .sorted()
                        .toList());
        assertEquals(
                List.of("Europe/Lisbon"),
                completed("tsm start --timezone Europe/Lis", "tsm", "start", "--timezone", "Europe/Lis"));
        assertEquals(List.of("reload"), completed("tsm socket rel", "tsm", "socket", "rel"));
        assertEquals(List.of("available"), completed("tsm list av", "tsm", "list", "av"));
        assertEquals(List.of("fish"), completed("tsm shell-init f", "tsm", "shell-init", "f"));
        assertTrue(completed("tsm start bas", "tsm", "start", "bas").contains("bash"));
        assertEquals(List.of("my-api/"), directories(completed("tsm start node my", "tsm", "start", "node", "my")));
        assertEquals(List.of(""), completed("tsm __comp", "tsm", "__comp"));
    }

    private static List<String> directories(List<String> words) {
        return words.stream().map(word -> word + "/").toList();
    }

    @Test
    void completion_starts_no_daemon() {
        home.tsm("__complete", "--", "st").expect(0);
        assertFalse(Files.exists(home.home()));
    }

    @Test
    void a_shell_that_starts_starts_no_daemon_and_is_told_the_same_as_by_one() throws IOException {
        for (String shell : List.of("bash", "zsh", "fish")) {
            String alone = home.tsm("shell-init", shell).expect(0).out();
            assertFalse(Files.exists(home.home()));
            assertTrue(alone.contains("'" + home.launcher() + "' __complete"), alone);
        }
        String alone = home.tsm("shell-init", "bash").expect(0).out();
        String json = home.tsm("shell-init", "bash", "--json").expect(0).out();
        assertEquals(
                alone.split("tetra_tsm_", -1).length, json.split("tetra_tsm_", -1).length, "the daemon's: " + json);
        home.tsm("shell-init", "csh").expect(2);
    }

    @Test
    void a_zsh_on_a_terminal_completes_whenever_its_completion_was_loaded() throws IOException {
        assumeTrue(installed("zsh"), "zsh is not installed");
        worker();
        Path folder = Files.createDirectories(home.work().resolve("zsh"));
        String init = "eval \"$(" + home.launcher() + " shell-init zsh)\"\n";
        String load = "autoload -Uz compinit; compinit -u -d " + folder + "/dump\n";
        try (Tmux tmux = Tmux.open(home)) {
            for (String lines : List.of(load + init, init + load, init)) {
                Files.writeString(folder.resolve(".zshrc"), "PS1='zsh> '\n" + lines);
                tmux.enter("TSM_DIR=" + home.home() + " ZDOTDIR=" + folder + " zsh -i")
                        .awaitPrompt("zsh>");
                tmux.type("tsm stop my").press("Tab").await("tsm stop my-api-worker");
                tmux.press("C-u").clean().type("tsm start --restart=on").press("Tab");
                tmux.await("--restart=on-failure").press("C-u").clean();
                tmux.type("tsm stop id:")
                        .press("Tab")
                        .await("tsm stop id:0")
                        .press("C-u")
                        .clean();
                tmux.type("tsm start node my")
                        .press("Tab")
                        .await("node my-api/")
                        .press("C-u");
                tmux.clean().enter("exit").awaitPrompt("shell$").clean();
            }
        }
    }

    @Test
    void zsh_and_fish_complete_too() throws IOException {
        worker();
        if (installed("fish")) {
            assertEquals(
                    List.of("my-api-worker"),
                    shell("fish", "complete -C 'tsm stop my'")
                            .expect(0)
                            .out()
                            .lines()
                            .map(line -> line.replaceAll("\t.*", ""))
                            .toList());
        }
        assumeTrue(installed("zsh"), "zsh is not installed");
        String told = shell(
                        "zsh",
                        "_describe() { print -rl -- ${(P)4:-${(P)@[-1]}}; }",
                        "words=(tsm stop my); CURRENT=3; PREFIX=my; _tsm")
                .expect(0)
                .out();
        assertTrue(told.startsWith("my-api-worker:ID 0, online"), told);
    }
}
