package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.spec.CommandWords;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Write a new env file env/NAME.env, to be filled in.",
            "It is made below this folder, readable by you alone. A file that is there is left as it is."
        },
        exitCodeList = {"1:The file cannot be written.", "4:The file is there."},
        footer = "tsm init dev && tsm start --env dev app.js")
final class InitVerb extends Verb {
    @Parameters(arity = "1", paramLabel = "NAME", description = "The name of the environment, such as dev.")
    String name = "";

    @Override
    int run(Context context) {
        String file = context.engine().envTemplate().write(name, context.caller());
        if (json) {
            context.terminal().document(Json.object(document -> document.field("file", file)));
        } else {
            context.out("wrote " + Visible.line(file) + "\nfill it in, then: tsm start --env "
                    + CommandWords.quote(name) + " COMMAND\n");
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
