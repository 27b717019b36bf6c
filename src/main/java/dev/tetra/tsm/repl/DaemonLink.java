package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.control.ControlClient.End;
import dev.tetra.tsm.control.ControlClient.Outcome;
import dev.tetra.tsm.control.ControlFile;
import dev.tetra.tsm.control.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Commands for the daemon of a home, a connection each. A daemon that is gone is started again by the launcher; one that
 * goes away during a command is never asked a second time, since nobody knows how far the first one came.
 */
final class DaemonLink {
    /** What a command ends with that the user cut off: as a shell tells it, 128 and the number of SIGINT. */
    static final int INTERRUPTED = 130;

    private static final int UNREACHABLE = 69;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration REPLACEMENT = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Streams streams;
    private final IntSupplier width;
    private Caller caller;
    private @Nullable ControlFile known;
    private volatile @Nullable ControlClient current;
    private volatile boolean interrupted;

    /**
     * @param streams where the link itself says something
     * @param width gives the columns of the terminal on stdout as it is now; 0 when it is none
     */
    DaemonLink(Caller caller, Streams streams, IntSupplier width) {
        this.caller = caller;
        this.streams = streams;
        this.width = width;
    }

    /** Whom the commands are for. */
    Caller caller() {
        return caller;
    }

    /** Commands from now on are called in another folder. */
    void moveTo(String folder) {
        caller = caller.in(folder);
    }

    /**
     * Runs one command, and starts a daemon for it if there is none.
     *
     * @return how it ended; {@link End#EXIT}, or {@link End#CLIENT} when a program has to go on. Whatever else is wrong
     *     was told to the user, and the code is 69.
     * @throws IOException when the display fails
     */
    Outcome run(List<String> words, ControlClient.Display display) throws IOException {
        Outcome outcome = once(words, display);
        if (outcome.end() == End.RETRY && awaitReplacement()) {
            outcome = once(words, display);
        }
        return switch (outcome.end()) {
            case STREAM -> hasDied() ? cutShort() : new Outcome(End.EXIT, 0);
            case EXIT, CLIENT -> outcome;
            case REPLACED, RETRY -> new Outcome(End.EXIT, awaitReplacement() ? 0 : UNREACHABLE);
            case LOST -> {
                streams.complain(
                        "the daemon went away while the command ran, and it was not sent again",
                        "look what came of it; the next command starts another daemon");
                yield new Outcome(End.EXIT, UNREACHABLE);
            }
        };
    }

    /** A stream ends in the same way whether it was whole or its daemon was killed; so look. */
    private boolean hasDied() {
        return known != null && ProcessHandle.of(known.pid()).isEmpty();
    }

    private Outcome cutShort() {
        streams.complain("the daemon went away while the command ran", "the next command starts another");
        return new Outcome(End.EXIT, UNREACHABLE);
    }

    /** Runs one command only if a daemon runs; empty when none does, or it broke off. Starts and tells nothing. */
    Optional<Outcome> runIfThere(List<String> words, ControlClient.Display display) {
        try {
            Optional<ControlClient> client = ControlClient.connect(caller.home(), CONNECT);
            if (client.isEmpty()) {
                return Optional.empty();
            }
            Outcome outcome = ask(client.get(), words, display);
            return interrupted || (outcome.end() != End.EXIT && outcome.end() != End.STREAM)
                    ? Optional.empty()
                    : Optional.of(outcome);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** From here on a command may run; what was cut off before is over. */
    void forgetInterrupt() {
        interrupted = false;
    }

    /**
     * Cuts off the command that runs: the connection alone, as when a client goes away. One that is just about to run is
     * cut off too, until {@link #forgetInterrupt}: whoever pressed the key need not know how far it was.
     */
    void interrupt() {
        interrupted = true;
        ControlClient running = current;
        if (running != null) {
            try {
                running.close();
            } catch (IOException closing) {
                // It is of no use any more in any case.
            }
        }
    }

    private Outcome once(List<String> words, ControlClient.Display display) throws IOException {
        Optional<ControlClient> client = connect();
        return client.isEmpty() ? new Outcome(End.EXIT, UNREACHABLE) : ask(client.get(), words, display);
    }

    private Outcome ask(ControlClient client, List<String> words, ControlClient.Display display) throws IOException {
        Guarded guarded = new Guarded(display);
        try (client) {
            current = client;
            if (interrupted) {
                return new Outcome(End.EXIT, INTERRUPTED);
            }
            Outcome outcome = client.run(request(words), guarded);
            return interrupted ? new Outcome(End.EXIT, INTERRUPTED) : outcome;
        } catch (IOException e) {
            if (guarded.failure != null) {
                throw guarded.failure;
            }
            return interrupted ? new Outcome(End.EXIT, INTERRUPTED) : new Outcome(End.LOST, UNREACHABLE);
        } finally {
            current = null;
        }
    }

    private Request request(List<String> words) {
        return new Request(
                caller.build(),
                caller.launcher(),
                caller.cwd(),
                caller.umask(),
                width.getAsInt(),
                caller.flags(),
                ProcessHandle.current().pid(),
                caller.user(),
                words);
    }

    private Optional<ControlClient> connect() throws IOException {
        Optional<ControlFile> file = ControlFile.read(caller.home());
        Optional<ControlClient> client = file.flatMap(f -> ControlClient.connect(f, CONNECT));
        if (client.isEmpty()) {
            if (!startDaemon()) {
                return Optional.empty();
            }
            streams.tell("tsm: the daemon was gone; another one has been started\n");
            file = ControlFile.read(caller.home());
            client = file.flatMap(f -> ControlClient.connect(f, CONNECT));
        }
        known = file.orElse(null);
        if (client.isEmpty()) {
            streams.complain("the daemon can't be reached", "tsm daemon status");
        }
        return client;
    }

    /** Has the launcher start one; it says itself what is wrong. */
    private boolean startDaemon() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(caller.launcher(), "daemon", "start")
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("TSM_DIR", caller.home().toString());
        try {
            return builder.start().waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean awaitReplacement() throws IOException {
        String old = known == null ? "" : known.serverSecret();
        long deadline = System.nanoTime() + REPLACEMENT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<ControlFile> file = ControlFile.read(caller.home())
                    .filter(found -> !found.serverSecret().equals(old));
            Optional<ControlClient> client = file.flatMap(f -> ControlClient.connect(f, CONNECT));
            if (client.isPresent()) {
                client.get().close();
                return true;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
        streams.complain("the new daemon did not answer within " + REPLACEMENT.toSeconds() + " s", "tsm daemon logs");
        return false;
    }

    /** Tells a failure of the display from one of the connection. */
    private static final class Guarded implements ControlClient.Display {
        private final ControlClient.Display display;
        private @Nullable IOException failure;

        Guarded(ControlClient.Display display) {
            this.display = display;
        }

        private interface Showing {
            void show() throws IOException;
        }

        private void guard(Showing showing) throws IOException {
            try {
                showing.show();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public void out(byte[] bytes) throws IOException {
            guard(() -> display.out(bytes));
        }

        @Override
        public void err(byte[] bytes) throws IOException {
            guard(() -> display.err(bytes));
        }

        @Override
        public List<String> environment() {
            return display.environment();
        }

        @Override
        public String ask(String question) throws IOException {
            return display.ask(question);
        }
    }
}
