package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.os.ProcessInfo;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process as it is shown.
 *
 * @param observed the ports its tree really listens on
 * @param uptime how long its present run lasts; null when it does not run
 * @param cpuPercent of one core; null when it does not run
 * @param memoryBytes of its whole tree; null when it does not run
 * @param tree the processes of its tree, the leader first
 * @param out the file of its stdout
 * @param err the file of its stderr
 */
public record View(
        ManagedProcess process,
        List<Observed> observed,
        @Nullable Duration uptime,
        @Nullable Double cpuPercent,
        @Nullable Long memoryBytes,
        List<ProcessInfo> tree,
        String out,
        String err) {

    /** True when it has a port and listens on other TCP ports only. */
    public boolean listensElsewhere() {
        return process.port() != null
                && observed.stream().anyMatch(o -> o.protocol().equals("tcp"))
                && observed.stream().noneMatch(o -> o.protocol().equals("tcp") && o.port() == process.port());
    }
}
