package dev.tetra.tsm.command;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Save a process as a service.",
            "That is its command, folder, env file and the options it was started with. tsm service export"
                    + " writes a file of it. tsm save pattern NAME TARGET writes a pattern for such commands."
        },
        exitCodeList = {"3:No such process.", "4:A service has that name."},
        footer = "tsm save web api && tsm enable web")
final class SaveVerb extends Verb {
    @Parameters(index = "0", paramLabel = "NAME", description = "The service's name.")
    String name = "";

    @Parameters(index = "1", paramLabel = "TARGET", description = "The process: name, ID, port or pid.")
    String target = "";

    @Option(names = "--replace", description = "In place of a service of that name.")
    boolean replace;

    @Mixin
    InNamespace in = new InNamespace();

    @Override
    int run(Context context) {
        Service service = context.engine().services().save(name, one(context, in, target), replace, context.caller());
        ServiceAddVerb.told(context, service, "saved", json);
        return 0;
    }

    /** The one process that a word means, or the first of instances of one name, which all run the same. */
    static ManagedProcess one(Context context, InNamespace in, String target) {
        List<ManagedProcess> found = in.find(context, target);
        String group = found.isEmpty() ? null : found.getFirst().instances().group();
        boolean same = group != null
                && found.stream().allMatch(p -> group.equals(p.instances().group()));
        if (found.size() != 1 && !same) {
            throw new TsmException.Usage(
                    "'" + target + "' means " + found.size() + " processes, and one is needed",
                    "name one: tsm list all shows them");
        }
        return found.getFirst();
    }

    @Override
    boolean changes() {
        return true;
    }
}
