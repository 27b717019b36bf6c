package dev.tetra.tsm.model;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events are wanted. What is null does not matter.
 *
 * @param processes only those of these processes, by key; or of one that had one of the {@code names}
 * @param names only those of a process that had one of these names at the time; or one of the {@code processes}
 * @param kinds only those of these kinds; never empty
 * @param since only those at this time or later
 * @param namespace only those of a process that was in this namespace at the time
 */
public record EventFilter(
        @Nullable Set<Long> processes,
        @Nullable Set<String> names,
        @Nullable Set<EventKind> kinds,
        @Nullable Instant since,
        @Nullable String namespace) {
    /** Every event. */
    public static final EventFilter ALL = new EventFilter(null, null, null, null);

    /** Of any namespace. */
    public EventFilter(
            @Nullable Set<Long> processes,
            @Nullable Set<String> names,
            @Nullable Set<EventKind> kinds,
            @Nullable Instant since) {
        this(processes, names, kinds, since, null);
    }

    public EventFilter {
        processes = processes == null ? null : Set.copyOf(processes);
        names = names == null ? null : Set.copyOf(names);
        kinds = kinds == null ? null : Set.copyOf(kinds);
    }

    /** Whether an event is wanted. */
    public boolean accepts(Event event) {
        return (kinds == null || kinds.contains(event.kind()))
                && (since == null || !event.at().isBefore(since))
                && (namespace == null || namespace.equals(event.namespace()))
                && isOfProcess(event);
    }

    private boolean isOfProcess(Event event) {
        if (processes == null && names == null) {
            return true;
        }
        Long process = event.processKey();
        String name = event.processName();
        return (processes != null && process != null && processes.contains(process))
                || (names != null && name != null && names.contains(name));
    }
}
