package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.HookRow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = "Remove a hook.",
        exitCodeList = {"1:It is the --on of a process.", "3:No such hook."},
        footer = "tsm hook rm 3")
final class HookRmVerb extends Verb {
    @Parameters(paramLabel = "HOOK", description = "Its number, as tsm hook list shows it.")
    long hook;

    @Override
    int run(Context context) {
        HookRow row = context.engine().hooks().remove(hook, context.caller());
        if (json) {
            context.terminal().document(Json.object(document -> HookRows.write(document, row)));
        } else {
            context.out("hook " + row.key() + " removed\n");
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
