package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.RowSink;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import dev.tetra.tsm.store.Auditor;
import dev.tetra.tsm.store.SqlProblem;
import dev.tetra.tsm.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The use cases of {@code tsm sql}: reading the views, and letting other programs do so. */
public final class Queries {
    private final Store store;
    private final Recipes recipes = new Recipes();

    Queries(Store store) {
        this.store = store;
    }

    /** Queries that come with tsm. */
    public Recipes recipes() {
        return recipes;
    }

    /** How many statements a text has. */
    public int count(String text) {
        return Auditor.statements(text).size();
    }

    /**
     * Runs the queries of a text and gives their rows, when all of them have succeeded.
     *
     * @param variables what {@code @NAME} stands for in them
     * @param atMost how long they may take
     * @param cancelWith hears how to cancel them
     * @param sinks asked once for each query, in order
     * @throws TsmException saying what is wrong where; no sink was asked for then
     * @throws IOException from a sink
     */
    public void run(
            String text,
            Map<String, String> variables,
            Duration atMost,
            Consumer<Runnable> cancelWith,
            Supplier<? extends RowSink> sinks)
            throws IOException {
        List<String> statements = Auditor.statements(text);
        if (statements.isEmpty()) {
            throw new TsmException.Usage(
                    "there is no SQL in it", "such as: tsm sql 'SELECT name, status FROM processes'");
        }
        try {
            store.auditor().read(statements, variables, atMost, cancelWith, sinks);
        } catch (SqlProblem problem) {
            throw inWords(problem, text, statements, atMost);
        }
    }

    /**
     * How other programs read the views.
     *
     * @param url while the daemon runs
     * @param offlineUrl while it does not
     */
    public record Access(String url, String user, String password, String offlineUrl) {}

    /** Lets other programs in, on loopback, until the daemon ends. */
    public Access letIn() {
        Store.Access access = store.letIn();
        return new Access(access.url(), access.user(), access.password(), access.offlineUrl());
    }

    private TsmException inWords(SqlProblem problem, String text, List<String> statements, Duration atMost) {
        String message = problem.getMessage() + place(problem, text, statements);
        return switch (problem.kind()) {
            case SYNTAX -> new TsmException.Usage(message, "docs/sql.md has examples; tsm sql --recipes lists queries");
            case NO_SUCH_VIEW -> new TsmException.Usage(message, views(problem));
            case NO_SUCH_COLUMN -> new TsmException.Usage(message, columns(problem, statements));
            case FORBIDDEN ->
                new TsmException.Failed(
                        "tsm sql reads the views and can do nothing else: " + message,
                        "the views: " + String.join(", ", store.views().keySet()));
            case CANCELLED ->
                new TsmException.TimedOut(
                        "the query took longer than " + atMost.toSeconds() + " s and was ended",
                        "ask for less, or give it more time: --timeout 10m");
            case MEMORY ->
                new TsmException.Failed(
                        message + " and was ended",
                        "read fewer rows at once; large results are fine, but not what is gathered in one value or group");
            case DATA -> new TsmException.Failed(message, "");
        };
    }

    private static String place(SqlProblem problem, String text, List<String> statements) {
        if (problem.offset() < 0) {
            return "";
        }
        int from = 0;
        for (int i = 0; i < problem.statement(); i++) {
            from = text.indexOf(statements.get(i), from) + statements.get(i).length();
        }
        int at = text.indexOf(statements.get(problem.statement()), from) + problem.offset();
        String before = text.substring(0, Math.clamp(at, 0, text.length()));
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.length() - before.lastIndexOf('\n');
        return " (line " + line + ", column " + column + ")";
    }

    private String views(SqlProblem problem) {
        Collection<String> views = store.views().keySet();
        return nearest(problem, views) + "the views: " + String.join(", ", views);
    }

    private String columns(SqlProblem problem, List<String> statements) {
        String sql = statements.get(problem.statement()).toLowerCase(Locale.ROOT);
        Map<String, List<String>> views = store.views();
        List<String> used = new ArrayList<>(views.keySet().stream()
                .filter(view -> sql.matches("(?s).*\\b" + view + "\\b.*"))
                .toList());
        TreeSet<String> columns = new TreeSet<>();
        used.forEach(view -> columns.addAll(views.getOrDefault(view, List.of())));
        String listed = used.size() == 1
                ? used.getFirst() + " has: " + String.join(", ", views.getOrDefault(used.getFirst(), List.of()))
                : "SELECT * FROM documentation says which columns there are";
        return nearest(problem, columns) + listed;
    }

    private static String nearest(SqlProblem problem, Collection<String> names) {
        return Optional.ofNullable(problem.name())
                .flatMap(name -> Nearest.to(name.toLowerCase(Locale.ROOT), names))
                .map(name -> "did you mean " + name + "?  ")
                .orElse("");
    }
}
