package dev.tetra.tsm.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = "List the services, as tsm list available does.",
        footer = {"tsm service list", "tsm service list -q"})
final class ServiceListVerb extends Verb {
    @Option(
            names = {"-q", "--quiet"},
            description = "Only the names.")
    boolean quiet;

    @Override
    int run(Context context) {
        ServiceViews.list(context, json, quiet);
        return 0;
    }
}
