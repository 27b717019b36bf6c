package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.View;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** {@code --sort FIELD}, and {@code -FIELD} for the other way round. Those without a value come last either way. */
final class Order {
    private Order() {}

    /**
     * The order by a field; those that are equal stay as they are.
     *
     * @throws dev.tetra.tsm.model.TsmException.Usage for a field that does not exist
     */
    static Comparator<View> by(String text) {
        boolean down = text.startsWith("-");
        ProcessFields.Field<View> field = ProcessFields.named(down ? text.substring(1) : text, "--sort");
        return (a, b) -> compare(field.value().of(a), field.value().of(b), down);
    }

    private static int compare(@Nullable Object a, @Nullable Object b, boolean down) {
        if (a == null || b == null) {
            return Boolean.compare(a == null, b == null);
        }
        int order = switch (a) {
            case Number number
            when b instanceof Number other -> Double.compare(number.doubleValue(), other.doubleValue());
            case Instant time when b instanceof Instant other -> time.compareTo(other);
            default -> ProcessFields.text(a).compareTo(ProcessFields.text(b));
        };
        return down ? -order : order;
    }
}
