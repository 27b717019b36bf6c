package dev.tetra.tsm.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {"Have services no longer start with the daemon.", "What runs goes on."},
        exitCodeList = "3:No such service.",
        footer = "tsm disable web")
final class DisableVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "SERVICE", description = "Their names.")
    List<String> names = new ArrayList<>();

    @Override
    int run(Context context) {
        return Enabling.run(names, false, json, context);
    }

    @Override
    boolean changes() {
        return true;
    }
}
