package dev.tetra.tsm.model;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A named definition from which processes are started.
 *
 * @param fields the fields that were set, by name ({@code SERVICE_…}), in order of name; a field that is not set is missing
 * @param fileHash the SHA-256 of the file it was read from, in hex; null when it was added by a command
 * @param enabled whether it starts with the daemon
 */
public record Service(
        long key,
        String name,
        Map<String, String> fields,
        @Nullable String fileHash,
        boolean enabled,
        Instant createdAt,
        Instant changedAt) {
    public Service {
        fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    }

    /** Whether it follows a file in {@code services-available}. */
    public boolean fromFile() {
        return fileHash != null;
    }
}
