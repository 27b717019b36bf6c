package dev.tetra.tsm.command;

import dev.tetra.tsm.model.ManagedProcess;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code -n} of a verb that takes no list of targets. */
final class InNamespace {
    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Only processes of this namespace.")
    @Nullable
    String namespace;

    /** Whether it is one of those that are meant. */
    boolean has(ManagedProcess process) {
        return namespace == null || process.spec().namespace().equals(namespace);
    }

    /** The processes that a word means. */
    List<ManagedProcess> find(Context context, String word) {
        return context.engine().targets().find(List.of(word), namespace);
    }
}
