package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
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
 * @param timeout how long {@link Until#READY} waits; null for the usual time
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
        SupervisionPolicy supervision,
        Until until,
        @Nullable Duration timeout,
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
                && logs.equals(LogPolicy.DEFAULT)
                && supervision.equals(SupervisionPolicy.NONE);
    }

    /** The same, looked after in another way. */
    StartRequest with(SupervisionPolicy other) {
        return new StartRequest(
                words, name, exactName, port, env, variables, namespace, restart, stop, logs, other, until, timeout,
                origin);
    }

    /** The same for nobody who waits: what fails after it was executed is left to the restart policy. */
    StartRequest unattended() {
        return new StartRequest(
                words,
                name,
                exactName,
                port,
                env,
                variables,
                namespace,
                restart,
                stop,
                logs,
                supervision,
                Until.EXECUTED,
                timeout,
                origin);
    }

    /** How many are asked for, and what they share. */
    InstancePolicy instances() {
        return supervision.instances();
    }

    /** How long {@link Until#READY} waits for a port, and any start for what the process needs. */
    Duration patience() {
        return timeout == null ? USUAL_PATIENCE : timeout;
    }

    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(30);

    /** When the command returns. */
    public enum Until {
        /** Once it was executed. */
        EXECUTED,
        /** Once it has lived a while; with a startup or readiness probe, once it is ready. */
        PROVEN,
        /** Once it is ready: by its probes, else by its open port. */
        READY
    }
}
