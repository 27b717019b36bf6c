package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.engine.Adopter;
import dev.tetra.tsm.engine.Orphans;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Find processes that tsm started and no longer tracks.",
            "They are known by what tsm put into their environment, so none of a stranger's is among them."
                    + " Apart from these: servers of yours whose parent is gone, which tsm may have nothing to do with.",
            "--adopt takes back the former, with ID, name and port where these are free."
        },
        exitCodeList = "1:--adopt: one could not be taken back.",
        footer = {"tsm doctor orphans", "tsm doctor orphans --adopt"})
final class DoctorOrphansVerb extends Verb {
    @Option(names = "--adopt", description = "Take back those that tsm started.")
    boolean adopt;

    @Override
    int run(Context context) {
        Orphans.Found found = context.engine().orphans().find();
        Adopter.Result result = adopt
                ? context.engine()
                        .adopter()
                        .adopt(
                                found.exact().stream()
                                        .filter(Orphans.Orphan::adoptable)
                                        .toList(),
                                context.caller())
                : new Adopter.Result(List.of(), List.of());
        if (json) {
            context.terminal().document(Json.object(document -> write(document, found, result)));
        } else if (adopt) {
            tell(result, found, context);
        } else {
            show(found, context);
        }
        return result.refused().isEmpty() ? 0 : 1;
    }

    private static void show(Orphans.Found found, Context context) {
        if (found.exact().isEmpty()) {
            context.out("No process that tsm started is untracked\n");
        } else {
            Table table = new Table(
                    Column.right("PID"),
                    Column.left("NAME"),
                    Column.right("ID"),
                    Column.left("PORTS"),
                    Column.left("COMMAND").shortened());
            found.exact()
                    .forEach(orphan -> table.row(
                            Cell.of(orphan.leader().pid()),
                            Cell.of(orphan.name()),
                            Cell.of(orphan.id()),
                            Cell.of(ProcessFields.text(orphan.ports())),
                            Cell.of(orphan.command() + (orphan.adoptable() ? "" : "  (" + orphan.obstacle() + ")"))));
            context.out("Started by tsm and not tracked:\n"
                    + table.render(context.terminal().width(), context.ansi())
                    + "Actions:\n  tsm doctor orphans --adopt    takes them back\n"
                    + "  tsm kill pid:" + found.exact().getFirst().leader().pid() + "    ends one\n");
        }
        if (!found.likely().isEmpty()) {
            Table table = new Table(
                    Column.right("PID"),
                    Column.left("TYPE"),
                    Column.left("PORTS"),
                    Column.left("COMMAND").shortened());
            found.likely()
                    .forEach(stray -> table.row(
                            Cell.of(stray.pid()),
                            Cell.of(stray.kind().word()),
                            Cell.of(ProcessFields.text(stray.ports())),
                            Cell.of(stray.command())));
            context.out("\nServers of yours whose parent is gone, perhaps forgotten (tsm did not start them):\n"
                    + table.render(context.terminal().width(), context.ansi())
                    + "Actions:\n  tsm doctor kill "
                    + found.likely().getFirst().ports().getFirst() + "    ends one by its port\n");
        }
    }

    private static void tell(Adopter.Result result, Orphans.Found found, Context context) {
        if (result.taken().isEmpty() && result.refused().isEmpty()) {
            context.out("nothing to take back\n");
        }
        for (Adopter.Taken taken : result.taken()) {
            context.out(Told.running(taken.process(), "taken back", context.ansi()) + "\n");
            taken.notes().forEach(context::note);
        }
        found.exact().stream()
                .filter(orphan -> !orphan.adoptable())
                .forEach(orphan -> context.note("pid " + orphan.leader().pid() + " was left: " + orphan.obstacle()
                        + "; tsm kill pid:" + orphan.leader().pid() + " ends it"));
        result.refused().forEach(refused -> context.err(Errors.text(refused.why(), context.errAnsi())));
    }

    private static void write(Json json, Orphans.Found found, Adopter.Result result) {
        json.array(
                        "orphans",
                        found.exact(),
                        (item, orphan) -> item.field("pid", orphan.leader().pid())
                                .field("name", orphan.name())
                                .field("id", orphan.id())
                                .numbers("pids", orphan.pids())
                                .numbers("ports", orphan.ports())
                                .field("command", orphan.command())
                                .field("adoptable", orphan.adoptable())
                                .field("obstacle", orphan.obstacle().isEmpty() ? null : orphan.obstacle()))
                .array(
                        "likely",
                        found.likely(),
                        (item, stray) -> item.field("pid", stray.pid())
                                .field("kind", stray.kind().word())
                                .numbers("ports", stray.ports())
                                .field("command", stray.command()))
                .array(
                        "adopted",
                        result.taken(),
                        (item, taken) -> item.field("id", taken.process().id())
                                .field("name", taken.process().name())
                                .field("pid", taken.process().pid())
                                .field("port", taken.process().port())
                                .strings("notes", taken.notes()))
                .array("refused", result.refused(), (item, refused) -> {
                    item.field("pid", refused.orphan().leader().pid())
                            .field("message", refused.why().getMessage());
                    Errors.write(item, refused.why());
                });
    }

    @Override
    boolean changes() {
        return adopt;
    }
}
