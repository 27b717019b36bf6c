package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;

/** Completes the names of views and columns, which the daemon is asked for once, and the usual words of SQL. */
final class SqlNames implements Completer {
    private static final String QUESTION = """
            SELECT LOWER(table_name), LOWER(column_name) FROM information_schema.columns
            WHERE table_schema = 'PUBLIC' ORDER BY 1, 2
            """.strip();

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
        for (Candidate name : names()) {
            candidates.add(name);
        }
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
        List<Candidate> all = new ArrayList<>();
        TreeSet<String> views = new TreeSet<>();
        TreeSet<String> columns = new TreeSet<>();
        for (String row : rows) {
            String[] cells = row.replace("\"", "").split(",", -1);
            if (cells.length == 2) {
                views.add(cells[0]);
                columns.add(cells[1]);
            }
        }
        columns.removeAll(views);
        views.forEach(view -> all.add(new Candidate(view, view, null, "view", null, null, true)));
        columns.forEach(column -> all.add(new Candidate(column, column, null, "column", null, null, true)));
        return all;
    }
}
