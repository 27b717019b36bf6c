package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.ProcessType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternsTest {
    private static final PatternFile BUILT_IN = builtIn();
    private final FakeFiles files = new FakeFiles()
            .programs(
                    "python3",
                    "node",
                    "bash",
                    "sh",
                    "npm",
                    "yarn",
                    "java",
                    "go",
                    "php",
                    "ruby",
                    "rails",
                    "flask",
                    "uvicorn",
                    "gunicorn",
                    "streamlit",
                    "jupyter",
                    "vite",
                    "npx",
                    "next",
                    "deno",
                    "bun",
                    "cargo",
                    "poetry",
                    "env",
                    "sleep",
                    "pnpm",
                    "bundle");

    private static PatternFile builtIn() {
        try {
            return PatternFile.parse(Files.readString(Path.of("patterns.txt")), "patterns.txt", true);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Patterns with(String... lines) {
        return new Patterns(
                BUILT_IN.patterns(),
                PatternFile.parse(String.join("\n", lines), "mine", false).patterns());
    }

    private Classified command(String line) {
        return CommandLine.understand(List.of(line), files.in("/home/u/my-api"));
    }

    private Classified words(String... words) {
        return CommandLine.understand(List.of(words), files.in("/home/u/my-api"));
    }

    @Test
    void the_built_in_file_has_no_bad_line() {
        assertEquals(List.of(), BUILT_IN.warnings());
        assertTrue(BUILT_IN.patterns().size() > 40);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "python -m http.server; PORT; python-http; 8000",
                "python3 -u -m http.server --bind 127.0.0.1; PORT; python-http; 8000",
                "python server.py; PORT; python-script; auto",
                "python -u server.py --debug; PORT; python-script; auto",
                "python -m celery worker; PID; python-module; -",
                "flask --app x run; PORT; flask; 5000",
                "python -m flask run; PORT; flask; 5000",
                "python manage.py runserver; PORT; django-python; 8000",
                "python web/manage.py migrate; PID; django-task; -",
                "uvicorn app:app; PORT; uvicorn; 8000",
                "uvicorn app:app --uds /run/x.sock; PID; uvicorn-app-socket; -",
                "poetry run uvicorn app:app; PORT; uvicorn; 8000",
                "gunicorn -w 4 app:app; PORT; gunicorn; 8000",
                "gunicorn --bind unix:/x app:app; PID; gunicorn-socket-long; -",
                "streamlit run x.py; PORT; streamlit; 8501",
                "jupyter lab; PORT; jupyter-lab; 8888",
                "node server.js; PORT; node; 3000",
                "env A=1 node server.js; PORT; node; 3000",
                "npm start; PORT; npm-start; 3000",
                "npm run dev; PORT; npm-run; 3000",
                "npm run build; PID; npm-build; -",
                "yarn dev; PORT; yarn; 3000",
                "pnpm dev; PORT; pnpm; 3000",
                "bun run dev; PORT; bun-run; 3000",
                "vite; PORT; vite; 5173",
                "npx vite --open; PORT; vite; 5173",
                "npx -y vite; PORT; vite; 5173",
                "vite build; PID; vite-build; -",
                "next dev; PORT; next-dev; 3000",
                "go run main.go; PORT; go-run; auto",
                "java -Xmx1g -jar a.jar; PORT; java-jar; 8080",
                "ruby server.rb; PORT; ruby; auto",
                "rails server; PORT; rails; 3000",
                "bundle exec rails s; PORT; rails-short; 3000",
                "php -S localhost:8080; PORT; php-server; 8000",
                "deno run main.ts; PORT; deno; auto",
                "cargo run; PORT; cargo-run; auto",
                "bash worker.sh; SOCKET; bash; 0",
                "sh worker.sh; SOCKET; sh; 0",
                "/usr/bin/python3 server.py; PORT; python-script; auto"
            })
    void the_built_in_patterns_know(String line, ProcessType type, String name, String port) {
        Classification found = with().classify(command(line));
        assertEquals(name, found.pattern().map(Pattern::name).orElse("none"));
        assertEquals(type, found.type());
        assertEquals(port, found.pattern().orElseThrow().portColumn());
        assertEquals(type == ProcessType.PORT, found.portRequired());
        assertEquals(type == ProcessType.SOCKET, found.ipcEnabled());
    }

    @Test
    void anything_else_is_a_pid_process() {
        Classification found = with().classify(command("sleep 60"));
        assertEquals(ProcessType.PID, found.type());
        assertEquals("no pattern fits", found.decidedBy());
        assertTrue(found.hint().isEmpty());
    }

    @Test
    void a_port_in_the_command_makes_it_a_port_process() {
        Classification found = with().classify(command("sleep --port 4000"));
        assertEquals(ProcessType.PID, found.type(), "sleep is known to have none");
        files.programs("mything");
        found = with().classify(command("mything --port 4000"));
        assertEquals(ProcessType.PORT, found.type());
        assertEquals("the port in '4000'", found.decidedBy());
    }

    @Test
    void the_users_pattern_wins_even_with_fewer_words() {
        Patterns patterns = with("mine|python|7000|{cmd} --at {port}");
        assertEquals(
                "mine",
                patterns.match(List.of("python3", "-m", "http.server"))
                        .orElseThrow()
                        .name());
        assertEquals("mine (mine:1)", "mine (" + patterns.all().getFirst().origin() + ")");
    }

    @Test
    void a_pattern_of_the_same_name_replaces_the_built_in_one() {
        Patterns patterns = with("node|node special.js|0|{cmd}");
        assertTrue(patterns.match(List.of("node", "app.js")).isEmpty());
    }

    @Test
    void most_words_win_then_the_longer_then_the_later() {
        Patterns patterns = with("a|tool|1", "b|tool serve|2", "c|tool *e|3", "d|tool serve|4");
        assertEquals("d", patterns.match(List.of("tool", "serve")).orElseThrow().name());
        assertEquals("c", patterns.match(List.of("tool", "dive")).orElseThrow().name());
        assertEquals("a", patterns.match(List.of("tool", "x")).orElseThrow().name());
    }

    @Test
    void folder_and_version_of_the_program_are_ignored() {
        Pattern python = with("p|python x.py|1").all().getFirst();
        assertTrue(python.fits(List.of("/usr/bin/python3.11", "x.py")));
        assertTrue(python.fits(List.of("python", "./x.py")));
        Pattern web = with("w|./web1 serve|1").all().getFirst();
        assertTrue(web.fits(List.of("/opt/web1", "serve")));
        assertFalse(web.fits(List.of("./web2", "serve")));
        assertFalse(python.fits(List.of("python3", "y.py", "x.py")));
    }

    @Test
    void a_glob_does_not_stand_for_an_option_unless_it_says_so() {
        assertTrue(with().match(List.of("python3", "--version")).isEmpty());
        assertTrue(with("p|tool --x*|1").all().getFirst().fits(List.of("tool", "--xy")));
    }

    @Test
    void templates_of_the_manual_work() {
        files.program("/home/u/my-api/myapp", "");
        Patterns patterns =
                with("myapp-server|./myapp server|9000|{cmd} --listen {port}", "myapp-worker|./myapp worker|0|{cmd}");
        Classified server = words("./myapp", "server", "a b'c");
        Classification found = patterns.classify(server);
        assertEquals(9000, found.defaultPort());
        assertEquals(
                List.of("./myapp", "server", "a b'c", "--listen", "9000"),
                Patterns.apply(server, found, 9000).argv());
        assertEquals(
                ProcessType.SOCKET,
                patterns.classify(words("./myapp", "worker")).type());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "python3 -m http.server; python3 -m http.server 8042",
                "python3 -m http.server 9000; python3 -m http.server 8042",
                "python3 server.py; python3 server.py",
                "python3 server.py 9000; python3 server.py 8042",
                "flask run -- x; flask run --port 8042 -- x",
                "gunicorn app:app; gunicorn app:app -b 127.0.0.1:8042",
                "gunicorn -b :7000 app:app; gunicorn -b :8042 app:app",
                "vite --port=4000; vite --port=8042 --strictPort",
                "next dev -p 3001; next dev -p 8042",
                "php -S localhost:8080; php -S localhost:8042",
                "streamlit run x.py; streamlit run x.py --server.port 8042"
            })
    void a_command_is_told_its_port_once(String line, String expected) {
        Classified command = command(line);
        assertEquals(
                CommandWords.split(expected),
                Patterns.apply(command, with().classify(command), 8042).argv());
    }

    @Test
    void a_template_may_set_variables() {
        Classified jar = command("java -jar a.jar");
        Template.Applied applied = Patterns.apply(jar, with().classify(jar), 8081);
        assertEquals(Map.of("SERVER_PORT", "8081"), applied.environment());
        assertEquals(jar.argv(), applied.argv());
    }

    @Test
    void the_users_pattern_fits_what_he_types_also_when_an_interpreter_line_runs_it() {
        files.program("/home/u/my-api/myapp", "#!/bin/bash\n");
        Classified command = words("./myapp", "server");
        assertEquals(
                9000,
                with("mine|./myapp server|9000|{cmd} --listen {port}")
                        .classify(command)
                        .defaultPort());
    }

    @Test
    void a_port_in_a_script_run_by_its_interpreter_line_is_replaced_in_the_right_word() {
        files.program("/home/u/my-api/run.py", "#!/usr/bin/env python3\n");
        Classified command = words("./run.py", "9000");
        assertEquals(
                List.of("./run.py", "9001"),
                Patterns.apply(command, with().classify(command), 9001).argv());
    }

    @Test
    void nothing_is_added_to_a_shell_line() {
        Classified vite = command("vite | tee log");
        Classification found = with().classify(vite);
        assertEquals(ProcessType.PID, found.type(), "vite could not be told its port");
        Classified npm = command("cd web && npm start");
        found = with().classify(npm);
        assertEquals(ProcessType.PORT, found.type());
        assertEquals(npm.argv(), Patterns.apply(npm, found, 3000).argv());
        Classified own = command("PORT=3100 node app.js");
        assertEquals(3100, with().classify(own).hint().orElseThrow().port());
    }

    @Test
    void a_bad_line_is_a_warning_with_file_and_line_and_the_others_count() {
        PatternFile file = PatternFile.parse("""
                # comment
                good|a b|1
                no-fields
                |x|1|{cmd}
                empty||1|{cmd}
                port|x|70000|{cmd}
                none|x|1|nothing
                twice|x|1|{cmd} {cmd}
                unknown|x|1|{cmd} {prot}
                joined|x|1|--x={cmd}
                before|x|1|nice {cmd}
                quote|x 'y|1|{cmd}
                socket|x|0|{cmd} {port}
                good|c|2|{cmd}
                last|d|auto|{cmd} '{"a": 1'
                """, "my.txt", false);
        assertEquals(
                List.of("good", "last"),
                file.patterns().stream().map(Pattern::name).toList());
        assertEquals(12, file.warnings().size(), file.warnings().toString());
        assertTrue(
                file.warnings().getFirst().startsWith("my.txt:3: "),
                file.warnings().getFirst());
        assertTrue(
                file.warnings().getLast().startsWith("my.txt:14: "),
                file.warnings().getLast());
    }

    @Property
    void parsing_and_matching_never_fail(@ForAll String text, @ForAll List<String> words) {
        PatternFile file = PatternFile.parse("x|" + text + "\n" + text + "|a|1", "f", false);
        Patterns patterns = new Patterns(BUILT_IN.patterns(), file.patterns());
        patterns.match(words);
        PortHints.find(words);
    }

    @Property
    void a_written_pattern_reads_back(@ForAll List<String> match) {
        if (match.isEmpty()
                || match.getFirst().isEmpty()
                || match.stream().anyMatch(w -> w.contains("|") || w.contains("\n") || w.contains("\r"))) {
            return;
        }
        Pattern pattern = new Pattern("n", match, ProcessType.PORT, 80, Template.NONE, false, "f:1");
        Pattern read = PatternFile.parse(pattern.line(), "f", false).patterns().getFirst();
        assertEquals(pattern, read);
    }

    @Property
    void a_pattern_made_of_a_command_fits_it(@ForAll List<String> words) {
        if (words.isEmpty() || words.stream().anyMatch(w -> w.contains("*"))) {
            return;
        }
        assertTrue(new Pattern("n", words, ProcessType.PID, null, Template.NONE, false, "f:1").fits(words));
    }
}
