package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.supervise.Wish;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How a definition differs from what a process ran, in words, with secrets masked. */
final class Differences {
    /** What follows from other differences, and need not be told twice. */
    private static final Set<String> FOLLOWS = Set.of("argv", "executable", "kind", "type", "script", "interpreter");

    private Differences() {}

    /**
     * A sentence for each difference.
     *
     * @param before the variables it has
     */
    static List<String> between(ManagedProcess process, List<EnvVar> before, Wish.Change change) {
        List<String> found = new ArrayList<>();
        Map<String, @Nullable Object> old = new TreeMap<>();
        Map<String, @Nullable Object> now = new TreeMap<>();
        values("", process.spec(), old);
        values("", change.spec(), now);
        boolean command =
                !Objects.equals(process.spec().command(), change.spec().command());
        if (command) {
            found.add("command: " + Secrets.maskCommand(change.spec().command()) + ", was "
                    + Secrets.maskCommand(process.spec().command()));
        } else if (!process.spec().argv().equals(change.spec().argv())
                || !process.spec().executable().equals(change.spec().executable())) {
            found.add("executed: "
                    + CommandWords.join(Secrets.maskWords(change.spec().argv())) + ", was "
                    + CommandWords.join(Secrets.maskWords(process.spec().argv())));
        }
        for (String name : now.keySet()) {
            if (!name.equals("command") && !FOLLOWS.contains(name) && !Objects.equals(old.get(name), now.get(name))) {
                found.add(called(name) + ": " + word(now.get(name)) + ", was " + word(old.get(name)));
            }
        }
        if (change.port() != null) {
            found.add("port: " + change.port().number() + ", was " + word(process.port()));
        }
        variables(before, change, found);
        return found.stream().map(d -> "changed " + d).toList();
    }

    private static void variables(List<EnvVar> before, Wish.Change change, List<String> found) {
        for (EnvSource source : List.of(EnvSource.FILE, EnvSource.OPTION)) {
            Map<String, String> old = named(before, source);
            Map<String, String> now = named(change.environment().getOrDefault(source, List.of()), source);
            Set<String> names = new TreeSet<>(old.keySet());
            names.addAll(now.keySet());
            names.removeIf(name -> Objects.equals(old.get(name), now.get(name)));
            if (!names.isEmpty()) {
                found.add((source == EnvSource.FILE ? "in the env file: " : "variables: ") + String.join(", ", names));
            }
        }
    }

    private static Map<String, String> named(List<EnvVar> variables, EnvSource source) {
        Map<String, String> named = new TreeMap<>();
        variables.stream().filter(v -> v.source() == source).forEach(v -> named.put(v.name(), v.value()));
        return named;
    }

    /** {@code stop.killTimeout} in words. */
    private static String called(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return last.equals("cwd")
                ? "folder"
                : last.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
    }

    private static String word(@Nullable Object value) {
        return switch (value) {
            case null -> "none";
            case Duration duration -> Durations.format(duration);
            default -> Secrets.maskLine(value.toString());
        };
    }

    /** Every component of a spec, and of the records in it, by name: so that none that is added later is forgotten. */
    private static void values(String within, Record record, Map<String, @Nullable Object> into) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value;
            try {
                value = component.getAccessor().invoke(record);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException(component + " cannot be read", e);
            }
            String name = within + component.getName();
            if (value instanceof Record inner && !(value instanceof Probe)) {
                values(name + ".", inner, into);
            } else {
                into.put(name, value);
            }
        }
    }
}
