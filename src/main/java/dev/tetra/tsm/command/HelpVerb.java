package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(description = "Show what tsm can do, or how a command is used.")
final class HelpVerb extends Verb {
    private final Verbs verbs;

    @Parameters(arity = "0..2", paramLabel = "COMMAND", description = "A command of tsm; without: all of them.")
    List<String> words = new ArrayList<>();

    HelpVerb(Verbs verbs) {
        this.verbs = verbs;
    }

    @Override
    int run(Context context) {
        if (words.isEmpty()) {
            if (json) {
                context.terminal().document(Json.array(verbs.all(), HelpVerb::write));
            } else {
                context.out(verbs.overview(context.ansi()));
            }
            return 0;
        }
        Verbs.Found found = verbs.find(words).orElseThrow(() -> unknown(words.getFirst()));
        if (found.words() < words.size()) {
            throw new TsmException.Usage(
                    "tsm " + found.name() + " has no command '" + words.get(found.words()) + "'",
                    "tsm help " + found.name() + " shows how it is used");
        }
        CommandLine line = Verbs.commandLine(found.verb(), found.name());
        CommandLine.Help.Ansi colour =
                context.terminal().colour() && !json ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
        String usage = line.getUsageMessage(colour);
        if (json) {
            context.terminal()
                    .document(Json.object(
                            document -> document.field("name", found.name()).field("usage", usage)));
        } else {
            context.out(usage);
        }
        return 0;
    }

    private static void write(Json json, Verbs.Listed verb) {
        json.field("name", verb.name()).strings("aliases", verb.aliases()).field("description", verb.description());
    }

    private TsmException unknown(String word) {
        Optional<String> nearest = Nearest.to(word, verbs.names());
        return new TsmException.Usage(
                "'" + word + "' is no command of tsm",
                nearest.map(name -> "did you mean: tsm help " + name + "?  ").orElse("") + "tsm help lists them");
    }
}
