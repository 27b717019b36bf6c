package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Words;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A port as {@code tsm doctor} shows it.
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param process the tracked process that it is reserved for, else the one that listens on it
 * @param listener the tracked process that listens on it; null when none does
 * @param pid who listens; null when nobody does or this user may not see who
 * @param home the other home whose tsm manages the listener; null when none does
 * @param elsewhere the TCP ports that the process listens on in place of this one, which is reserved for it
 */
public record PortRow(
        int port,
        String protocol,
        Status status,
        @Nullable ManagedProcess process,
        @Nullable ManagedProcess listener,
        @Nullable Long pid,
        String user,
        String command,
        @Nullable String home,
        List<String> addresses,
        List<Integer> elsewhere) {
    /** What a port is in. */
    public enum Status {
        /** Something listens on it. */
        USED,
        /** Something listens on it that is not the process it is reserved for. */
        TAKEN,
        /** Reserved for a process that runs and does not listen on it. */
        SILENT,
        /** Reserved for a process at rest. */
        RESERVED,
        /** Kept by {@code tsm ports claim}: only who names it gets it. */
        CLAIMED;

        /** The word shown to programs. */
        public String word() {
            return Words.of(this);
        }
    }

    public PortRow {
        addresses = List.copyOf(addresses);
        elsewhere = List.copyOf(elsewhere);
    }

    /** Whether a process of tsm's listens on it. */
    public boolean managed() {
        return listener != null && pid != null;
    }
}
