package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.spec.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Save a pattern for commands like that of a process.",
            "It is added to your patterns.txt. The words of the command without its port are what is matched, and such"
                    + " a command is executed as this one was, with its own port. Where the port is not at the command's"
                    + " end no pattern can say that, and none is written."
        },
        exitCodeList = {"1:No pattern can say it.", "3:No such process.", "4:You have a pattern of that name."},
        footer = {"tsm save pattern my-server api", "tsm save pattern my-server api --port auto --replace"})
final class SavePatternVerb extends Verb {
    @Parameters(index = "0", paramLabel = "NAME", description = "The pattern's name.")
    String name = "";

    @Parameters(index = "1", paramLabel = "TARGET", description = "The process: name, ID, port or pid.")
    String target = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The pattern's port: a number, auto, 0 (socket) or - (none); default: what the process has.")
    @Nullable
    String port;

    @Option(names = "--replace", description = "In place of your pattern of that name.")
    boolean replace;

    @Mixin
    InNamespace in = new InNamespace();

    @Override
    int run(Context context) {
        Pattern pattern = context.engine()
                .services()
                .savePattern(name, SaveVerb.one(context, in, target), port, replace, context.caller());
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("name", pattern.name())
                            .field("line", pattern.line())
                            .field("file", context.engine().patterns().ownFile().toString())));
        } else {
            context.out("pattern saved in " + context.engine().patterns().ownFile() + ": " + pattern.line() + "\n");
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
