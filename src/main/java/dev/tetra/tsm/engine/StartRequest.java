package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.StopPolicy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user says when he starts a command.
 *
 * @param words the command
 * @param name {@code --name}
 * @param exactName whether the port stays off the name
 * @param port {@code --port}, 1 to 65535
 * @param env {@code --env}
 * @param variables {@code -e}
 * @param origin where it comes from
 */
public record StartRequest(
        List<String> words,
        @Nullable String name,
        boolean exactName,
        @Nullable Integer port,
        @Nullable String env,
        List<EnvVar> variables,
        String namespace,
        RestartPolicy restart,
        StopPolicy stop,
        LogPolicy logs,
        Until until,
        Duration timeout,
        StartOrigin origin) {
    /** Whether it says nothing of how to run, only what to run and when to return. */
    boolean plain() {
        return name == null
                && !exactName
                && port == null
                && env == null
                && variables.isEmpty()
                && restart.equals(RestartPolicy.DEFAULT)
                && stop.equals(StopPolicy.DEFAULT)
                && logs.equals(LogPolicy.DEFAULT);
    }

    /** When the command returns. */
    public enum Until {
        /** Once it was executed. */
        EXECUTED,
        /** Once it has lived a while. */
        PROVEN,
        /** Once its port is open. */
        READY
    }
}
