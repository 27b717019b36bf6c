package dev.tetra.tsm.ipc;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a channel is now.
 *
 * @param listening whether a client that connects to the path reaches the daemon
 * @param problem why it does not; null when it does
 * @param connections clients that are connected
 * @param app whether the program has a socket of its own beside it
 */
public record ChannelState(
        long processKey,
        Path path,
        boolean listening,
        @Nullable String problem,
        int connections,
        boolean app) {}
