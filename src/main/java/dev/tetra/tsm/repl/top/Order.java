package dev.tetra.tsm.repl.top;

import dev.tetra.tsm.model.TsmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the table is ordered by.
 *
 * @param reversed the other way round than is usual for the column: names go up, amounts go down
 */
public record Order(By by, boolean reversed) {
    /** By ID, as the daemon lists. */
    public static final Order USUAL = new Order(By.ID, false);

    /** The columns. */
    public enum By {
        ID,
        NAME,
        PORT,
        STATUS,
        RESTARTS,
        CPU,
        MEMORY,
        UPTIME;

        /** Whether small values usually come first. */
        private boolean up() {
            return switch (this) {
                case ID, NAME, PORT, STATUS -> true;
                case RESTARTS, CPU, MEMORY, UPTIME -> false;
            };
        }

        private Comparator<ProcessRow> comparator() {
            return switch (this) {
                case ID -> Comparator.comparingInt(ProcessRow::id);
                case NAME -> Comparator.comparing(ProcessRow::name);
                case PORT -> Comparator.comparingLong(row -> leadingNumber(row.port()));
                case STATUS -> Comparator.comparing(ProcessRow::status);
                case RESTARTS -> Comparator.comparingInt(ProcessRow::restarts);
                case CPU -> Comparator.comparingDouble(row -> orLeast(row.cpuPercent()));
                case MEMORY -> Comparator.comparingDouble(row -> orLeast(row.memoryBytes()));
                case UPTIME ->
                    Comparator.comparingDouble(row ->
                            orLeast(row.uptime() == null ? null : row.uptime().toMillis()));
            };
        }

        private static double orLeast(@Nullable Number number) {
            return number == null ? -1 : number.doubleValue();
        }

        private static long leadingNumber(String text) {
            String digits = text.replaceFirst("^\\(?([0-9]*).*", "$1");
            return digits.isEmpty() ? Long.MAX_VALUE : Long.parseLong(digits);
        }
    }

    /**
     * Reads the name of a column, with {@code -} before it for the other way round.
     *
     * @throws TsmException.Usage when there is no such column
     */
    public static Order parse(String text) {
        boolean reversed = text.startsWith("-");
        String name = reversed ? text.substring(1) : text;
        return Arrays.stream(By.values())
                .filter(by -> by.name().equalsIgnoreCase(name))
                .findFirst()
                .map(by -> new Order(by, reversed))
                .orElseThrow(() -> new TsmException.Usage(
                        "--sort: tsm top has no column '" + name + "' to order by",
                        "one of "
                                + Arrays.stream(By.values())
                                        .map(by -> by.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", "))));
    }

    /** By the column so many further to the right, around the end. */
    Order moved(int columns) {
        List<By> all = List.of(By.values());
        return new Order(all.get(Math.floorMod(all.indexOf(by) + columns, all.size())), false);
    }

    /** The same column the other way round. */
    Order turned() {
        return new Order(by, !reversed);
    }

    /** Whether small values come first. */
    boolean ascending() {
        return by.up() != reversed;
    }

    /** The order; those that are equal by ID. */
    Comparator<ProcessRow> comparator() {
        Comparator<ProcessRow> one =
                ascending() ? by.comparator() : by.comparator().reversed();
        return one.thenComparingInt(ProcessRow::id);
    }
}
