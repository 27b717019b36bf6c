package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.engine.Configuration;
import dev.tetra.tsm.engine.Configuration.Setting;
import dev.tetra.tsm.model.TsmException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "List the settings and what is usual.",
            "Those that were set are marked with *; the column Usual is what they are without that."
        },
        footer = {"tsm config list", "tsm config list --json"})
final class ConfigListVerb extends Verb {
    /** What came after {@code tsm config} and is none of its commands. */
    @Parameters(arity = "0..*", hidden = true)
    @Nullable
    List<String> rest;

    @Override
    int run(Context context) {
        if (rest != null && !rest.isEmpty()) {
            throw new TsmException.Usage(
                    "tsm config knows list, get, set and unset, not '" + rest.getFirst() + "'",
                    "such as: tsm config set keep-events 30d");
        }
        Configuration configuration = context.engine().configuration();
        List<Setting> settings = configuration.all();
        if (json) {
            context.terminal().document(Json.array(settings, ConfigListVerb::write));
            return 0;
        }
        Table table = new Table(
                Column.left("Setting"),
                Column.left("Value"),
                Column.left("Usual"),
                Column.left("Meaning").shortened());
        for (Setting setting : settings) {
            table.row(
                    setting.set() ? Cell.of(setting.name() + " *", Style.BOLD) : Cell.of(setting.name()),
                    Cell.of(setting.value()),
                    Cell.of(setting.usual()),
                    Cell.of(setting.meaning()));
        }
        context.out(table.render(context.terminal().width(), context.ansi()));
        return 0;
    }

    /** Prints one: its value alone, or all of it. */
    static void show(Context context, Setting setting, boolean json) {
        if (json) {
            context.terminal().document(Json.object(document -> write(document, setting)));
        } else {
            context.out(setting.value() + "\n");
        }
    }

    private static void write(Json json, Setting setting) {
        json.field("name", setting.name())
                .field("value", setting.value())
                .field("default", setting.usual())
                .field("set", setting.set())
                .field("meaning", setting.meaning());
    }
}
