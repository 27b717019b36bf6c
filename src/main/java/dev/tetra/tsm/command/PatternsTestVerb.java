package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.PatternBook;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Classification;
import dev.tetra.tsm.spec.Classified;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Patterns;
import dev.tetra.tsm.spec.PortHint;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.spec.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Show what would be executed for a command.",
            "That is its sort, and the words and variables it would be given. Options end at the first word"
                    + " that is not one; the rest belongs to the command. Nothing is started."
        },
        footer = {"tsm patterns test flask run", "tsm patterns test --port 9000 java -jar app.jar"})
final class PatternsTestVerb extends Verb {
    /** The port that is shown for a command that would get any of the range. */
    private static final int EXAMPLE = 8000;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command, its words or one quoted line.")
    List<String> words = new ArrayList<>();

    @Option(names = "--port", paramLabel = "PORT", description = "The port to show it with.")
    @Nullable
    Integer port;

    @Override
    void configure(CommandLine line) {
        line.setStopAtPositional(true);
    }

    @Override
    int run(Context context) {
        if (port != null && (port < 1 || port > 65_535)) {
            throw new TsmException.Usage("--port: " + port + " is no port", "a port is a number from 1 to 65535");
        }
        PatternBook.Page page = context.engine().patterns().now();
        Classified command =
                dev.tetra.tsm.spec.CommandLine.describe(words, context.engine().programs(context.caller()));
        Classification classification = page.patterns().classify(command);
        @Nullable Integer with = port != null ? port : usual(classification);
        Template.Applied applied = with == null
                ? new Template.Applied(command.argv(), Map.of())
                : Patterns.apply(command, classification, with);
        Map<String, String> environment = new TreeMap<>(applied.environment());
        if (with != null) {
            environment.put("PORT", with.toString());
        }
        page.warnings().forEach(context::note);
        if (json) {
            context.terminal().document(Json.object(document -> {
                Classifications.write(document, command, classification);
                document.object(
                        "executed",
                        executed -> executed.field("port", with)
                                .strings("argv", Secrets.maskWords(applied.argv()))
                                .object("environment", variables -> environment.forEach(variables::field)));
            }));
            return 0;
        }
        command.notes().forEach(context::note);
        context.out(Classifications.text(command, classification) + executed(with, applied.argv(), environment));
        return 0;
    }

    private static @Nullable Integer usual(Classification classification) {
        if (!classification.portRequired()) {
            return null;
        }
        Integer usual = classification.hint().map(PortHint::port).orElse(classification.defaultPort());
        return usual == null ? EXAMPLE : usual;
    }

    private static String executed(@Nullable Integer with, List<String> argv, Map<String, String> environment) {
        StringBuilder text = new StringBuilder(with == null ? "Executed:\n" : "Executed with port " + with + ":\n");
        text.append("  Words: ")
                .append(Visible.line(CommandWords.join(Secrets.maskWords(argv))))
                .append('\n');
        environment.forEach((name, value) -> text.append("  Variable: ")
                .append(Visible.line(name + "=" + value))
                .append('\n'));
        return text.toString();
    }
}
