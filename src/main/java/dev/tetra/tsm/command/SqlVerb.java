package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.engine.Queries;
import dev.tetra.tsm.engine.Recipes;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Durations;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Read the state and the history by SQL.",
            "The views: processes, runs, ports, channels, services, events, commands, environments, restarts_by_day,"
                    + " availability and more; SELECT * FROM documentation says what is in them. Nothing can be changed.",
            "Without a query it is typed at a prompt, or read from stdin; each ends with ;."
        },
        exitCodeList = {"1:The query is wrong or failed.", "3:No such recipe.", "5:It took longer than --timeout."},
        footer = {
            "tsm sql 'SELECT name, status, restarts FROM processes'",
            "tsm sql --recipes                  # queries that come with tsm",
            "tsm sql --csv -f report.sql >report.csv",
            "tsm sql --url                      # for other programs, by JDBC"
        })
final class SqlVerb extends Verb {
    private static final int BUFFER = 1 << 16;
    private static final long LONGEST = 1 << 20;
    private static final Pattern VARIABLE = Pattern.compile("(?<![\\w@])@[A-Za-z_][A-Za-z0-9_]*");

    @Parameters(arity = "0..*", paramLabel = "SQL", description = "A query, or several with ; between them.")
    List<String> words = new ArrayList<>();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Run the queries in a file.")
    @Nullable
    String file;

    @Option(names = "--csv", description = "Print comma-separated values (RFC 4180).")
    boolean csv;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "How long the queries may take; 60s unless said.")
    String timeout = "60s";

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "What @NAME stands for in the queries; may be given several times.")
    List<String> settings = new ArrayList<>();

    @Option(names = "--recipe", paramLabel = "RECIPE", description = "Run a query that comes with tsm.")
    @Nullable
    String recipe;

    @Option(names = "--recipes", description = "List the queries that come with tsm.")
    boolean recipes;

    @Option(names = "--url", description = "Print how other programs can read the views, by JDBC.")
    boolean url;

    @Override
    int run(Context context) throws IOException {
        if (!check()) {
            context.terminal().client("sql");
            return 0;
        }
        Queries queries = context.engine().queries();
        if (url) {
            showAccess(context, queries.letIn());
        } else if (recipes) {
            list(context, queries.recipes().all());
        } else {
            String text = text(context, queries);
            int count = queries.count(text);
            Map<String, String> variables = variables(text);
            Duration atMost = Durations.parse(timeout, "--timeout");
            SqlResults results = new SqlResults(context, json ? SqlResults.As.JSON : as(), count);
            try {
                queries.run(text, variables, atMost, context.terminal()::onGone, results);
                results.end();
            } catch (ClientGone gone) {
                // nobody reads it any more
                return 0;
            }
        }
        return 0;
    }

    private SqlResults.As as() {
        return csv ? SqlResults.As.CSV : SqlResults.As.TABLE;
    }

    /** Whether it was said what to read; else it is typed by hand. */
    private boolean check() {
        List<String> said = new ArrayList<>();
        if (!words.isEmpty()) {
            said.add("SQL");
        }
        if (file != null) {
            said.add("--file");
        }
        if (recipe != null) {
            said.add("--recipe");
        }
        if (recipes) {
            said.add("--recipes");
        }
        if (url) {
            said.add("--url");
        }
        if (said.size() > 1) {
            throw new TsmException.Usage(
                    "tsm sql takes one of " + String.join(" and ", said) + ", not both", "leave one of them out");
        }
        if (json && csv) {
            throw new TsmException.Usage("tsm sql prints --json or --csv, not both", "leave one of them out");
        }
        return !said.isEmpty();
    }

    private String text(Context context, Queries queries) throws IOException {
        if (recipe != null) {
            return queries.recipes().named(recipe).sql();
        }
        if (file == null) {
            return String.join(" ", words);
        }
        Path path = Path.of(context.caller().cwd()).resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new TsmException.Failed(
                    (Files.exists(path) ? "it is no file: " : "there is no such file: ") + path,
                    "name a file of SQL, or write the query itself");
        }
        if (Files.size(path) > LONGEST) {
            throw new TsmException.Failed(path + " is larger than 1 MiB", "split it");
        }
        try {
            return RawText.decode(Files.readAllBytes(path));
        } catch (IOException e) {
            throw new TsmException.Failed("the file cannot be read: " + path, "look at its rights");
        }
    }

    private Map<String, String> variables(String text) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            String name = equals < 0 ? setting : setting.substring(0, equals);
            if (equals < 0 || !name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new TsmException.Usage(
                        "--set: '" + setting + "' is not NAME=VALUE",
                        "such as: --set name=web, for @name in the query");
            }
            if (!Pattern.compile("@\"?" + name + "\\b", Pattern.CASE_INSENSITIVE)
                    .matcher(text)
                    .find()) {
                throw new TsmException.Usage(
                        "--set: there is no @" + name + " in " + (recipe == null ? "the query" : "recipe " + recipe),
                        known(text));
            }
            variables.put(name, setting.substring(equals + 1));
        }
        return variables;
    }

    private static String known(String text) {
        String names = VARIABLE.matcher(text)
                .results()
                .map(found -> found.group().toLowerCase(Locale.ROOT))
                .distinct()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "nothing in it can be set; leave --set out" : "what can be set in it: " + names;
    }

    private void showAccess(Context context, Queries.Access access) {
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("url", access.url())
                            .field("user", access.user())
                            .field("password", access.password())
                            .field("offlineUrl", access.offlineUrl())));
            return;
        }
        context.out(new Details()
                .add("URL", access.url())
                .add("User", access.user())
                .add("Password", access.password())
                .add("While the daemon is down", access.offlineUrl())
                .render(context.ansi()));
    }

    private void list(Context context, List<Recipes.Recipe> all) {
        if (json) {
            context.terminal()
                    .document(Json.array(
                            all,
                            (document, one) -> document.field("name", one.name())
                                    .field("question", one.question())
                                    .field("sql", one.sql())));
            return;
        }
        Table table = new Table(Column.left("Recipe"), Column.left("Question").shortened());
        all.forEach(one -> table.row(Cell.of(one.name()), Cell.of(one.question())));
        context.out(table.render(context.terminal().width(), context.ansi()));
    }

    static OutputStream buffered(OutputStream out) {
        return new BufferedOutputStream(out, BUFFER);
    }
}
