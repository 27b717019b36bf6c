package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.engine.PortUse;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.TsmException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "List the ports of processes.",
            "Source says who gave a port: option, env, command, pattern or range; '-' is one that a process"
                    + " listens on though it was not given to it."
        },
        footer = {"tsm ports", "tsm ports -n shop"})
final class PortsVerb extends Verb {
    @Parameters(arity = "0..1", paramLabel = "list", description = "The same as without it.")
    @Nullable
    String action;

    @Mixin
    InNamespace in = new InNamespace();

    @Override
    int run(Context context) {
        if (action != null && !action.equals("list")) {
            throw new TsmException.Usage(
                    "tsm ports knows list, range, claim and cleanup, not '" + action + "'",
                    "tsm ports lists the ports of processes");
        }
        List<PortUse> uses = context.engine().ports().stream()
                .filter(use -> in.has(use.process()))
                .toList();
        if (json) {
            context.terminal().document(Json.array(uses, PortsVerb::write));
        } else if (uses.isEmpty()) {
            context.note((in.namespace == null ? "no process" : "no process of namespace " + in.namespace)
                    + " has a port; tsm start --port N COMMAND gives it one");
        } else {
            context.out(table(uses).render(context.terminal().width(), context.ansi()));
        }
        return 0;
    }

    private static void write(Json json, PortUse use) {
        json.field("port", use.port())
                .field("name", use.process().name())
                .field("namespace", use.process().spec().namespace())
                .field("id", use.process().id())
                .field("status", use.process().status().word())
                .field("allocated", use.source() != null)
                .field("source", use.source() == null ? null : use.source().word())
                .field("listening", !use.listeners().isEmpty())
                .array("listeners", use.listeners(), InfoJson::listener)
                .numbers("elsewhere", use.elsewhere());
    }

    /** A row for each port. */
    static Table table(List<PortUse> uses) {
        Table table = new Table(
                Column.right("Port"),
                Column.left("Name").shortened(),
                Column.right("ID"),
                Column.left("Status"),
                Column.left("Source"),
                Column.left("Listens"),
                Column.left("Address").shortened(),
                Column.right("PID"));
        for (PortUse use : uses) {
            ManagedProcess process = use.process();
            table.row(
                    Cell.of(use.port()),
                    Cell.of(process.name(), Style.BOLD),
                    Cell.of(process.id()),
                    ProcessTable.status(process.status()),
                    Cell.of(use.source() == null ? null : use.source().word()),
                    listens(use),
                    Cell.of(joined(use.listeners(), o -> o.protocol() + " " + o.address())),
                    Cell.of(joined(use.listeners(), o -> String.valueOf(o.pid()))));
        }
        return table;
    }

    private static Cell listens(PortUse use) {
        if (!use.listeners().isEmpty()) {
            return Cell.of("yes", Style.GREEN);
        }
        return use.elsewhere().isEmpty()
                ? Cell.of("no")
                : Cell.of("no, on " + ProcessFields.text(use.elsewhere()), Style.YELLOW);
    }

    private static String joined(List<Observed> listeners, Function<Observed, String> part) {
        return listeners.stream().map(part).distinct().collect(Collectors.joining(", "));
    }
}
