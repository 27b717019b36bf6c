package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.Answer;
import dev.tetra.tsm.control.ControlServer;
import dev.tetra.tsm.control.Request;
import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

    private static final long PATIENCE_SECONDS = 10;

    private Training() {}

    static int run(Streams streams) throws IOException {
        Path home = Files.createTempDirectory("tsm-train");
        try (ControlServer server = ControlServer.bind(home, "", Training::answer)) {
            server.start();
            Caller caller = Caller.read(List.of("--home", home.toString(), "--flags", "in-tty,out-tty"))
                    .caller();
            Keyboard keyboard = new Keyboard(RawText.encode(KEYS));
            try (Terminal terminal = TerminalBuilder.builder()
                            .provider("ffm")
                            .type("xterm-256color")
                            .encoding(StandardCharsets.UTF_8)
                            .streams(keyboard, keyboard.screen())
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

    /** Types when a prompt stands, as what is typed before is handled by the terminal and not by the editor. */
    private static final class Keyboard extends InputStream {
        private final byte[] keys;
        private final CountDownLatch prompt = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private int typed;

        Keyboard(byte[] keys) {
            this.keys = keys;
        }

        OutputStream screen() {
            return new OutputStream() {
                @Override
                public void write(int b) {
                    if (b == '>') {
                        prompt.countDown();
                    }
                }
            };
        }

        @Override
        public int read() throws IOException {
            try {
                if (prompt.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && typed < keys.length) {
                    return keys[typed++];
                }
                // an end of the input would be an end of the terminal
                if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    typed = keys.length; // nobody reads any more
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int b = read();
            if (b >= 0) {
                to[offset] = (byte) b;
            }
            return b < 0 ? -1 : 1;
        }

        @Override
        public void close() {
            closed.countDown();
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
