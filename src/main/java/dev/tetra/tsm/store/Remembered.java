package dev.tetra.tsm.store;

import dev.tetra.tsm.model.ManagedProcess;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the database and holds as long as nothing is written there: the tracked processes, at which commands look
 * again and again and which seldom change, and which tables are empty, as those of options that few use are.
 *
 * <p>A transaction is counted once it is committed and before whoever asked for it hears of that. So what was read before the
 * count is never taken for newer than it is, and who has heard of a change reads it.
 */
final class Remembered {
    private record Known(long written, List<ManagedProcess> all, Map<Long, ManagedProcess> byKey) {}

    private record Look(long written, boolean empty) {}

    private final AtomicLong written = new AtomicLong();
    private final Map<String, AtomicLong> writtenTables = new ConcurrentHashMap<>();
    private final Map<String, Look> looks = new ConcurrentHashMap<>();
    /** Softly, as it is no more than a short cut. */
    private volatile SoftReference<Known> known = new SoftReference<>(null);

    /** A transaction is about to write a table for the first time: nobody is to rely any more on that being empty. */
    void writing(String table) {
        count(table);
    }

    /** A transaction that has written these tables is over. */
    void written(Set<String> tables) {
        tables.forEach(this::count);
        if (tables.stream().anyMatch(Writes::ofProcesses)) {
            written.incrementAndGet();
        }
    }

    private void count(String table) {
        if (table.equals(Writes.ANY)) {
            writtenTables.values().forEach(AtomicLong::incrementAndGet);
        } else {
            counter(table).incrementAndGet();
        }
    }

    private AtomicLong counter(String table) {
        return writtenTables.computeIfAbsent(table, name -> new AtomicLong());
    }

    /** All, read if need be. */
    List<ManagedProcess> all(Supplier<List<ManagedProcess>> read) {
        Known present = present();
        if (present != null) {
            return present.all();
        }
        // Before the look: what is committed meanwhile counts as not seen.
        long before = written.get();
        List<ManagedProcess> all = List.copyOf(read.get());
        Map<Long, ManagedProcess> byKey =
                all.stream().collect(Collectors.toMap(ManagedProcess::key, Function.identity()));
        known = new SoftReference<>(new Known(before, all, byKey));
        return all;
    }

    /** One, read if need be. */
    Optional<ManagedProcess> find(long key, Supplier<Optional<ManagedProcess>> read) {
        Known present = present();
        return present == null
                ? read.get()
                : Optional.ofNullable(present.byKey().get(key));
    }

    /** One of that name, read if need be. */
    Optional<ManagedProcess> named(String name, Supplier<Optional<ManagedProcess>> read) {
        Known present = present();
        return present == null
                ? read.get()
                : present.all().stream().filter(p -> p.name().equals(name)).findFirst();
    }

    private @Nullable Known present() {
        Known last = known.get();
        return last != null && last.written() == written.get() ? last : null;
    }

    /** Whether a table has no rows, looked at if need be. */
    boolean isEmpty(String table, BooleanSupplier look) {
        long before = counter(table).get();
        Look last = looks.get(table);
        if (last == null || last.written() != before) {
            last = new Look(before, look.getAsBoolean());
            looks.put(table, last);
        }
        return last.empty();
    }
}
