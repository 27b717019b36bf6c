package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.Answer;
import dev.tetra.tsm.control.ControlServer;
import dev.tetra.tsm.control.Request;
import dev.tetra.tsm.model.RawText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Exercises the client once, on a terminal of its own and with a daemon that knows a few answers, so that the virtual
 * machine can write down which classes it needs and in what shape (JEP 514).
 */
final class Training {
    /** What is typed: a command, Tab, a quoted word over two lines, a search, a way to leave. */
    private static final String KEYS =
            "list\rli\t all\rstart --name 'a\rb'\r/history\r\022list\r/help\r/sql\rselect 1;\r\\q\rcd /\rnope\rquit\r";

    private Training() {}

    static int run(Streams streams) throws IOException {
        Path home = Files.createTempDirectory("tsm-train");
        try (ControlServer server = ControlServer.bind(home, "", Training::answer)) {
            server.start();
            Caller caller = Caller.read(List.of("--home", home.toString(), "--flags", "in-tty,out-tty"))
                    .caller();
            try (Terminal terminal = TerminalBuilder.builder()
                            .provider("ffm")
                            .type("xterm-256color")
                            .encoding(StandardCharsets.UTF_8)
                            .streams(new ByteArrayInputStream(RawText.encode(KEYS)), OutputStream.nullOutputStream())
                            .build();
                    Screen screen = new Screen(caller, terminal)) {
                DaemonLink link = new DaemonLink(caller, streams, screen::width);
                return new Repl(Map.of("sql", new Sql())).run(new Session(link, screen, streams), List.of("repl"));
            }
        } finally {
            try (Stream<Path> files = Files.walk(home)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static void answer(Request request, Answer answer) {
        switch (request.words().getFirst()) {
            case "__complete" -> answer.out("list\tShow the processes.\n");
            case "list" -> answer.out("ID  Name\n");
            default -> answer.err("no\n");
        }
        answer.exit(request.words().getFirst().equals("nope") ? 2 : 0);
    }
}
