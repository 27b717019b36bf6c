package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Percent;
import dev.tetra.tsm.command.render.Sparkline;
import dev.tetra.tsm.model.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a process used in the last hour, as bars, one a minute; a blank where it did not run. */
final class LastHour {
    /** A process that does next to nothing is to look so. */
    private static final double LEAST_CPU = 5;

    private LastHour() {}

    /** Adds it to a text; nothing if nothing is known yet. */
    static void add(Details text, List<Sample> samples) {
        if (samples.isEmpty()) {
            return;
        }
        text.title("Last hour")
                .add("CPU", line(samples, Sample::cpuPercent, LEAST_CPU, Percent::human))
                .add("Memory", line(samples, Sample::memoryBytes, 1, bytes -> Bytes.human((long) bytes)));
        int restarts = samples.getLast().restarts() - samples.getFirst().restarts();
        if (restarts > 0) {
            text.add("Restarts", restarts + " in this time");
        }
    }

    private static String line(
            List<Sample> samples, ToDoubleFunction<Sample> value, double least, DoubleFunction<String> inWords) {
        List<@Nullable Double> minutes = new ArrayList<>();
        Instant first = samples.getFirst().at();
        for (Sample sample : samples) {
            int minute = (int) (Duration.between(first, sample.at()).toSeconds() + 30) / 60;
            minutes.addAll(Collections.nCopies(Math.max(0, minute - minutes.size()), null));
            minutes.add(value.applyAsDouble(sample));
        }
        double min = samples.stream().mapToDouble(value).min().orElse(0);
        double max = samples.stream().mapToDouble(value).max().orElse(0);
        double average = samples.stream().mapToDouble(value).average().orElse(0);
        return Sparkline.of(minutes, Math.max(max, least)) + "  min " + inWords.apply(min) + ", average "
                + inWords.apply(average) + ", max " + inWords.apply(max);
    }
}
