package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.model.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastHourTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    @TempDir
    Path folder;

    private static Sample sample(int minute, double cpu, long memory, int restarts) {
        return new Sample(1, 1, NOON.plusSeconds(60L * minute), cpu, memory, 1, restarts);
    }

    private static String text(Sample... samples) {
        Details text = new Details();
        LastHour.add(text, List.of(samples));
        return text.render(new Ansi(false));
    }

    @Test
    void a_bar_a_minute_and_a_blank_where_it_did_not_run() {
        assertEquals("""
                Last hour
                CPU:      ▁▄  █  min 0.0%, average 50.0%, max 100.0%
                Memory:   ▄▄  █  min 1.0 MB, average 1.3 MB, max 2.0 MB
                Restarts: 2 in this time
                """, text(sample(0, 0, 1 << 20, 3), sample(1, 50, 1 << 20, 3), sample(4, 100, 2 << 20, 5)));
    }

    @Test
    void what_does_next_to_nothing_looks_so_and_nothing_known_is_nothing_said() {
        assertTrue(text(sample(0, 0.1, 1, 0), sample(1, 0.2, 1, 0)).contains(" ▁▁ "));
        assertEquals("", text());
    }

    @Test
    void info_shows_the_samples_of_a_process() throws IOException {
        try (Desk desk = new Desk(folder)) {
            desk.tell("start", "--name", "web", "sleep 60");
            assertFalse(desk.tell("info", "web").out().contains("Last hour"));
            Instant now = Instant.now();
            desk.sampler.sample(now.minus(Duration.ofMinutes(1)));
            desk.sampler.sample(now);
            String text = desk.tell("info", "web").out();
            assertTrue(text.contains("Last hour\nCPU:"), text);
            String json = desk.tell("info", "web", "--json").out();
            assertEquals(2, json.split("\"processes\": 1", -1).length - 1, json);
            assertTrue(json.contains("\"samples\": ["), json);
        }
    }
}
