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
     * them.
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
        if (words.isEmpty()) {
            if (namespace == null) {
                throw new TsmException.Usage(
                        "no process was named", "give a name, an ID, a port, a pid, all, or -n NAMESPACE");
            }
            if (pool.isEmpty()) {
                throw noNamespace(namespace, all);
            }
            return pool;
        }
        List<C> found = new ArrayList<>();
        Set<Long> keys = new LinkedHashSet<>();
        for (String word : words) {
            for (C candidate : one(word, pool, order)) {
                if (keys.add(candidate.key())) {
                    found.add(candidate);
                }
            }
        }
        return List.copyOf(found);
    }

    private static <C extends Candidate> List<C> one(String word, List<C> pool, NumberOrder order) {
        if (word.equals(ALL)) {
            return pool;
        }
        int colon = word.indexOf(':');
        if (colon > 0 && PREFIXES.contains(word.substring(0, colon))) {
            return prefixed(word, word.substring(0, colon), word.substring(colon + 1), pool);
        }
        List<C> fits = named(word, pool);
        if (fits.isEmpty() && NUMBER.matcher(word).matches()) {
            fits = numbered(Long.parseLong(word), pool, order);
        }
        return checked(word, fits.isEmpty() ? partlyNamed(word, pool) : fits, pool);
    }

    private static <C extends Candidate> List<C> prefixed(String word, String prefix, String value, List<C> pool) {
        if (prefix.equals("name")) {
            List<C> fits = named(value, pool);
            return checked(word, fits.isEmpty() ? partlyNamed(value, pool) : fits, pool);
        }
        if (!NUMBER.matcher(value).matches()) {
            throw new TsmException.Usage(
                    "'" + word + "': '" + value + "' is no number", "write a number after " + prefix + ":");
        }
        long number = Long.parseLong(value);
        return checked(
                word,
                switch (prefix) {
                    case "id" -> only(pool, c -> c.id() == number);
                    case "port" -> only(pool, c -> hasPort(c, number));
                    default -> only(pool, c -> c.hasPid(number));
                },
                pool);
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
        List<C> full = only(pool, c -> c.name().equals(name));
        if (full.isEmpty()) {
            full = only(pool, c -> name.equals(c.group()));
        }
        // Who said --name api has api-8000, and means that by api, whatever else has an api in its name.
        return full.isEmpty()
                ? only(pool, c -> c.ports().stream().anyMatch(port -> c.name().equals(name + "-" + port)))
                : full;
    }

    private static <C extends Candidate> List<C> partlyNamed(String word, List<C> pool) {
        return word.isEmpty() ? List.of() : only(pool, c -> ("-" + c.name() + "-").contains("-" + word + "-"));
    }

    private static <C extends Candidate> List<C> only(List<C> pool, Predicate<C> test) {
        return pool.stream().filter(test).toList();
    }

    private static <C extends Candidate> List<C> checked(String word, List<C> fits, List<C> pool) {
        if (fits.isEmpty()) {
            throw notFound(word, pool);
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
