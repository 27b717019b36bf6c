package dev.tetra.tsm.command.render;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers as a row of bars, a character each. */
public final class Sparkline {
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private Sparkline() {}

    /**
     * A bar for each number, of the height that its part of {@code full} has; a blank where there is none.
     *
     * @param full what the highest bar stands for; above 0
     */
    public static String of(List<? extends @Nullable Number> numbers, double full) {
        StringBuilder bars = new StringBuilder(numbers.size());
        for (Number number : numbers) {
            bars.append(number == null ? ' ' : bar(number.doubleValue() / full));
        }
        return bars.toString();
    }

    private static char bar(double part) {
        int level = (int) Math.ceil(part * BARS.length()) - 1;
        return BARS.charAt(Math.clamp(level, 0, BARS.length() - 1));
    }
}
