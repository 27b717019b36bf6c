package dev.tetra.tsm.daemon;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.control.Request;
import dev.tetra.tsm.model.BuildInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Exercises a daemon once in a home of its own, so that the virtual machine can write down which classes it needs and in
 * what shape (JEP 514).
 */
final class Training {
    private static final List<List<String>> LINES = List.of(
            List.of("list"),
            List.of("start", "--name", "training", "sleep 60"),
            List.of("list"),
            List.of("list", "all", "--json"),
            List.of("list", "--format", "{name} {pid} {status}"),
            List.of("start", "--name", "crashing", "--max-restarts", "3", "sh -c 'sleep 0.3; exit 3'"),
            List.of("info", "training"),
            List.of("why", "training"),
            List.of("logs", "training"),
            List.of("ports"),
            List.of("classify", "python3 -m http.server"),
            List.of("daemon", "status"),
            List.of("start", "--name", "many", "-i", "2", "sleep 60"),
            List.of("restart", "training"),
            List.of("stop", "training"),
            List.of("start", "--no-wait", "--name", "second", "sh -c 'echo hello; exec sleep 60'"),
            List.of("kill", "second"),
            List.of("wait", "crashing"),
            List.of("delete", "all"),
            List.of("start", "no-such-program-at-all"),
            List.of("help"));

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Training() {}

    static int run() {
        try {
            Path home = Files.createTempDirectory("tsm-train");
            try {
                exercise(home);
            } finally {
                delete(home);
            }
            return 0;
        } catch (IOException e) {
            System.err.println("the training run failed: " + e);
            return 1;
        }
    }

    private static void exercise(Path home) throws IOException {
        BuildInfo build = BuildInfo.load();
        Daemon daemon = Daemon.start(home, build);
        try {
            for (List<String> words : LINES) {
                Request request = new Request(
                        build.build(),
                        "",
                        "/",
                        0077,
                        80,
                        Set.of("out-tty"),
                        ProcessHandle.current().pid(),
                        "trainer",
                        words);
                try (ControlClient client = ControlClient.connect(home, PATIENCE)
                        .orElseThrow(() -> new IOException("the daemon does not answer"))) {
                    System.err.println(String.join(" ", words) + ": " + client.run(request, new Quiet()));
                }
            }
        } finally {
            daemon.end();
            daemon.serve();
        }
    }

    /** Shows nothing. */
    private static final class Quiet implements ControlClient.Display {
        @Override
        public void out(byte[] bytes) {}

        @Override
        public void err(byte[] bytes) {}

        @Override
        public List<String> environment() {
            return System.getenv().entrySet().stream()
                    .map(e -> e.getKey() + "=" + e.getValue())
                    .toList();
        }

        @Override
        public String ask(String question) {
            return "";
        }
    }

    private static void delete(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
