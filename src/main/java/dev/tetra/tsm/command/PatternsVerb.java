package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.engine.PatternBook;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import dev.tetra.tsm.spec.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "List the patterns that commands are classified by.",
            "Those of your own file are marked with * and win. Port: a number; auto is one of the range; 0"
                    + " is a control socket; - is neither."
        },
        footer = "tsm patterns")
final class PatternsVerb extends Verb {
    @Parameters(
            arity = "0..1",
            paramLabel = "list|test",
            description =
                    "list is the same as without it; tsm patterns test COMMAND shows what a command would become.")
    @Nullable
    String action;

    @Override
    int run(Context context) {
        if (action != null && !action.equals("list")) {
            String nearest = Nearest.to(action, List.of("list", "test"))
                    .map(word -> "did you mean: tsm patterns " + word + "?  ")
                    .orElse("");
            throw new TsmException.Usage(
                    "tsm patterns knows list and test, not '" + action + "'",
                    nearest + "tsm help patterns shows how it is used");
        }
        PatternBook.Page page = context.engine().patterns().now();
        List<Pattern> patterns = page.patterns().all();
        page.warnings().forEach(context::note);
        if (json) {
            context.terminal().document(Json.array(patterns, PatternsVerb::write));
        } else {
            context.out(table(patterns).render(context.terminal().width(), context.ansi()));
        }
        return 0;
    }

    /** A row for each pattern. */
    static Table table(List<Pattern> patterns) {
        Table table = new Table(
                Column.left("Name"),
                Column.left("Match").shortened(),
                Column.right("Port"),
                Column.left("Template").shortened(),
                Column.left("From").shortened());
        for (Pattern pattern : patterns) {
            table.row(
                    pattern.builtIn() ? Cell.of(pattern.name()) : Cell.of(pattern.name() + " *", Style.BOLD),
                    Cell.of(pattern.matchText()),
                    Cell.of(pattern.portColumn()),
                    Cell.of(pattern.template().text()),
                    Cell.of(pattern.origin()));
        }
        return table;
    }

    private static void write(Json json, Pattern pattern) {
        json.field("name", pattern.name())
                .field("match", pattern.matchText())
                .field("type", pattern.type().word())
                .field("port", pattern.port())
                .field("portColumn", pattern.portColumn())
                .field("template", pattern.template().text())
                .field("builtIn", pattern.builtIn())
                .field("origin", pattern.origin());
    }
}
