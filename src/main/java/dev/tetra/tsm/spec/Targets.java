package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the processes that the words of a command mean (SPEC 2). */
public final class Targets {
    /** The word for every process. */
    public static final String ALL = "all";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final List<String> PREFIXES = List.of("id", "name", "port", "pid");

    /** A process that may be meant. Two candidates are the same process when their keys are equal. */
    public interface Candidate {
        long key();

        int id();

        String name();

        String namespace();

        /** The name it shares with other instances; null when it shares none. */
        default @Nullable String group() {
            return null;
        }

        /** The port reserved for it and those it was seen to listen on. */
        Collection<Integer> ports();

        /** True for a pid of its tree. Asked only when the word is no ID and no port. */
        boolean hasPid(long pid);
    }

    /** What a bare number means first. */
    public enum NumberOrder {
        /** ID, port, pid. */
        ID_FIRST,
        /** Port, ID, pid: for {@code kill}. */
        PORT_FIRST
    }

    private Targets() {}

    /**
     * The processes that the words mean, each once, in the order of the words and within a word by ID.
     *
     * <p>A word is {@code all}, a number, a name, part of a name, or one of {@code id: name: port: pid:} and a value. A
     * name given in full always counts, then the name that instances share, which means all of them, then a name given in
     * full but for its port. Else a word fits a name whose parts between dashes contain the word's own parts side by side:
     * {@code my-api} fits {@code my-api-worker} and {@code old-my-api}. What fits instances of one name alone means all of
     * them. A bare number is never part of a name.
     *
     * @param namespace only processes of this namespace count; without words, all of them
     * @throws TsmException.Usage when there is neither a word nor a namespace, or a prefix has no sensible value
     * @throws TsmException.Ambiguous when a word fits several processes
     * @throws TsmException.NotFound when a word fits none, or the namespace is empty
     */
    public static <C extends Candidate> List<C> resolve(
            List<String> words, @Nullable String namespace, Collection<C> all, NumberOrder order) {
        List<C> pool = all.stream()
                .filter(c -> namespace == null || c.namespace().equals(namespace))
                .sorted((a, b) -> Integer.compare(a.id(), b.id()))
                .toList();
        if (words.isEmpty() && namespace == null) {
            throw new TsmException.Usage(
                    "no process was named", "give a name, an ID, a port, a pid, all, or -n NAMESPACE");
        }
        if (namespace != null && pool.isEmpty() && (words.isEmpty() || words.contains(ALL))) {
            throw noNamespace(namespace, all);
        }
        if (words.isEmpty()) {
            return pool;
        }
        List<C> found = new ArrayList<>();
        Set<Long> keys = new LinkedHashSet<>();
        for (String word : words) {
            for (C candidate : word.equals(ALL) ? pool : one(word, namespace, pool, all, order)) {
                if (keys.add(candidate.key())) {
                    found.add(candidate);
                }
            }
        }
        return List.copyOf(found);
    }

    private static <C extends Candidate> List<C> one(
            String word, @Nullable String namespace, List<C> pool, Collection<C> all, NumberOrder order) {
        List<C> fits = fitting(word, pool, order);
        if (fits.isEmpty()) {
            throw namespace == null
                    ? notFound(word, pool)
                    : notThere(word, namespace, pool, fitting(word, List.copyOf(all), order));
        }
        if (fits.size() > 1 && !oneGroup(fits)) {
            String both =
                    fits.stream().map(c -> c.name() + " (ID " + c.id() + ")").collect(Collectors.joining(", "));
            throw new TsmException.Ambiguous(
                    "'" + word + "' fits " + fits.size() + " processes: " + both,
                    "use the full name or the ID: id:" + fits.getFirst().id());
        }
        return fits;
    }

    private static <C extends Candidate> List<C> fitting(String word, List<C> pool, NumberOrder order) {
        int colon = word.indexOf(':');
        if (colon > 0 && PREFIXES.contains(word.substring(0, colon))) {
            return prefixed(word, word.substring(0, colon), word.substring(colon + 1), pool);
        }
        if (NUMBER.matcher(word).matches()) {
            List<C> fits = numbered(Long.parseLong(word), pool, order);
            // What was an ID or a pid once must not hit a process that has the number in its name.
            return fits.isEmpty() ? namedInFull(word, pool) : fits;
        }
        return named(word, pool);
    }

