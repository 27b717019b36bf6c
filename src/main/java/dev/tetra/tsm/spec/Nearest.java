package dev.tetra.tsm.spec;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Suggests what a mistyped word may have meant. */
public final class Nearest {
    private Nearest() {}

    /**
     * The candidate that differs least from the word: by at most a third of its letters (at least one), ignoring case,
     * where a swap of neighbours counts as one change. Of equally near ones the first in alphabetical order.
     */
    public static Optional<String> to(String word, Collection<String> candidates) {
        return among(word, candidates, 1).stream().findFirst();
    }

    /** The nearest candidates, at most {@code limit}, nearest first. */
    public static List<String> among(String word, Collection<String> candidates, int limit) {
        record Scored(String name, int distance) {}
        int most = Math.max(1, word.length() / 3);
        String wanted = word.toLowerCase(Locale.ROOT);
        return candidates.stream()
                .distinct()
                .filter(c -> !c.isEmpty() && Math.abs(c.length() - word.length()) <= most)
                .map(c -> new Scored(c, distance(wanted, c.toLowerCase(Locale.ROOT))))
                .filter(s -> s.distance() <= most && s.distance() < Math.max(word.length(), 2))
                .sorted(Comparator.comparingInt(Scored::distance).thenComparing(Scored::name))
                .limit(limit)
                .map(Scored::name)
                .toList();
    }

    /** The restricted Damerau–Levenshtein distance: insertions, deletions, replacements, swaps of neighbours. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
