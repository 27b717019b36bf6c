package dev.tetra.tsm.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Remove services, and their files in services-available.",
            "Processes that were started from them go on, and restart as they are."
        },
        exitCodeList = {"1:A file cannot be removed.", "3:No such service."},
        footer = "tsm service rm web")
final class ServiceRmVerb extends Verb {
    private record Removed(String name, @Nullable Path file) {}

    @Parameters(arity = "1..*", paramLabel = "SERVICE", description = "Their names.")
    List<String> names = new ArrayList<>();

    @Override
    int run(Context context) {
        Each<Removed> each = new Each<>(
                names,
                name -> new Removed(
                        name,
                        context.engine()
                                .services()
                                .book()
                                .remove(name, context.caller())
                                .orElse(null)));
        return each.print(
                json,
                context,
                "name",
                (object, removed) -> object.field("name", removed.name())
                        .field("removed", true)
                        .field(
                                "file",
                                removed.file() == null ? null : removed.file().toString()),
                (name, removed) -> context.out("service " + name + " removed"
                        + (removed.file() == null ? "" : ", with " + removed.file()) + "\n"));
    }

    @Override
    boolean changes() {
        return true;
    }
}
