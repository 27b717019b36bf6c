package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Startup;
import picocli.CommandLine.Command;

@Command(
        description = {
            "Have the daemon no longer start at boot.",
            "Removes what tsm startup install wrote. The daemon and the processes go on."
        },
        exitCodeList = {"1:The file cannot be removed.", "4:A file of another home is there."},
        footer = "tsm startup uninstall")
final class StartupUninstallVerb extends StartupScope {
    @Override
    int run(Context context) {
        Startup.Report report = context.engine().startup().uninstall(scope(context), context.caller());
        if (json) {
            context.terminal().document(Json.object(document -> StartupInstallVerb.write(document, report)));
            return 0;
        }
        context.out(report.file() + (report.changed() ? " removed\n" : " is not there\n"));
        StartupInstallVerb.tell(report, context);
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
