package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.TsmException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    private final FakeFiles files =
            new FakeFiles().programs("python3", "node", "bash", "sh", "ruby", "php", "java", "go", "npm", "env");

    private Classified start(String... words) {
        return CommandLine.understand(List.of(words), files.in("/home/u/my-api"));
    }

    @Test
    void a_program_is_found_on_the_callers_path() {
        Classified node = start("node", "app.js");
        assertEquals("/usr/bin/node", node.executable());
        assertEquals(List.of("node", "app.js"), node.argv());
        assertEquals(Kind.NODE, node.kind());
        assertEquals("app.js", node.script());
        assertEquals("node", node.interpreter());
        files.program("/usr/local/bin/node", "");
        assertEquals("/usr/local/bin/node", start("node", "app.js").executable());
    }

    @Test
    void python_runs_python3_where_only_that_exists_and_says_so() {
        Classified command = start("python", "server.py");
        assertEquals(List.of("python3", "server.py"), command.argv());
        assertEquals(List.of("python", "server.py"), command.typed());
        assertEquals("python server.py", command.command());
        assertTrue(command.notes().getFirst().contains("python3"));
        files.programs("python");
        assertEquals(
                List.of("python", "server.py"), start("python", "server.py").argv());
    }

    @Test
    void a_script_without_interpreter_is_run_by_the_one_for_its_ending() {
        for (String[] pair : new String[][] {
            {"app.py", "python3"},
            {"server.js", "node"},
            {"m.mjs", "node"},
            {"x.sh", "bash"},
            {"s.rb", "ruby"},
            {"i.php", "php"},
            {"t.ts", "node"}
        }) {
            files.file("/home/u/my-api/" + pair[0], "");
            Classified command = start(pair[0], "-v");
            assertEquals(List.of(pair[1], pair[0], "-v"), command.argv());
            assertEquals(pair[0], command.script());
            assertEquals(pair[1], command.interpreter());
        }
        files.file("/home/u/my-api/lib/a.jar", "").file("/home/u/my-api/main.go", "");
        assertEquals(List.of("java", "-jar", "lib/a.jar"), start("lib/a.jar").argv());
        assertEquals(List.of("go", "run", "main.go"), start("main.go").argv());
    }

    @Test
    void typescript_takes_the_projects_own_runner_first() {
        files.file("/home/u/my-api/t.ts", "").programs("tsx");
        assertEquals(List.of("tsx", "t.ts"), start("t.ts").argv());
        files.program("/home/u/my-api/node_modules/.bin/tsx", "#!/usr/bin/env node");
        assertEquals("/home/u/my-api/node_modules/.bin/tsx", start("t.ts").executable());
    }

    @Test
    void an_executable_script_with_an_interpreter_line_is_executed_itself() {
        files.program("/home/u/my-api/run", "#!/usr/bin/env python3\nprint()\n");
        Classified command = start("./run", "9000");
        assertEquals(List.of("./run", "9000"), command.argv());
        assertEquals(List.of("python3", "./run", "9000"), command.words());
        assertEquals("/home/u/my-api/run", command.executable());
        assertEquals(Kind.PYTHON, command.kind());
    }

    @Test
    void a_script_that_is_not_executable_is_run_by_its_interpreter_line() {
        files.file("/home/u/my-api/run", "#!/usr/bin/env -S python3 -u\n").file("/home/u/my-api/x.sh", "#!/bin/sh\n");
        assertEquals(List.of("python3", "-u", "./run"), start("./run").argv());
        files.program("/bin/sh", "");
        assertEquals(List.of("/bin/sh", "x.sh"), start("x.sh").argv());
    }

    @Test
    void an_interpreter_line_that_names_nothing_is_helped() {
        files.program("/home/u/my-api/a.py", "#!/usr/bin/env python\r\n");
        Classified command = start("./a.py");
        assertEquals(List.of("python3", "./a.py"), command.argv());
        assertTrue(
                command.notes().getFirst().contains("python3"), command.notes().toString());
    }

    @Test
    void a_script_with_the_line_ends_of_windows_is_run_by_what_bears_them_and_no_shell_does() {
        files.program("/usr/bin/python", "");
        files.program("/home/u/my-api/a.py", "#!/usr/bin/env python\r\nprint()\r\n");
        Classified command = start("./a.py");
        assertEquals(List.of("python", "./a.py"), command.argv());
        assertTrue(command.notes().getFirst().contains("CR"), command.notes().toString());
        files.program("/bin/bash", "")
                .program("/home/u/my-api/run", "#!/bin/bash\r\ntrue\r\n")
                .file("/home/u/my-api/x.sh", "#!/bin/bash -e\r\ntrue\r\n")
                .program("/usr/bin/tool", "#!/usr/bin/env node\r\n");
        for (String script : List.of("./run", "x.sh", "tool")) {
            TsmException wrong = assertThrows(TsmException.Failed.class, () -> start(script));
            assertTrue(wrong.getMessage().startsWith("'" + script + "' cannot be executed"), wrong.getMessage());
            assertTrue(wrong.getMessage().contains("the CR (\\r)"), wrong.getMessage());
            assertTrue(wrong.hint().contains("sed -i 's/\\r$//' /"), wrong.hint());
        }
        Classified described = CommandLine.describe(List.of("./run"), files.in("/home/u/my-api"));
        assertTrue(
                described.notes().getFirst().contains("CR"), described.notes().toString());
    }

    @Test
    void a_program_on_the_path_whose_interpreter_is_gone_is_refused() {
        files.program("/usr/bin/tool", "#!/opt/venv/bin/python3 -I\n");
        TsmException wrong = assertThrows(TsmException.Failed.class, () -> start("tool"));
        assertTrue(wrong.getMessage().contains("'/opt/venv/bin/python3'"), wrong.getMessage());
        assertTrue(wrong.hint().contains("tsm start INTERPRETER /usr/bin/tool"), wrong.hint());
        files.program("/opt/venv/bin/python3", "");
        assertEquals("/usr/bin/tool", start("tool").executable());
    }

    @Test
    void one_word_with_spaces_is_split_as_a_shell_would() {
        Classified command = start("ruby 'my server.rb' -p 4000");
        assertEquals(List.of("ruby", "my server.rb", "-p", "4000"), command.argv());
        assertFalse(command.shell());
        assertEquals("my server.rb", command.script());
    }

    @Test
    void shell_syntax_in_one_word_is_run_by_sh() {
        Classified command = start("cd web && PORT=3000 node app.js | tee log");
        assertEquals(List.of("sh", "-c", "cd web && PORT=3000 node app.js | tee log"), command.argv());
        assertEquals(List.of("PORT=3000", "node", "app.js"), command.words());
        assertTrue(command.shell());
        assertEquals("/usr/bin/sh", command.executable());
        assertEquals(Kind.SHELL, command.kind());
        assertNull(command.script());
        assertEquals("cd web && PORT=3000 node app.js | tee log", command.command());
    }

    @Test
    void a_shell_given_with_its_line_is_the_same() {
        Classified command = start("bash", "-lc", "python server.py 2>&1");
        assertTrue(command.shell());
        assertEquals(List.of("python", "server.py"), command.words());
        assertEquals(List.of("bash", "-lc", "python server.py 2>&1"), command.argv());
    }

    @Test
    void a_file_with_a_space_in_its_name_is_no_command_line() {
        files.file("/home/u/my-api/my app.py", "");
        assertEquals(List.of("python3", "my app.py"), start("my app.py").argv());
    }

    @Test
    void several_words_are_never_read_by_a_shell() {
        assertEquals(
                List.of("node", "a b", "$X", "|"),
                start("node", "a b", "$X", "|").argv());
    }

    @Test
    void a_program_that_does_not_exist_is_refused_with_what_it_may_be() {
        TsmException wrong = assertThrows(TsmException.Failed.class, () -> start("ndoe", "a.js"));
        assertEquals("no program 'ndoe' on the PATH", wrong.getMessage());
        assertTrue(wrong.hint().contains("node"), wrong.hint());
        assertEquals(1, wrong.exitCode());
        wrong = assertThrows(TsmException.Failed.class, () -> start("PORT=1", "node"));
        assertTrue(wrong.hint().contains("-e PORT=1"), wrong.hint());
        wrong = assertThrows(TsmException.Failed.class, () -> start("./nothing"));
        assertTrue(wrong.hint().contains("/home/u/my-api/nothing"), wrong.hint());
    }

    @Test
    void a_folder_in_the_place_of_the_program_is_told_to_be_one_and_how_a_path_is_attached() {
        files.file("/home/u/my-api/src/a.js", "").folder("/home/u/my-api/empty.py");
        for (String folder : List.of("src", "./src", "./empty.py")) {
            TsmException wrong = assertThrows(TsmException.Failed.class, () -> start(folder, "node", "a.js"));
            assertEquals("'" + folder + "' is a folder, and no program", wrong.getMessage());
            assertTrue(wrong.hint().contains("--watch=" + folder), wrong.hint());
        }
    }

    @Test
    void a_program_that_may_not_be_executed_says_chmod() {
        files.file("/home/u/my-api/tool", "\u007fELF").file("/usr/bin/held", "\u007fELF");
        assertTrue(assertThrows(TsmException.Failed.class, () -> start("./tool"))
                .hint()
                .contains("chmod +x /home/u/my-api/tool"));
        assertTrue(assertThrows(TsmException.Failed.class, () -> start("held"))
                .hint()
                .contains("chmod +x"));
        assertTrue(assertThrows(TsmException.Failed.class, () -> start("tool"))
                .hint()
                .contains("./tool"));
    }

    @Test
    void a_missing_interpreter_is_named() {
        files.file("/home/u/my-api/x.pl", "").file("/home/u/my-api/run", "#!/opt/none\n");
        assertTrue(assertThrows(TsmException.Failed.class, () -> start("x.pl"))
                .getMessage()
                .contains("'perl'"));
        assertTrue(assertThrows(TsmException.Failed.class, () -> start("./run"))
                .getMessage()
                .contains("'/opt/none'"));
    }

    @Test
    void no_command_is_wrong_use() {
        assertThrows(TsmException.Usage.class, () -> start());
        assertThrows(TsmException.Usage.class, () -> start(" "));
        assertThrows(TsmException.Usage.class, () -> start("", "x"));
    }

    @Test
    void an_installed_tool_is_of_its_interpreters_kind_but_keeps_its_name() {
        files.program("/usr/bin/mkdocs", "#!/usr/bin/python3\n").program("/usr/bin/python3", "");
        assertEquals(Kind.PYTHON, start("mkdocs", "serve").kind());
        assertEquals(
                List.of("/usr/bin/mkdocs", "serve"),
                start("/usr/bin/mkdocs", "serve").words());
        assertNull(start("mkdocs", "serve").interpreter());
    }

    @Test
    void what_a_wrapper_runs_decides_the_kind() {
        files.programs("env", "poetry");
        Classified command = start("poetry", "run", "python", "x.py");
        assertEquals(Kind.PYTHON, command.kind());
        assertEquals("x.py", command.script());
        assertEquals("python", command.interpreter());
        assertEquals("/usr/bin/poetry", command.executable());
        assertEquals(Kind.NODE, start("env", "PORT=1", "node", "a.js").kind());
    }

    @Test
    void the_script_is_found_behind_the_interpreters_options() {
        assertEquals("s.py", start("python3", "-u", "-X", "dev", "s.py", "x").script());
        assertEquals(
                "s.js",
                start("node", "--inspect", "-r", "dotenv/config", "s.js").script());
        assertEquals("a.jar", start("java", "-Xmx1g", "-jar", "a.jar").script());
        assertNull(start("python3", "-m", "http.server").script());
        assertEquals("python3", start("python3", "-m", "http.server").interpreter());
        assertNull(start("npm", "start").script());
    }
}
