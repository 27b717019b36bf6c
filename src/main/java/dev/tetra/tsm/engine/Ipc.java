package dev.tetra.tsm.engine;

import dev.tetra.tsm.ipc.Answering;
import dev.tetra.tsm.ipc.ChannelClient;
import dev.tetra.tsm.ipc.ChannelLimits;
import dev.tetra.tsm.ipc.ChannelServer;
import dev.tetra.tsm.ipc.ChannelState;
import dev.tetra.tsm.ipc.SocketFile;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.health.Probing;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The use cases on the control sockets of processes. A channel is asked through its socket, as any client would. */
public final class Ipc {
    /** Longer than tsm gives a program to answer, so that its word about that comes through. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final Store store;
    private final ChannelServer server;
    private final Answering answers;

    Ipc(Store store, Host host, Keeper keeper, ChannelServer server, Probing probing, Clock clock) {
        this.store = store;
        this.server = server;
        this.answers = new ChannelAnswers(store, host, keeper, probing, clock);
    }

    /**
     * A process with its channel.
     *
     * @param listening whether a client that connects to the path reaches the daemon
     * @param problem why it does not; null when it does
     * @param connections clients that are connected
     * @param app whether the program has a socket of its own beside it
     */
    public record Channel(
            ManagedProcess process,
            Path path,
            boolean listening,
            @Nullable String problem,
            int connections,
            boolean app) {}

    /**
     * What a test of a channel showed.
     *
     * @param status the answer to STATUS; null when there was none
     * @param health the answer to HEALTH; null when there was none
     * @param problems what is wrong, in words; empty when nothing is
     * @param failure the first error, for the exit code; null when nothing is wrong
     */
    public record Checked(
            ManagedProcess process,
            Path path,
            @Nullable String status,
            @Nullable String health,
            List<String> problems,
            @Nullable TsmException failure) {}

    /** What a cleanup removed. */
    public record Cleaned(List<Path> files, int rows) {}

    /** Begins to serve the channels of all processes. */
    public void start() {
        Map<Long, Path> known = new LinkedHashMap<>();
        store.call(tx -> tx.processes().all()).stream()
                .filter(p -> p.socket() != null)
                .forEach(p -> known.put(p.key(), Path.of(Objects.requireNonNull(p.socket()))));
        server.start(answers, known);
    }

    /** All channels with their processes. */
    public List<Channel> list() {
        Map<Long, ChannelState> states =
                server.states().stream().collect(Collectors.toMap(ChannelState::processKey, state -> state));
        return store.call(tx -> tx.processes().all()).stream()
                .filter(p -> p.socket() != null)
                .map(p -> channel(p, states.getOrDefault(p.key(), unknown(p))))
                .toList();
    }

    private static Channel channel(ManagedProcess process, ChannelState state) {
        return new Channel(process, state.path(), state.listening(), state.problem(), state.connections(), state.app());
    }

    private static ChannelState unknown(ManagedProcess process) {
        Path path = Path.of(Objects.requireNonNull(process.socket()));
        return new ChannelState(process.key(), path, false, "it is not served", 0, false);
    }

    /**
     * Sends one line to the channel of a process.
     *
     * @return the answer, whatever it says
     * @throws TsmException.NotFound when it has no channel
     * @throws TsmException.TimedOut when no answer came in time
     * @throws TsmException.Failed when the channel cannot be reached
     */
    public String send(ManagedProcess process, String line) {
        Path path = path(process);
        Optional<String> problem = problem(process);
        if (problem.isPresent()) {
            // Whoever listens there instead is not asked: he would get what is not for him, and need not answer.
            throw outOfOrder(process, path, problem.get());
        }
        Duration within = process.spec().stop().killTimeout().plus(ANSWER);
        byte[] bytes = RawText.encode(line);
        if (line.indexOf('\n') >= 0 || bytes.length > ChannelLimits.STANDARD.line()) {
            throw new TsmException.Usage(
                    "a request is one line of at most " + ChannelLimits.STANDARD.line() + " bytes", "send less");
        }
        try {
            return RawText.decode(ChannelClient.ask(path, bytes, within, 2 * ChannelLimits.STANDARD.line()));
        } catch (SocketTimeoutException e) {
            throw new TsmException.TimedOut(
                    process.label() + " did not answer '" + line + "' within " + within.toMillis() / 1000.0 + " s",
                    "tsm ipc test " + process.name() + " says what is wrong");
        } catch (ConnectException e) {
            throw unreachable(process, path, "nobody listens on it");
        } catch (EOFException e) {
            throw unreachable(process, path, "the connection was closed without an answer");
        } catch (IOException e) {
            throw unreachable(process, path, String.valueOf(e.getMessage()));
        }
    }

    private TsmException unreachable(ManagedProcess process, Path path, String why) {
        return outOfOrder(process, path, problem(process).orElse(why));
    }

    private static TsmException outOfOrder(ManagedProcess process, Path path, String problem) {
        return new TsmException.Failed(
                "the control socket of " + process.label() + " is out of order: " + problem,
                "it is renewed as soon as nothing else is at " + path);
    }

    /** Why the channel of a process does not reach the daemon, after looking after it. */
    private Optional<String> problem(ManagedProcess process) {
        return server.states().stream()
                .filter(state -> state.processKey() == process.key())
                .flatMap(state -> Stream.ofNullable(state.problem()))
                .findFirst();
    }

    /** Asks a channel for STATUS and HEALTH and says what is wrong. */
    public Checked test(ManagedProcess process) {
        Path path = path(process);
        Optional<String> problem = problem(process);
        if (problem.isPresent()) {
            return new Checked(
                    process, path, null, null, List.of(problem.get()), outOfOrder(process, path, problem.get()));
        }
        String status = null;
        String health = null;
        try {
            status = send(process, "STATUS");
            health = send(process, "HEALTH");
        } catch (TsmException e) {
            return new Checked(process, path, status, health, List.of(e.getMessage()), e);
        }
        TsmException failure = failure(process, "HEALTH", health);
        List<String> problems = failure == null ? List.of() : List.of(health);
        return new Checked(process, path, status, health, problems, failure);
    }

    /**
     * What an answer means for an exit code.
     *
     * @return null when the request was fulfilled
     */
    public static @Nullable TsmException failure(ManagedProcess process, String line, String answer) {
        String word = answer.split(" ", 2)[0];
        if (!word.equals("FAIL") && !word.equals("ERR")) {
            return null;
        }
        String message = process.label() + " answered " + answer + " to " + line;
        return answer.startsWith(word + " timeout")
                ? new TsmException.TimedOut(message, "tsm logs " + process.name() + " shows what it does")
                : new TsmException.Failed(message, "tsm why " + process.name() + " says more");
    }

    /** Removes sockets that nobody listens on and rows of processes that are not tracked any more. */
    public Cleaned cleanup() {
        int rows = store.call(tx -> tx.channels().closeForgotten());
        Set<Path> keep = store.call(tx -> tx.processes().all()).stream()
                .filter(p -> p.socket() != null && p.pid() != null)
                .map(p -> SocketFile.app(Path.of(Objects.requireNonNull(p.socket()))))
                .collect(Collectors.toCollection(HashSet::new));
        return new Cleaned(server.clean(keep), rows);
    }

    private static Path path(ManagedProcess process) {
        if (process.socket() == null) {
            throw new TsmException.NotFound(
                    process.label() + " has no control socket: its type is "
                            + process.spec().type().word() + ", not socket",
                    "tsm ipc list shows those that have one");
        }
        return Path.of(process.socket());
    }
}
