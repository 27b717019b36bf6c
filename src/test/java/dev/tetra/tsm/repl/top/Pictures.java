package dev.tetra.tsm.repl.top;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jline.utils.AttributedString;

/** Looks and what is painted of them. */
final class Pictures {
    static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    private Pictures() {}

    static ProcessRow row(int id, String name, String status, double cpu, long memory) {
        boolean runs = !status.equals("stopped") && !status.equals("errored");
        return new ProcessRow(
                100 + id,
                id,
                name,
                "default",
                status,
                runs ? Long.valueOf(4000 + id) : null,
                runs ? "80" + (10 + id) : "-",
                id,
                runs ? Double.valueOf(cpu) : null,
                runs ? Long.valueOf(memory) : null,
                runs ? Duration.ofMinutes(90 + id) : null);
    }

    static Look look(ProcessRow... rows) {
        return new Look(NOON, List.of(rows));
    }

    static Look many(int count) {
        List<ProcessRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(row(i, "worker-" + i, "online", i % 10, (long) i << 20));
        }
        return new Look(NOON, rows);
    }

    static TopModel model() {
        return new TopModel(Order.USUAL, false, "");
    }

    static TopModel model(Look look) {
        TopModel model = model();
        model.look(look);
        return model;
    }

    static void types(TopModel model, String text) {
        text.codePoints().forEach(c -> model.key(Key.CHARACTER, Character.toString(c)));
    }

    static List<AttributedString> lines(TopModel model, int columns, int rows) {
        return new Frame(model, rows, columns, true, ZoneOffset.UTC).lines();
    }

    static String text(TopModel model, int columns, int rows) {
        return lines(model, columns, rows).stream()
                .map(line -> line.toString().stripTrailing() + "\n")
                .collect(Collectors.joining());
    }
}
