package dev.tetra.tsm.e2e;

import dev.tetra.tsm.control.Answer;
import dev.tetra.tsm.control.ControlServer;
import dev.tetra.tsm.control.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A daemon that knows nothing of processes, to try the launcher with: it answers with what it was asked. Started by the
 * launcher like the real one.
 */
public final class EchoDaemon {
    private static final int LARGE = 8 << 20;

    private final Path home;
    private final BlockingQueue<Boolean> replacements = new LinkedBlockingQueue<>();
    private int generation;

    private EchoDaemon(Path home) {
        this.home = home;
    }

    /** Runs until it is told to stop. */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[1]);
        Path refusal = home.resolve("refuse");
        if (Files.exists(refusal)) {
            System.out.println(Files.readString(refusal));
            System.exit(1);
        }
        if (Files.exists(home.resolve("crash"))) {
            System.err.println("a terrible thing happened");
            System.exit(3);
        }
        new EchoDaemon(home).run();
    }

    private void run() throws Exception {
        Files.writeString(
                home.resolve("starts"),
                ProcessHandle.current().pid() + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        if (Files.exists(home.resolve("slow"))) {
            new CountDownLatch(1).await(20, TimeUnit.SECONDS);
        }
        do {
            generation++;
            try (ControlServer server = ControlServer.bind(home, "0.0.0+1", this::handle)) {
                server.start();
                System.out.println("ready");
                if (!replacements.take()) {
                    return;
                }
            }
        } while (true);
    }

    private void handle(Request request, Answer answer) throws Exception {
        List<String> words = request.words();
        switch (words.isEmpty() ? "" : words.getFirst()) {
            case "echo" -> echo(request, answer);
            case "request" -> {
                answer.out(request + "\n");
                answer.exit(0);
            }
            case "env" -> {
                for (String entry : answer.askEnvironment()) {
                    answer.out(entry);
                    answer.out("\0");
                }
                answer.exit(0);
            }
            case "exit" -> answer.exit(Integer.parseInt(words.get(1)));
            case "mixed" -> mixed(answer);
            case "large" -> large(answer);
            case "bytes" -> {
                answer.out(new byte[] {0, 1, (byte) 0xFF, '\n', 0});
                answer.exit(3);
            }
            case "ask" -> {
                Optional<String> said = answer.ask("really? ");
                answer.out("said " + said + "\n");
                answer.exit(0);
            }
            case "hang" -> hang(answer);
            case "die" -> Runtime.getRuntime().halt(9);
            case "die-late" -> {
                answer.out("[");
                answer.askEnvironment(); // by its answer the client has what was said before
                Runtime.getRuntime().halt(9);
            }
            case "bug" -> throw new IllegalStateException("a bug");
            case "replace" -> {
                answer.out("replacing\n");
                answer.replaced(false);
                replacements.add(true);
            }
            case "again" -> {
                if (generation == 1) {
                    answer.replaced(true);
                    replacements.add(true);
                } else {
                    answer.out("generation " + generation + "\n");
                    answer.exit(0);
                }
            }
            case "daemon" -> {
                answer.out("stopping\n");
                answer.exit(0);
                replacements.add(false);
            }
            default -> {
                answer.err("unknown\n");
                answer.exit(2);
            }
        }
    }

    private static void echo(Request request, Answer answer) {
        for (String word : request.words().subList(1, request.words().size())) {
            answer.out(word);
            answer.out("\0");
        }
        answer.exit(0);
    }

    private static void mixed(Answer answer) {
        answer.out("one\n");
        answer.err("two\n");
        answer.out("three, no newline");
        answer.err("four\n\n");
        answer.exit(7);
    }

    private static void large(Answer answer) throws IOException {
        byte[] line = ("x".repeat(62) + "\0\n").getBytes(StandardCharsets.ISO_8859_1);
        OutputStream stream = answer.stream();
        for (int i = 0; i < LARGE; i += line.length) {
            stream.write(line);
        }
    }

    /** Answers nothing until the client is gone; leaves word of that in the home. */
    private void hang(Answer answer) throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        answer.onGone(() -> {
            try {
                Files.createFile(home.resolve("gone"));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            gone.countDown();
        });
        Files.createFile(home.resolve("hanging"));
        gone.await();
    }
}
