package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.ProcessType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a start comes from, and what its service says that has no option.
 *
 * @param service the service's name; null for a command
 * @param type in place of what the command looks like
 * @param kind in place of what the command looks like
 * @param options the options that the user gave, as fields of a definition
 */
public record StartOrigin(
        @Nullable String service,
        @Nullable ProcessType type,
        @Nullable Kind kind,
        Map<String, String> options) {
    public StartOrigin {
        options = Map.copyOf(options);
    }

    /** The same of something that has no port, whatever it looks like. */
    public StartOrigin withoutPort() {
        return type == null ? new StartOrigin(service, ProcessType.PID, kind, options) : this;
    }

    /** A command with these options. */
    public static StartOrigin command(Map<String, String> options) {
        return new StartOrigin(null, null, null, options);
    }
}
