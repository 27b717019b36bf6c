package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;

/** Completes the names of views and columns, which the daemon is asked for once, and the usual words of SQL. */
final class SqlNames implements Completer {
    private static final String QUESTION =
            "SELECT view_name, column_name, text FROM documentation ORDER BY view_name, position";

    private static final List<String> WORDS = List.of(
            "select",
            "distinct",
            "from",
            "where",
            "and",
            "or",
            "not",
            "in",
            "is",
            "null",
            "like",
            "between",
            "exists",
            "join",
            "left",
            "on",
            "group",
            "by",
            "having",
            "order",
            "asc",
            "desc",
            "limit",
            "offset",
            "union",
            "all",
            "as",
            "case",
            "when",
            "then",
            "else",
            "end",
            "count",
            "sum",
            "avg",
            "min",
            "max",
            "with");

    private final DaemonLink link;
    private @Nullable List<Candidate> names;

    SqlNames(DaemonLink link) {
        this.link = link;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        String word = line.word();
        boolean upper = !word.isEmpty() && word.equals(word.toUpperCase(Locale.ROOT));
        candidates.addAll(names());
        for (String known : WORDS) {
            candidates.add(new Candidate(upper ? known.toUpperCase(Locale.ROOT) : known));
        }
    }

    private List<Candidate> names() {
        if (names == null) {
            Gathering answer = new Gathering(link.caller());
            Optional<Outcome> outcome = link.runIfThere(List.of("sql", "--csv", QUESTION), answer);
            if (outcome.isEmpty() || outcome.get().code() != 0) {
                return List.of(); // perhaps next time
            }
            names = candidates(answer.text().lines().skip(1).toList());
        }
        return names;
    }

    private static List<Candidate> candidates(List<String> rows) {
        Map<String, Candidate> all = new TreeMap<>();
        for (String row : rows) {
            String[] cells = row.split(",", 3);
            if (cells.length == 3) {
                all.put(cells[0], candidate(cells[0], "view"));
                all.putIfAbsent(cells[1], candidate(cells[1], cells[2].replace("\"", "")));
            }
        }
        return List.copyOf(all.values());
    }

    private static Candidate candidate(String word, String description) {
        return new Candidate(word, word, null, description, null, null, true);
    }
}
