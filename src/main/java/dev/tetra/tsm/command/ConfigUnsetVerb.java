package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(description = "Take a setting back to what is usual.", footer = "tsm config unset keep-events")
final class ConfigUnsetVerb extends Verb {
    @Parameters(paramLabel = "SETTING", description = "Its name, such as keep-events.")
    @SuppressWarnings("NullAway.Init")
    String name;

    @Override
    int run(Context context) {
        Configuration.Setting setting = context.engine().configuration().unset(name, context.caller());
        ConfigListVerb.show(context, setting, json);
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
