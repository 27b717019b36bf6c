package dev.tetra.tsm.engine;

import dev.tetra.tsm.ipc.Answering;
import dev.tetra.tsm.ipc.ChannelClient;
import dev.tetra.tsm.ipc.ChannelLimits;
import dev.tetra.tsm.ipc.ChannelRequest;
import dev.tetra.tsm.ipc.SocketFile;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.health.Probing;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What tsm answers on the channel of a process: its own verbs itself, the others through the program (SPEC 11). */
final class ChannelAnswers implements Answering {
    /** How long a program may take to answer. */
    private static final Duration PROGRAM = Duration.ofSeconds(2);

    private static final String HEALTHY = "PONG";

    private final Store store;
    private final Host host;
    private final Keeper keeper;
    private final Probing probing;
    private final Clock clock;

    ChannelAnswers(Store store, Host host, Keeper keeper, Probing probing, Clock clock) {
        this.probing = probing;
        this.store = store;
        this.host = host;
        this.keeper = keeper;
        this.clock = clock;
    }

    @Override
    public byte[] answer(long processKey, Path path, byte[] line, Supplier<String> user) {
        Optional<ManagedProcess> found = store.call(tx -> tx.processes().find(processKey));
        if (found.isEmpty()) {
            return bytes("ERR the process was deleted");
        }
        ManagedProcess process = found.get();
        return switch (ChannelRequest.parse(line)) {
            case ChannelRequest.Wrong(String why) -> bytes("ERR " + why);
            case ChannelRequest.Other() -> relay(path, line);
            case ChannelRequest.Own(ChannelRequest.Verb verb) ->
                bytes(
                        switch (verb) {
                            case STATUS -> status(process);
                            case HEALTH -> health(process, path);
                            case RELOAD -> done(keeper.signal(List.of(process), "HUP", false, caller(user)));
                            case STOP -> done(keeper.stop(List.of(process), caller(user), null));
                        });
        };
    }

    /** Words without blanks, so that a shell can split them; what there is none of is {@code -}. */
    private String status(ManagedProcess process) {
        Run run = process.serving();
        boolean runs = process.pid() != null && run != null && run.startedAt() != null;
        String uptime = runs && run != null && run.startedAt() != null
                ? String.valueOf(Math.max(
                        0, Duration.between(run.startedAt(), clock.instant()).toSeconds()))
                : "-";
        return "status=" + process.status().word() + " pid=" + (process.pid() == null ? "-" : process.pid())
                + " uptime=" + uptime + " restarts=" + process.life().restarts() + " id=" + process.id() + " name="
                + process.name();
    }

    private String health(ManagedProcess process, Path path) {
        Run run = process.serving();
        if (process.status() != Status.ONLINE) {
            return "FAIL it is " + process.status().word();
        }
        if (process.life().health() == dev.tetra.tsm.model.Health.UNREADY) {
            return "FAIL it is not ready: " + String.join("; ", complaints(process));
        }
        if (run == null || run.identity() == null || !host.alive(run.identity())) {
            return "FAIL its process is gone";
        }
        Path app = SocketFile.app(path);
        if (!SocketFile.isSocket(app)) {
            return HEALTHY;
        }
        try {
            String said = RawText.decode(ask(app, bytes("HEALTH"))).strip();
            if (said.equals(HEALTHY) || said.startsWith("FAIL ")) {
                return said;
            }
            return said.equals("FAIL") ? "FAIL it gave no reason" : "FAIL it answered: " + said;
        } catch (TsmException e) {
            return "FAIL " + e.getMessage();
        }
    }

    private List<String> complaints(ManagedProcess process) {
        List<String> found = probing.report(process).probes().stream()
                .filter(probe -> Boolean.FALSE.equals(probe.holds()))
                .map(probe -> (probe.probe().check().kind() + " "
                                        + Secrets.maskTarget(probe.probe().check()))
                                .strip()
                        + ": " + probe.message())
                .toList();
        return found.isEmpty() ? List.of("its readiness probe failed") : found;
    }

    private static byte[] relay(Path path, byte[] line) {
        Path app = SocketFile.app(path);
        if (!SocketFile.isSocket(app)) {
            return bytes("ERR unknown verb");
        }
        try {
            return ask(app, line);
        } catch (TsmException e) {
            return bytes("ERR " + e.getMessage());
        }
    }

    private static byte[] ask(Path app, byte[] line) {
        try {
            return ChannelClient.ask(app, line, PROGRAM, ChannelLimits.STANDARD.line());
        } catch (SocketTimeoutException e) {
            throw new TsmException.TimedOut(
                    "timeout: the program did not answer within " + PROGRAM.toSeconds() + " s", "");
        } catch (ConnectException e) {
            throw new TsmException.Failed("the program does not listen on " + app.getFileName(), "");
        } catch (EOFException e) {
            throw new TsmException.Failed("the program closed the connection without an answer", "");
        } catch (IOException e) {
            throw new TsmException.Failed("the program cannot be asked: " + e.getMessage(), "");
        }
    }

    private static String done(List<Keeper.Result> results) {
        TsmException failure = results.getFirst().failure();
        return failure == null ? "OK" : "ERR " + failure.getMessage().replaceAll("\\s+", " ");
    }

    private static Caller caller(Supplier<String> user) {
        return new Caller(user.get() + " on the control socket", 0, "/", 0077, List::of);
    }

    private static byte[] bytes(String text) {
        return RawText.encode(text);
    }
}
