package dev.tetra.tsm.command;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A verb on processes that are tracked. */
abstract class Targeted extends Verb {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

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
        List<ManagedProcess> targets;
        try {
            targets = context.engine().targets().find(words, namespace);
        } catch (TsmException.NotFound e) {
            throw context.engine().unknownWords().told(words, e, context.caller());
        }
        noteIfNone(targets, context);
        return targets;
    }

    /** For {@code all} where there is none: nothing at all would look like something that was done. */
    static void noteIfNone(List<?> targets, Context context) {
        if (targets.isEmpty()) {
            context.note("no process is listed");
        }
    }

    /** What a search finds. A namespace that is a number was most likely meant as that of lines, as tail(1) takes it. */
    <T> T orLines(Supplier<T> search) {
        try {
            return search.get();
        } catch (TsmException.NotFound e) {
            if (namespace == null || !NUMBER.matcher(namespace).matches()) {
                throw e;
            }
            throw new TsmException.NotFound(e.getMessage(), e.hint() + "; for so many lines: --lines " + namespace);
        }
    }
}
