package dev.tetra.tsm.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process needs before it is run, and what is told of it.
 *
 * @param after each name once; of several of one name the last counts
 * @param on what is told of its events, each once
 */
public record OrderPolicy(List<Dependency> after, List<Hook> on) {
    /** Nothing of the kind. */
    public static final OrderPolicy NONE = new OrderPolicy(List.of(), List.of());

    public OrderPolicy {
        Map<String, Dependency> byName = new LinkedHashMap<>();
        after.forEach(dependency -> byName.put(dependency.name(), dependency));
        after = List.copyOf(byName.values());
        on = on.stream().distinct().toList();
    }
}
