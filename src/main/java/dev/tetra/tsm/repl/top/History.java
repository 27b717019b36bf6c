package dev.tetra.tsm.repl.top;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What processes used at the last looks. Bounded: so many looks of those that were there at the last one. */
final class History {
    /** As many as fit on a wide screen. */
    static final int LOOKS = 60;

    private final Map<Long, Ring> rings = new HashMap<>();

    private static final class Ring {
        private final @Nullable Number[] cpu = new Number[LOOKS];
        private final @Nullable Number[] memory = new Number[LOOKS];
        private int count;

        void add(ProcessRow row) {
            cpu[count % LOOKS] = row.cpuPercent();
            memory[count % LOOKS] = row.memoryBytes();
            count++;
        }

        List<@Nullable Number> last(@Nullable Number[] ring, int wanted) {
            List<@Nullable Number> numbers = new ArrayList<>();
            for (int i = Math.max(0, count - Math.min(wanted, LOOKS)); i < count; i++) {
                numbers.add(ring[i % LOOKS]);
            }
            return numbers;
        }
    }

    void add(Look look) {
        rings.keySet().retainAll(look.rows().stream().map(ProcessRow::key).collect(Collectors.toSet()));
        look.rows()
                .forEach(row ->
                        rings.computeIfAbsent(row.key(), key -> new Ring()).add(row));
    }

    /** CPU at the last looks, oldest first; null where the process did not run. */
    List<@Nullable Number> cpu(long key, int looks) {
        Ring ring = rings.get(key);
        return ring == null ? List.of() : ring.last(ring.cpu, looks);
    }

    /** Memory at the last looks, oldest first; null where the process did not run. */
    List<@Nullable Number> memory(long key, int looks) {
        Ring ring = rings.get(key);
        return ring == null ? List.of() : ring.last(ring.memory, looks);
    }
}
