package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Parameters;

@Command(
        description = "Show what tsm can do, or how a command is used.",
        footer = {"tsm help", "tsm help start", "tsm help doctor port"})
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
        show(found.name(), Verbs.commandLine(found.verb(), found.name()), json, context);
        return 0;
    }

    /** Shows how a command is used. */
    static void show(String name, CommandLine line, boolean json, Context context) {
        if (json) {
            context.terminal().document(Json.object(document -> write(document, name, line)));
        } else {
            context.out(line.getUsageMessage(
                    context.terminal().colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        }
    }

    private static void write(Json json, String name, CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        UsageMessageSpec usage = spec.usageMessage();
        json.field("name", name)
                .field("usage", line.getUsageMessage(CommandLine.Help.Ansi.OFF))
                .strings("description", List.of(usage.description()))
                .array(
                        "parameters",
                        spec.positionalParameters(),
                        (item, parameter) -> item.field("label", parameter.paramLabel())
                                .field("required", parameter.required())
                                .field("repeatable", parameter.arity().max() > 1)
                                .field("description", String.join(" ", parameter.description())))
                .array(
                        "options",
                        spec.options(),
                        (item, option) -> item.strings("names", List.of(option.names()))
                                .field("value", option.arity().max() == 0 ? null : option.paramLabel())
                                .field("repeatable", option.isMultiValue())
                                .field("description", String.join(" ", option.description())))
                .array(
                        "exitCodes",
                        usage.exitCodeList().entrySet(),
                        (item, code) -> item.field("code", code.getKey()).field("meaning", code.getValue()))
                .strings(
                        "examples", Stream.of(usage.footer()).map(String::strip).toList());
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
