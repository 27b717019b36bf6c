package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Startup;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Have the daemon start at boot.",
            "Writes a systemd unit, or a launchd agent on macOS. The daemon brings up what is wanted and"
                    + " what is enabled. Where systemd can be asked the unit is enabled, else the commands for that are"
                    + " told."
        },
        exitCodeList = {"1:The file cannot be written.", "4:A file of another home is there."},
        footer = {"tsm startup install", "tsm startup install --system --print"})
final class StartupInstallVerb extends StartupScope {
    @Option(names = "--print", description = "Only show what would be written.")
    boolean print;

    @Option(names = "--replace", description = "In place of a file that is not this home's.")
    boolean replace;

    @Override
    int run(Context context) {
        Startup startup = context.engine().startup();
        Startup.Scope scope = scope(context);
        Path launcher = Path.of(context.daemon().launcher().path());
        if (print) {
            String text = startup.text(scope, launcher, context.caller());
            if (json) {
                context.terminal()
                        .document(Json.object(document -> document.field(
                                        "file",
                                        startup.file(scope, context.caller()).toString())
                                .field("text", text)));
            } else {
                context.out(text);
            }
            return 0;
        }
        Startup.Report report = startup.install(scope, launcher, replace, context.caller());
        if (json) {
            context.terminal().document(Json.object(document -> write(document, report)));
            return 0;
        }
        context.out(report.file() + (report.changed() ? " written\n" : " is as it should be\n"));
        tell(report, context);
        return 0;
    }

    /** What was done beside the file, what is left, and what to know. */
    static void tell(Startup.Report report, Context context) {
        report.done().forEach(line -> context.out("done: " + line + "\n"));
        if (!report.toDo().isEmpty()) {
            context.out("to be done by you:\n");
            report.toDo().forEach(line -> context.out("  " + line + "\n"));
        }
        report.notes().forEach(context::note);
    }

    /** Its JSON. */
    static void write(Json json, Startup.Report report) {
        json.field("file", report.file().toString())
                .field("changed", report.changed())
                .strings("done", report.done())
                .strings("toDo", report.toDo())
                .strings("notes", report.notes());
    }

    @Override
    boolean changes() {
        return true;
    }
}
