package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = "Tell a hook of an event that did not happen.",
        exitCodeList = {"1:It did not go well.", "3:No such hook."},
        footer = "tsm hook test 3")
final class HookTestVerb extends Verb {
    @Parameters(paramLabel = "HOOK", description = "Its number, as tsm hook list shows it.")
    long hook;

    @Override
    int run(Context context) {
        String result = context.engine().hooks().test(hook, context.caller());
        if (json) {
            context.terminal()
                    .document(
                            Json.object(document -> document.field("hook", hook).field("result", result)));
        } else {
            context.out("hook " + hook + " was told: " + result + "\n");
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
