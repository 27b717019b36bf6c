package dev.tetra.tsm.command;

import dev.tetra.tsm.model.ManagedProcess;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A verb on processes that are tracked. */
abstract class Targeted extends Verb {
    @Parameters(
            arity = "0..*",
            paramLabel = "TARGET",
            description = "Name, part of a name, ID, port, pid, or all; id:3, name:web, port:8000, pid:4711.")
    List<String> words = new ArrayList<>();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Only processes of this namespace; alone, all of them.")
    @Nullable
    String namespace;

    /** The processes that the words mean. */
    List<ManagedProcess> targets(Context context) {
        return context.engine().targets().find(words, namespace);
    }
}
