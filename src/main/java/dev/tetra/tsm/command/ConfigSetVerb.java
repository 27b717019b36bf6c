package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Change a setting.",
            "Durations are written like 12h, 30d or 52w. What is to be kept no longer is dropped within a minute."
        },
        footer = {"tsm config set keep-events 30d", "tsm config set port-range 8000-8099"})
final class ConfigSetVerb extends Verb {
    @Parameters(index = "0", paramLabel = "SETTING", description = "Its name, such as keep-events.")
    @SuppressWarnings("NullAway.Init")
    String name;

    @Parameters(index = "1", paramLabel = "VALUE", description = "Its value, such as 30d.")
    @SuppressWarnings("NullAway.Init")
    String value;

    @Override
    int run(Context context) {
        Configuration.Setting setting = context.engine().configuration().set(name, value, context.caller());
        ConfigListVerb.show(context, setting, json);
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
