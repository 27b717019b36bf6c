package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.PortSource;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.StopPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a user asks of one process. */
public sealed interface Wish {
    /** What the events say of a start that nobody has asked for. */
    String WITH_THE_DAEMON = "started with the daemon";

    /** Who asks, for the events: a user's name; empty when tsm does by itself. */
    String by();

    /**
     * To run.
     *
     * @param proof whether to wait until it has lived a while
     * @param change what to run from now on, if that changes
     */
    record Start(String by, boolean proof, @Nullable Change change) implements Wish {}

    /** To be stopped and run again; otherwise as {@link Start}. */
    record Restart(String by, boolean proof, @Nullable Change change) implements Wish {}

    /**
     * To be run anew, and where tsm listens for it, before what runs is stopped; otherwise as {@link Restart}.
     *
     * @param running only if it is wanted to run still: what is stopped while others are reloaded stays so
     * @param change what to run from now on, if that changes
     */
    record Reload(String by, boolean running, @Nullable Change change) implements Wish {}

    /**
     * To be stopped.
     *
     * @param kill at once, without asking it
     * @param policy how, in place of the process's own way
     * @param then what its user asks for once it is at rest, which is remembered until that is done; null for nothing
     */
    record Stop(
            String by,
            boolean kill,
            @Nullable StopPolicy policy,
            @Nullable Delete then) implements Wish {
        /** And nothing more. */
        public Stop(String by, boolean kill, @Nullable StopPolicy policy) {
            this(by, kill, policy, null);
        }
    }

    /** Nothing, but to know when it has come to rest. */
    record Await(String by) implements Wish {}

    /**
     * To have another port from its next run on.
     *
     * @param change what to run with that port
     */
    record Claim(String by, int port, Change change) implements Wish {}

    /** To be forgotten; it must be at rest. */
    record Delete(String by, boolean keepLogs) implements Wish {}

    /**
     * What to run from now on.
     *
     * @param environment the variables of the sources that change, each source whole
     * @param port the port it is to have in place of its present one; null when that stays
     */
    record Change(
            ProcessSpec spec,
            Map<EnvSource, List<EnvVar>> environment,
            @Nullable NewPort port) {
        /** With the port it has. */
        public Change(ProcessSpec spec, Map<EnvSource, List<EnvVar>> environment) {
            this(spec, environment, null);
        }
    }

    /** A port and who said it. */
    record NewPort(int number, PortSource source) {}
}
