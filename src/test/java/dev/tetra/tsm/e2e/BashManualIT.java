package dev.tetra.tsm.e2e;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every line that {@code docs/from-the-bash-module.md} gives in place of one of the bash module's manual, with the
 * programs that the manual speaks of, and looks for what the document says that it prints.
 */
class BashManualIT {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Duration SOON = Duration.ofSeconds(20);

    /** The ports that the manual names. One that a stranger has is another one here. */
    private static final List<Integer> NAMED = List.of(3000, 4000, 8000, 8001, 8080, 9000);

    private static final String SERVER = """
            import http.server, os, sys
            port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
            http.server.ThreadingHTTPServer(("127.0.0.1", port), http.server.SimpleHTTPRequestHandler).serve_forever()
            """;

    private static final String NODE_SERVER =
            "require('http').createServer((q, a) => a.end('hi')).listen(process.env.PORT, '127.0.0.1')\n";

    private TsmHome home;
    private Path folder;
    private final Map<Integer, Integer> ports = new TreeMap<>();

    private record Line(String section, String command, List<String> prints) {}

    @BeforeEach
    void open() throws IOException {
        home = TsmHome.create();
        for (int port : NAMED) {
            ports.put(port, free(port) ? port : OwnPort.free());
        }
        folder = Files.createDirectories(home.work().resolve("my-api"));
        Files.createDirectories(home.work().resolve("phasefield"));
        Files.writeString(home.work().resolve("phasefield/server.py"), SERVER);
        for (String name : List.of("server.py", "run.py", "app.py")) {
            Files.writeString(folder.resolve(name), SERVER);
        }
        for (String name : List.of("server.js", "app.js")) {
            Files.writeString(folder.resolve(name), NODE_SERVER);
        }
        Files.writeString(folder.resolve("package.json"), "{\"scripts\": {\"start\": \"node app.js\"}}\n");
        Files.writeString(folder.resolve("worker.sh"), "trap : HUP\nwhile :; do sleep 600 & wait $!; done\n");
        for (String name : List.of("server.rb", "main.go")) {
            Files.writeString(folder.resolve(name), "\n");
        }
        for (String name : List.of("my-script.sh", "server.sh")) {
            program(folder.resolve(name));
        }
        // a program that is no script: it runs the file that its first word names
        Files.copy(Path.of("/usr/bin/python3").toRealPath(), folder.resolve("myapp"), COPY_ATTRIBUTES);
        Files.writeString(folder.resolve("server"), "import time\ntime.sleep(600)\n");
        Path env = Files.createDirectory(folder.resolve("env"));
        Files.writeString(env.resolve("dev.env"), "export PORT=" + ports.get(4000) + "\nexport NODE_ENV=development\n");
        Files.writeString(env.resolve("prod.env"), "export NODE_ENV=production\n");
        Path bin = Files.createDirectory(home.work().resolve("bin"));
        for (String name : List.of("yarn", "ruby", "go", "php")) {
            program(bin.resolve(name));
        }
        home.environment().merge("PATH", bin.toString(), (path, ours) -> ours + ":" + path);
        home.tsm("list").expect(0);
        Files.writeString(
                Files.createDirectories(home.home().resolve("services-available"))
                        .resolve("myapp.tsm"),
                "SERVICE_NAME=\"myapp\"\nSERVICE_TYPE=\"python\"\nSERVICE_COMMAND=\"python run.py\"\nSERVICE_PORT=\""
                        + ports.get(8000) + "\"\nSERVICE_ENV=\"env/dev.env\"\nSERVICE_DIR=\"" + folder
                        + "\"\nSERVICE_DESCRIPTION=\"My application server\"\n");
        Files.writeString(home.home().resolve("patterns.txt"), """
                # name|match|port|template
                myapp-server|./myapp server|%d|{cmd} --listen {port}
                myapp-worker|./myapp worker|0|{cmd}
                """.formatted(ports.get(9000)));
    }

    @AfterEach
    void close() throws IOException {
        home.close();
    }

    private static void program(Path path) throws IOException {
        Files.writeString(path, "#!/bin/bash\nexec sleep 600\n");
        assertTrue(path.toFile().setExecutable(true));
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** The rows of all tables with a column "new line". */
    private static List<Line> lines() throws IOException {
        List<Line> lines = new ArrayList<>();
        String section = "";
        boolean wanted = false;
        for (String row :
                Files.readAllLines(Path.of(System.getProperty("tsm.root"), "docs", "from-the-bash-module.md"))) {
            if (row.startsWith("## ")) {
                section = row.substring(3);
            }
            if (!row.startsWith("|")) {
                wanted = false;
                continue;
            }
            String[] cells = row.substring(1).split("\\|", -1);
            if (wanted && !cells[1].startsWith("---")) {
                for (String command : codes(cells[1])) {
                    lines.add(new Line(section, command, codes(cells[2])));
                }
            }
            wanted |= cells[1].strip().equals("new line");
        }
        return lines;
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell).results().map(code -> code.group(1)).toList();
    }

    @TestFactory
    Stream<DynamicTest> every_line_that_the_document_gives_works() throws IOException {
        List<Line> lines = lines();
        assertTrue(lines.size() > 120, "only " + lines.size() + " lines found");
        return lines.stream()
                .map(line -> DynamicTest.dynamicTest(line.section() + ": " + line.command(), () -> check(line)));
    }

    private void check(Line line) throws IOException {
        home.tsm("delete", "all").expect(0);
        Files.deleteIfExists(folder.resolve("env/new.env"));
        String pid = "12345";
        boolean starts = line.command().contains("tsm start ") || line.command().startsWith("tsm init");
        if (!starts) {
            inFolder("tsm start --wait python -m http.server " + ports.get(8000) + " && tsm start bash worker.sh")
                    .expect(0);
            pid = home.tsm("list", "--filter", "id=0", "--format", "{pid}")
                    .expect(0)
                    .out()
                    .strip();
            request();
        }
        String command = here(line.command(), pid);
        boolean follows = command.endsWith(" -f");
        TsmHome.Result result = follows
                ? inFolder("timeout 3 " + command.replaceFirst("^tsm", Matcher.quoteReplacement("" + home.launcher())))
                : inFolder(command);
        String told = result.out() + result.err();
        assertEquals(follows ? 124 : 0, result.code(), command + "\n" + told);
        for (String part : line.prints()) {
            assertTrue(told.contains(here(part, pid)), () -> command + " does not say '" + part + "' but\n" + told);
        }
    }

    /** One line of the access log of the server in the folder. */
    private void request() {
        inFolder("exec 3<>/dev/tcp/127.0.0.1/" + ports.get(8000) + "; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3;"
                        + " cat <&3 >/dev/null")
                .expect(0);
        Await.until(
                "the request is logged",
                SOON,
                () -> home.tsm("logs", "0", "--raw").out().contains("GET /"));
    }

    private TsmHome.Result inFolder(String command) {
        return home.bash("eval \"$(tsm shell-init bash)\"\ncd my-api\n" + command);
    }

    /** The text with this machine's ports and pid; what is said of the range and of patterns stays as it is. */
    private String here(String text, String pid) {
        if (text.contains("Default Port") || text.equals("8000 8999")) {
            return text;
        }
        String here = text.replace("12345", pid);
        for (Map.Entry<Integer, Integer> port : ports.entrySet()) {
            here = here.replaceAll("\\b" + port.getKey() + "\\b", "" + port.getValue());
        }
        return here;
    }
}
