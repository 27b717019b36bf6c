package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Remove services, and their files in services-available.",
            "Processes that were started from them go on, and restart as they are."
        })
final class ServiceRmVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "SERVICE", description = "Their names.")
    List<String> names = new ArrayList<>();

    @Override
    int run(Context context) {
        Map<String, Optional<Path>> removed = new LinkedHashMap<>();
        names.forEach(
                name -> removed.put(name, context.engine().services().book().remove(name, context.caller())));
        if (json) {
            context.terminal()
                    .document(Json.array(
                            removed.entrySet(),
                            (object, entry) -> object.field("name", entry.getKey())
                                    .field("removed", true)
                                    .field(
                                            "file",
                                            entry.getValue().map(Path::toString).orElse(null))));
        } else {
            removed.forEach((name, file) -> context.out("service " + name + " removed"
                    + file.map(f -> ", with " + f).orElse("") + "\n"));
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
