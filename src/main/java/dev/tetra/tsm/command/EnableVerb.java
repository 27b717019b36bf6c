package dev.tetra.tsm.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Have services start with the daemon.",
            "What is enabled comes up whenever the daemon starts; tsm startup install has the daemon start"
                    + " at boot."
        },
        exitCodeList = {"1:A service has no folder to run in.", "3:No such service."},
        footer = "tsm enable web db")
final class EnableVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "SERVICE", description = "Their names.")
    List<String> names = new ArrayList<>();

    @Override
    int run(Context context) {
        return Enabling.run(names, true, json, context);
    }

    @Override
    boolean changes() {
        return true;
    }
}
