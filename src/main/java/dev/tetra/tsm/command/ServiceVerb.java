package dev.tetra.tsm.command;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Nearest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Look after services: add, rm, show, list, import, export.",
            "A service is a named definition from which tsm start NAME starts processes. tsm help service"
                    + " add and so on say more."
        },
        footer = {"tsm service add web --port 4000 node app.js && tsm start web", "tsm service list"})
final class ServiceVerb extends Verb {
    private static final List<String> ACTIONS = List.of("add", "rm", "show", "list", "import", "export");

    @Parameters(arity = "0..*", paramLabel = "ACTION", description = "add, rm, show, list, import or export.")
    @Nullable
    List<String> words;

    @Override
    int run(Context context) {
        String action = words == null ? "" : words.getFirst();
        if (action.isEmpty()) {
            throw new TsmException.Usage(
                    "tsm service needs one of " + String.join(", ", ACTIONS), "tsm service list shows what there is");
        }
        throw new TsmException.Usage(
                "tsm service knows " + String.join(", ", ACTIONS) + ", not '" + action + "'",
                Nearest.to(action, ACTIONS)
                                .map(word -> "did you mean: tsm service " + word + "?  ")
                                .orElse("")
                        + "tsm help service shows how it is used");
    }
}
