package dev.tetra.tsm.repl.top;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the daemon saw of all processes at one time, by ID. */
public record Look(Instant at, List<ProcessRow> rows) {
    public Look {
        rows = List.copyOf(rows);
    }

    /**
     * Reads a line of the daemon's.
     *
     * @throws IOException when it is none
     */
    public static Look parse(byte[] line) throws IOException {
        Map<String, @Nullable Object> look = JsonLine.parse(line);
        List<ProcessRow> rows = new ArrayList<>();
        if (look.get("processes") instanceof List<?> processes) {
            for (Object process : processes) {
                if (process instanceof Map<?, ?> fields) {
                    rows.add(row(fields));
                }
            }
        }
        return new Look(Instant.parse(text(look.get("at"))), rows);
    }

    private static ProcessRow row(Map<?, ?> fields) {
        Long uptime = number(fields.get("uptimeMs"));
        return new ProcessRow(
                count(fields.get("key")),
                (int) count(fields.get("id")),
                text(fields.get("name")),
                text(fields.get("namespace")),
                text(fields.get("status")),
                number(fields.get("pid")),
                text(fields.get("port")),
                (int) count(fields.get("restarts")),
                fields.get("cpuPercent") instanceof Number cpu ? Double.valueOf(cpu.doubleValue()) : null,
                number(fields.get("memoryBytes")),
                uptime == null ? null : Duration.ofMillis(uptime));
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static long count(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    private static @Nullable Long number(@Nullable Object value) {
        return value instanceof Number number ? Long.valueOf(number.longValue()) : null;
    }
}
