package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Glob;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code --filter FIELD=VALUE} and {@code FIELD!=VALUE}, where {@code *} in a value stands for anything. Several filters
 * must all hold, but of several values for the same field one is enough.
 */
final class Filters {
    private static final String OPTION = "--filter";

    private record Filter(ProcessFields.Field<View> field, String glob, boolean wanted) {
        boolean fits(View view) {
            Object value = field.value().of(view);
            if (value instanceof Collection<?> items) {
                return items.stream().anyMatch(item -> Glob.matches(glob, String.valueOf(item)));
            }
            return Glob.matches(glob, ProcessFields.text(value));
        }
    }

    private final List<Filter> filters;

    private Filters(List<Filter> filters) {
        this.filters = filters;
    }

    /**
     * Reads them.
     *
     * @throws TsmException.Usage for one that is none, and for a field that does not exist
     */
    static Filters parse(List<String> texts) {
        return new Filters(texts.stream().map(Filters::filter).toList());
    }

    /** Whether one of them is about this field. */
    boolean mention(String field) {
        return filters.stream().anyMatch(filter -> filter.field().name().equals(field));
    }

    /** Whether there is none. */
    boolean isEmpty() {
        return filters.isEmpty();
    }

    /** Whether a process passes. */
    boolean pass(View view) {
        if (filters.stream().anyMatch(filter -> !filter.wanted() && filter.fits(view))) {
            return false;
        }
        Map<String, Boolean> byField = filters.stream()
                .filter(Filter::wanted)
                .collect(Collectors.toMap(
                        filter -> filter.field().name(),
                        filter -> filter.fits(view),
                        (one, other) -> one || other,
                        LinkedHashMap::new));
        return byField.values().stream().allMatch(fits -> fits);
    }

    private static Filter filter(String text) {
        int equals = text.indexOf('=');
        boolean not = equals > 0 && text.charAt(equals - 1) == '!';
        int end = not ? equals - 1 : equals;
        if (end <= 0) {
            throw new TsmException.Usage(
                    OPTION + ": '" + text + "' is no filter", "write FIELD=VALUE, such as status=online or name=web*");
        }
        return new Filter(ProcessFields.named(text.substring(0, end), OPTION), text.substring(equals + 1), !not);
    }
}
