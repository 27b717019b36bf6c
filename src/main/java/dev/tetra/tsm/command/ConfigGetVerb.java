package dev.tetra.tsm.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(description = "Print a setting.", footer = "tsm config get keep-events")
final class ConfigGetVerb extends Verb {
    @Parameters(paramLabel = "SETTING", description = "Its name, such as keep-events.")
    @SuppressWarnings("NullAway.Init")
    String name;

    @Override
    int run(Context context) {
        ConfigListVerb.show(context, context.engine().configuration().get(name), json);
        return 0;
    }
}
