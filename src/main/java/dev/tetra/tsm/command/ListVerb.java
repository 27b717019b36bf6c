package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Overview;
import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "List what runs, all processes, or the services.",
            "Port: 8000 was given to it; 8000≠3000 was given 8000, but listens on 3000; (3000) was given"
                    + " none, but listens on 3000. Fields have the names of --json."
        },
        footer = {
            "tsm list",
            "tsm list all --sort -memoryBytes",
            "tsm list --filter status=online --filter 'name=web*'",
            "tsm list --format '{id} {name} {port}'",
            "tsm list available                       # the services"
        })
final class ListVerb extends Verb {
    private static final String AVAILABLE = "available";
    private static final List<String> KNOWN = List.of("all", AVAILABLE);

    @Parameters(
            arity = "0..1",
            paramLabel = "all|available",
            description = "all: also those at rest; available: the services.")
    @Nullable
    String which;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Only processes of this namespace.")
    @Nullable
    String namespace;

    @Option(
            names = {"-q", "--quiet"},
            description = "Only the names.")
    boolean quiet;

    @Option(
            names = "--format",
            paramLabel = "TEMPLATE",
            description = "A line for each by a template, such as '{id} {name} {port}'.")
    @Nullable
    String format;

    @Option(names = "--sort", paramLabel = "FIELD", description = "Order by a field; -FIELD: the largest first.")
    @Nullable
    String sort;

    @Option(
            names = "--filter",
            paramLabel = "FIELD=VALUE",
            description = "Only those, such as status=online, name=web* or type!=pid; may be repeated. With a status"
                    + " those at rest are looked at too.")
    List<String> filter = new ArrayList<>();

    @Override
    void configure(CommandLine line) {
        // --sort -name is a field in descending order, not the option -n
        line.setAllowOptionsAsOptionParameters(true);
    }

    @Override
    int run(Context context) {
        check();
        if (AVAILABLE.equals(which)) {
            ServiceViews.list(context, json, quiet);
            return 0;
        }
        Filters filters = Filters.parse(filter);
        @Nullable Format template = format == null ? null : new Format(format);
        boolean all = which != null || filters.mention("status");
        Overview overview = context.engine().overview();
        boolean namesAlone = quiet && filters.isEmpty() && sort == null;
        List<View> tracked = (namesAlone ? overview.known() : overview.all())
                .stream()
                        .filter(view -> namespace == null
                                || view.process().spec().namespace().equals(namespace))
                        .toList();
        Stream<View> chosen = tracked.stream()
                .filter(view -> all || !view.process().status().settled())
                .filter(filters::pass);
        List<View> views = (sort == null ? chosen : chosen.sorted(Order.by(sort))).toList();
        if (json) {
            context.terminal().document(Json.array(views, ProcessJson::process));
        } else if (quiet) {
            views.forEach(view -> context.out(Visible.line(view.process().name()) + "\n"));
        } else if (template != null) {
            views.forEach(view -> context.out(template.line(view)));
        } else if (views.isEmpty()) {
            context.note(none(tracked.size(), all, filters));
        } else {
            context.out(ProcessTable.of(views, severalNamespaces(tracked))
                    .render(context.terminal().width(), context.ansi()));
        }
        return 0;
    }

    private static boolean severalNamespaces(List<View> views) {
        return views.stream()
                        .map(view -> view.process().spec().namespace())
                        .distinct()
                        .count()
                > 1;
    }

    private void check() {
        if (which != null && !KNOWN.contains(which)) {
            String nearest = Nearest.to(which, KNOWN)
                    .map(word -> "did you mean: tsm list " + word + "?  ")
                    .orElse("");
            throw new TsmException.Usage(
                    "tsm list knows 'all' and 'available', not '" + which + "'",
                    nearest + "tsm list all shows every process; tsm info " + which + " shows one");
        }
        if (AVAILABLE.equals(which) && (namespace != null || format != null || sort != null || !filter.isEmpty())) {
            throw new TsmException.Usage(
                    "tsm list available takes no option but --json and --quiet", "the others are for processes");
        }
        if ((json ? 1 : 0) + (quiet ? 1 : 0) + (format == null ? 0 : 1) > 1) {
            throw new TsmException.Usage("--json, --quiet and --format exclude each other", "give one of them");
        }
    }

    private String none(int tracked, boolean all, Filters filters) {
        String where = namespace == null ? "" : " in namespace " + namespace;
        if (tracked == 0) {
            return "there are no processes" + where + " yet; tsm start COMMAND starts one";
        }
        if (!filters.isEmpty()) {
            return "no process" + where + " passes the filter";
        }
        return all
                ? "there are no processes" + where
                : "no process runs" + where + "; tsm list all shows the " + tracked + " at rest";
    }
}
