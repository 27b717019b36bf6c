package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.EnvDoctor;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.spec.Secrets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Say what is wrong with an env file.",
            "It is sourced in a clean shell. Shows names with values masked, lines that set a name twice,"
                    + " what wins over what, errors with their line, and whether others can read its secrets."
        },
        exitCodeList = "1:A check failed, or there is no such file.",
        footer = {"tsm doctor env dev", "tsm doctor env ./settings.env --reveal"})
final class DoctorEnvVerb extends Verb {
    @Parameters(arity = "1", paramLabel = "FILE", description = "The file, or its name as for --env.")
    String file = "";

    @Option(names = "--reveal", description = "Show the values of variables that look secret.")
    boolean reveal;

    @Override
    int run(Context context) {
        EnvDoctor.Report report = context.engine().envDoctor().look(file, context.caller());
        if (json) {
            context.terminal().document(Json.object(document -> {
                document.field("file", report.file())
                        .array(
                                "variables",
                                report.variables(),
                                (item, found) -> item.field(
                                                "name", found.variable().name())
                                        .field("value", shown(found.variable()))
                                        .numbers("lines", found.lines())
                                        .field("overridesCaller", found.callers()));
                Findings.write(document, report.findings());
            }));
            return Findings.code(report.findings());
        }
        context.out(Visible.line(report.file()) + "\n\n");
        if (!report.variables().isEmpty()) {
            Table table = new Table(
                    Column.left("Name"),
                    Column.right("Line"),
                    Column.left("Value").shortened());
            report.variables()
                    .forEach(found -> table.row(
                            Cell.of(found.variable().name()),
                            Cell.of(ProcessFields.text(found.lines())),
                            Cell.of(shown(found.variable()))));
            context.out(table.render(context.terminal().width(), context.ansi()) + "\n");
        }
        context.out(Findings.text(report.findings(), context));
        return Findings.code(report.findings());
    }

    private String shown(EnvVar variable) {
        return reveal ? variable.value() : Secrets.shown(variable.name(), variable.value());
    }
}
