package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.Wanted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Processes as they are shown, made by hand. */
final class Views {
    private final int id;
    private final String name;
    private Status status = Status.ONLINE;
    private @Nullable Integer port;
    private final List<Observed> observed = new ArrayList<>();
    private @Nullable Long memory;
    private @Nullable String envName;
    private @Nullable String envFile;
    private String command = "python server.py";

    private Views(int id, String name) {
        this.id = id;
        this.name = name;
    }

    static Views of(int id, String name) {
        return new Views(id, name);
    }

    Views status(Status is) {
        status = is;
        return this;
    }

    Views port(int given) {
        port = given;
        return this;
    }

    Views listens(String protocol, int... ports) {
        for (int seen : ports) {
            observed.add(new Observed(protocol, "0.0.0.0", seen, 4711));
        }
        return this;
    }

    Views memory(long bytes) {
        memory = bytes;
        return this;
    }

    Views env(@Nullable String called, @Nullable String file) {
        envName = called;
        envFile = file;
        return this;
    }

    Views command(String line) {
        command = line;
        return this;
    }

    ManagedProcess process() {
        ProcessSpec spec = new ProcessSpec(
                ProcessSpec.DEFAULT_NAMESPACE,
                Kind.PYTHON,
                port == null ? ProcessType.PID : ProcessType.PORT,
                command,
                List.of(command.split(" ")),
                "/usr/bin/python",
                null,
                null,
                "/srv",
                null,
                envName,
                envFile,
                0022,
                RestartPolicy.DEFAULT,
                StopPolicy.DEFAULT,
                LogPolicy.DEFAULT,
                SupervisionPolicy.NONE);
        return new ManagedProcess(
                100 + id,
                id,
                name,
                spec,
                new Lifecycle(Wanted.RUN, status, 1, 0, 0, 2),
                port,
                port == null ? null : PortSource.RANGE,
                null,
                null,
                null,
                Instant.parse("2026-01-02T03:04:05Z").plusSeconds(id),
                null);
    }

    View view() {
        boolean runs = status.alive();
        return new View(
                process(),
                observed,
                runs ? Duration.ofSeconds(62) : null,
                runs ? 1.25 : null,
                memory,
                List.of(),
                "/home/logs/" + name + "/out.log",
                "/home/logs/" + name + "/err.log");
    }
}
