package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.TsmException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamingTest {
    private final FakeFiles files = new FakeFiles()
            .programs(
                    "python3", "node", "bash", "sh", "npm", "yarn", "java", "go", "npx", "deno", "bun", "poetry",
                    "sleep", "uvicorn");

    private Classified command(String line) {
        return CommandLine.understand(List.of(line), files.in("/home/u/my-api"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "python -m http.server 8000; 8000; my-api-http-8000",
                "python server.py 9000; 9000; my-api-server-9000",
                "node app.js; 3000; my-api-app-3000",
                "bash worker.sh; ; my-api-worker",
                "yarn dev; ; my-api-dev",
                "npm --prefix web start; ; my-api-start",
                "npm start; ; my-api-start",
                "npm run build; ; my-api-build",
                "npm run dev:web; ; my-api-dev-web",
                "sleep 60; ; my-api-sleep",
                "npx vite; 5173; my-api-vite-5173",
                "uvicorn a:a; 8000; my-api-uvicorn-8000",
                "python src/server.py; ; my-api-server",
                "java -jar lib/app-1.0.jar; ; my-api-app-1.0",
                "go run main.go; ; my-api-main",
                "go run ./cmd/web; ; my-api-web",
                "go run .; ; my-api-go",
                "deno task dev; ; my-api-dev",
                "bun server.ts; ; my-api-server",
                "bun run dev; ; my-api-dev",
                "poetry run python x.py; ; my-api-x",
                "cd web && npm start; ; my-api-start",
                "PORT=1 node app.js | tee x; 1; my-api-app-1",
                "python manage.py runserver; ; my-api-manage"
            })
    void the_automatic_name_is_folder_base_and_port(String line, Integer port, String name) {
        assertEquals(name, Naming.automatic("/home/u/my-api", command(line), port));
    }

    @Test
    void a_folder_is_made_fit_for_a_name() {
        Classified sleep = command("sleep 1");
        assertEquals("My-App-v2-sleep", Naming.automatic("/x/My App (v2)", sleep, null));
        assertEquals("cafe-sleep", Naming.automatic("/x/café/", sleep, null));
        assertEquals("root-sleep", Naming.automatic("/", sleep, null));
        assertEquals("config-sleep", Naming.automatic("/x/.config", sleep, null));
        assertEquals("root-sleep", Naming.automatic("/x/проект", sleep, null));
    }

    @Test
    void a_given_name_gets_the_port_unless_it_is_exact() {
        assertEquals("backend-8000", Naming.given("backend", 8000, false));
        assertEquals("backend", Naming.given("backend", null, false));
        assertEquals("backend", Naming.given("backend", 8000, true));
        assertEquals("my-back-end", Naming.given("my back/end", null, false));
        assertEquals("8000-8000", Naming.given("8000", 8000, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "..", "---", "42", "all", "日本"})
    void a_name_that_could_mean_something_else_is_refused(String name) {
        assertThrows(TsmException.Usage.class, () -> Naming.given(name, null, false));
    }

    @Property
    void every_name_is_a_valid_file_name_and_stays_as_it_is(
            @ForAll String folder, @ForAll @IntRange(min = 1, max = 65535) int port) {
        String name = Naming.automatic("/" + folder, command("sleep 1"), port);
        assertTrue(Naming.isValid(name), name);
        assertTrue(name.endsWith("-" + port));
        assertEquals(name, Naming.given(name, null, false));
    }

    @Property
    void given_names_are_valid_or_refused(@ForAll String text) {
        try {
            String name = Naming.given(text, null, false);
            assertTrue(Naming.isValid(name), name);
            assertEquals(name, Naming.given(name, null, false));
        } catch (TsmException.Usage refused) {
            assertTrue(!Naming.isValid(text));
        }
    }

    @Test
    void a_long_name_is_cut_but_keeps_its_port() {
        String name = Naming.given("x".repeat(300), 8000, false);
        assertEquals(Naming.MAX_LENGTH, name.length());
        assertTrue(name.endsWith("x-8000"));
    }
}
