package dev.tetra.tsm.command;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Times for people: in the zone of the machine, to the second. */
final class Times {
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    private Times() {}

    /** Such as {@code 2026-01-02 03:04:05}. */
    static String local(Instant at) {
        return SECONDS.format(at.atZone(ZoneId.systemDefault()));
    }

    /** The same, and null for null. */
    static @Nullable String localOrNull(@Nullable Instant at) {
        return at == null ? null : local(at);
    }
}
