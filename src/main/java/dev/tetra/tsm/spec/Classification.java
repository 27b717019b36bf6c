package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.ProcessType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What sort of process a command becomes when nothing else is said.
 *
 * @param type what it is
 * @param defaultPort the pattern's port, or null where there is none or it comes from the range
 * @param hint the port written in the command, if there is one
 * @param pattern the pattern that decided, if one did
 */
public record Classification(
        ProcessType type, @Nullable Integer defaultPort, Optional<PortHint> hint, Optional<Pattern> pattern) {

    /** True when it needs a TCP port. */
    public boolean portRequired() {
        return type == ProcessType.PORT;
    }

    /** True when tsm gives it a control socket. */
    public boolean ipcEnabled() {
        return type == ProcessType.SOCKET;
    }

    /** What decided, in words. */
    public String decidedBy() {
        if (pattern.isPresent()) {
            return "pattern " + pattern.get().name() + " (" + pattern.get().origin() + ")";
        }
        return hint.map(h -> "the port in '" + h.text() + "'").orElse("no pattern fits");
    }
}
