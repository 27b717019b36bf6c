package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.Hook;
import dev.tetra.tsm.model.HookRow;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.spec.Naming;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Have a command or a URL told of events.",
            "A command is a line for a shell, run in this folder with this PATH; it has the event as JSON on stdin, and"
                    + " TSM_EVENT, TSM_NAME, TSM_ID, TSM_EXIT_CODE and more. A URL gets the JSON by POST, within 5 s, and"
                    + " is tried up to four times. With targets only of events of those processes."
        },
        exitCodeList = "3:No such process.",
        footer = {
            "tsm hook add https://example.org/tsm --on exit,errored",
            "tsm hook add 'mail -s \"$TSM_NAME $TSM_EVENT\" me' --on errored api"
        })
final class HookAddVerb extends Verb {
    @Parameters(index = "0", paramLabel = "COMMAND|URL", description = "What is told.")
    String told = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "TARGET",
            description = "Only of these processes: names, IDs, ports, pids.")
    List<String> words = new ArrayList<>();

    @Option(
            names = "--on",
            paramLabel = "EVENTS",
            description = "Kinds of events, such as exit,restart (exit,restart,errored); all: every one.")
    String on = "exit,restart,errored";

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Only of processes of this namespace.")
    @Nullable
    String namespace;

    @Override
    int run(Context context) {
        Hook hook = new Hook(Hook.events(on), told);
        if (namespace != null) {
            Naming.namespace(namespace);
        }
        List<String> names = words.isEmpty()
                ? List.of()
                : context.engine().targets().find(words, namespace).stream()
                        .map(ManagedProcess::name)
                        .toList();
        HookRow row = context.engine().hooks().add(hook, names, words.isEmpty() ? namespace : null, context.caller());
        if (json) {
            context.terminal().document(Json.object(document -> HookRows.write(document, row)));
        } else {
            context.out("hook " + row.key() + " added: " + row.hook().words() + " to " + HookRows.target(row)
                    + "; tsm hook test " + row.key() + " tries it\n");
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
