package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where an env file sets its variables, as far as its lines show that without running them. */
public final class EnvAssignments {
    private static final Set<String> BEFORE = Set.of("export", "declare", "typeset", "readonly");

    private EnvAssignments() {}

    /** By name, the lines from 1 which set it: {@code NAME=…}, {@code export NAME=… OTHER=…}; {@code NAME+=…} adds only. */
    public static Map<String, List<Integer>> lines(String text) {
        Map<String, List<Integer>> lines = new TreeMap<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            for (String word : assignments(line.strip())) {
                lines.computeIfAbsent(word.substring(0, word.indexOf('=')), name -> new ArrayList<>(1))
                        .add(number);
            }
        }
        return lines;
    }

    /** The names that one command sets, as bash shows it while it executes it. */
    public static Set<String> names(String command) {
        return assignments(command.strip()).stream()
                .map(word -> word.substring(0, word.indexOf('=')))
                .collect(Collectors.toSet());
    }

    private static List<String> assignments(String line) {
        List<String> found = new ArrayList<>();
        if (line.isEmpty() || line.startsWith("#")) {
            return found;
        }
        for (String word : words(line)) {
            if (CommandWords.isAssignment(word)) {
                found.add(word);
            } else if (!BEFORE.contains(word) && !(word.startsWith("-") && found.isEmpty())) {
                // A command of its own: what was before it is set for that command alone.
                return BEFORE.stream().anyMatch(line::startsWith) ? found : List.of();
            }
        }
        return found;
    }

    private static List<String> words(String line) {
        try {
            return CommandWords.split(line);
        } catch (TsmException.Usage e) {
            // A quote that goes on in the next line: what is before it counts.
            int quote = Math.max(line.indexOf('"'), line.indexOf('\''));
            return quote < 0 ? List.of() : List.of(line.substring(0, quote).split("\\s+"));
        }
    }
}
