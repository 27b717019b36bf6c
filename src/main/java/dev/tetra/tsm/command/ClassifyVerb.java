package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.PatternBook;
import dev.tetra.tsm.spec.Classification;
import dev.tetra.tsm.spec.Classified;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Say what sort of process a command would be.",
            "Options end at the first word that is not one; the rest belongs to the command. Nothing is" + " started."
        },
        footer = "tsm classify python3 -m http.server")
final class ClassifyVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command, its words or one quoted line.")
    List<String> words = new ArrayList<>();

    @Override
    void configure(CommandLine line) {
        line.setStopAtPositional(true);
    }

    @Override
    int run(Context context) {
        PatternBook.Page page = context.engine().patterns().now();
        Classified command =
                dev.tetra.tsm.spec.CommandLine.describe(words, context.engine().programs(context.caller()));
        Classification classification = page.patterns().classify(command);
        if (json) {
            context.terminal()
                    .document(Json.object(document -> Classifications.write(document, command, classification)));
            return 0;
        }
        page.warnings().forEach(context::note);
        command.notes().forEach(context::note);
        context.out(Classifications.text(command, classification));
        return 0;
    }
}
