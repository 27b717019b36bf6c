package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Cleaner;
import dev.tetra.tsm.model.ManagedProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Clear away stale rows, ports and sockets.",
            "That is what belongs to nothing: ports of processes that are gone, dead sockets. No process is"
                    + " ended and no tracked process is forgotten; tsm cleanup forgets those at rest."
        },
        exitCodeList = "1:--aggressive: a reserved port has another listener than its process.",
        footer = {"tsm doctor clean", "tsm doctor clean --aggressive --logs"})
final class DoctorCleanVerb extends Verb {
    @Option(
            names = "--aggressive",
            description = "Also compare each reserved port with who really listens on it; exit code 1 if one is wrong.")
    boolean aggressive;

    @Option(names = "--logs", description = "Also remove the logs of processes that are not tracked any more.")
    boolean logs;

    @Override
    int run(Context context) {
        Cleaner.Report report = context.engine().cleaner().clean(aggressive, logs);
        if (json) {
            context.terminal().document(Json.object(document -> write(document, report)));
        } else {
            context.out(text(report));
            if (!report.wrong().isEmpty()) {
                context.out("\nReserved ports on which their process does not listen:\n"
                        + PortRows.table(report.wrong())
                                .render(context.terminal().width(), context.ansi()));
            }
        }
        return report.wrong().isEmpty() ? 0 : 1;
    }

    private String text(Cleaner.Report report) {
        StringBuilder text = new StringBuilder();
        report.ports()
                .released()
                .forEach(port -> line(text, "released port " + port.port() + " of " + port.processName()));
        if (report.ports().forgotten() > 0) {
            line(text, "forgot " + report.ports().forgotten() + " ports that ended runs listened on");
        }
        report.rechecked().forEach(p -> line(text, p.label() + " did not run any more; its policy decides"));
        report.sockets().forEach(path -> line(text, "removed the dead socket " + path));
        report.logs().forEach(path -> line(text, (logs ? "removed" : "kept") + " the logs of no process: " + path));
        if (!logs && !report.logs().isEmpty()) {
            line(text, "--logs removes them");
        }
        if (text.isEmpty()) {
            line(text, "nothing was stale");
        }
        return text.toString();
    }

    private static void line(StringBuilder to, String line) {
        to.append(Visible.line(line)).append('\n');
    }

    private void write(Json json, Cleaner.Report report) {
        PortsCleanupVerb.write(json, report.ports());
        json.strings(
                        "rechecked",
                        report.rechecked().stream().map(ManagedProcess::name).toList())
                .strings("sockets", report.sockets())
                .strings("logs", report.logs())
                .field("logsRemoved", logs)
                .array("wrongPorts", report.wrong(), PortRows::write);
    }

    @Override
    boolean changes() {
        return true;
    }
}