    private static <C extends Candidate> List<C> prefixed(String word, String prefix, String value, List<C> pool) {
        if (prefix.equals("name")) {
            return named(value, pool);
        }
        if (!NUMBER.matcher(value).matches()) {
            throw new TsmException.Usage(
                    "'" + word + "': '" + value + "' is no number", "write a number after " + prefix + ":");
        }
        long number = Long.parseLong(value);
        return switch (prefix) {
            case "id" -> only(pool, c -> c.id() == number);
            case "port" -> only(pool, c -> hasPort(c, number));
            default -> only(pool, c -> c.hasPid(number));
        };
    }

    private static <C extends Candidate> List<C> numbered(long number, List<C> pool, NumberOrder order) {
        List<C> byId = only(pool, c -> c.id() == number);
        List<C> byPort = only(pool, c -> hasPort(c, number));
        List<C> first = order == NumberOrder.ID_FIRST ? byId : byPort;
        List<C> second = order == NumberOrder.ID_FIRST ? byPort : byId;
        if (!first.isEmpty()) {
            return first;
        }
        return second.isEmpty() ? only(pool, c -> c.hasPid(number)) : second;
    }

    private static boolean hasPort(Candidate candidate, long port) {
        return port <= 65_535 && candidate.ports().contains((int) port);
    }

    private static <C extends Candidate> List<C> named(String name, List<C> pool) {
        List<C> full = namedInFull(name, pool);
        if (full.isEmpty()) {
            // Who said --name api has api-8000, and means that by api, whatever else has an api in its name.
            full = only(pool, c -> c.ports().stream().anyMatch(port -> c.name().equals(name + "-" + port)));
        }
        return full.isEmpty() && !name.isEmpty()
                ? only(pool, c -> ("-" + c.name() + "-").contains("-" + name + "-"))
                : full;
    }

    private static <C extends Candidate> List<C> namedInFull(String name, List<C> pool) {
        List<C> full = only(pool, c -> c.name().equals(name));
        return full.isEmpty() ? only(pool, c -> name.equals(c.group())) : full;
    }

    private static <C extends Candidate> List<C> only(List<C> pool, Predicate<C> test) {
        return pool.stream().filter(test).toList();
    }

    private static <C extends Candidate> boolean oneGroup(List<C> fits) {
        String group = fits.getFirst().group();
        return group != null && fits.stream().allMatch(c -> group.equals(c.group()));
    }

    private static <C extends Candidate> TsmException.NotFound notFound(String word, List<C> pool) {
        Map<String, String> names = new LinkedHashMap<>();
        pool.forEach(c -> names.put(c.name(), c.name()));
        pool.forEach(c -> {
            String group = c.group();
            if (group != null) {
                names.putIfAbsent(group, group);
            }
        });
        for (C candidate : pool) {
            for (String part : candidate.name().split("-", -1)) {
                names.putIfAbsent(part, candidate.name());
            }
        }
        Optional<String> near = Nearest.to(word, names.keySet()).map(names::get);
        return new TsmException.NotFound(
                "no process '" + word + "'",
                near.map(name -> "did you mean '" + name + "'? ").orElse("") + "'tsm list all' shows every process");
    }

    /** Nothing in the namespace is meant; most often it is in another, or the namespace is a slip. */
    private static <C extends Candidate> TsmException.NotFound notThere(
            String word, String namespace, List<C> pool, List<C> elsewhere) {
        TsmException.NotFound none = notFound(word, pool);
        String where = elsewhere.stream()
                .map(c -> c.name() + " is in namespace '" + c.namespace() + "'")
                .collect(Collectors.joining(", "));
        return new TsmException.NotFound(
                none.getMessage() + " in namespace '" + namespace + "'", where.isEmpty() ? none.hint() : where);
    }

    private static <C extends Candidate> TsmException.NotFound noNamespace(String namespace, Collection<C> all) {
        Set<String> names = all.stream().map(Candidate::namespace).collect(Collectors.toSet());
        return new TsmException.NotFound(
                "no process is in the namespace '" + namespace + "'",
                Nearest.to(namespace, names)
                                .map(name -> "did you mean '" + name + "'? ")
                                .orElse("")
                        + "'tsm list all' shows every process");
    }
}
