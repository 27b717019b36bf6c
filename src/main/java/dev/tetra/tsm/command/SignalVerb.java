package dev.tetra.tsm.command;

import dev.tetra.tsm.model.ManagedProcess;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Send a signal to processes.",
            "It goes to the process that was started, with --group to its whole process group. One that dies"
                    + " of it is restarted as its policy says; tsm stop stops it for good."
        },
        exitCodeList = {"1:A process does not run.", "3:No such process."},
        footer = {"tsm signal HUP api", "tsm signal USR1 all --group"})
final class SignalVerb extends Verb {
    @Parameters(index = "0", paramLabel = "SIGNAL", description = "Such as HUP, SIGUSR1 or 10.")
    String signal = "";

    @Parameters(
            index = "1..*",
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

    @Option(names = "--group", description = "Send it to the whole process group.")
    boolean group;

    @Override
    int run(Context context) {
        List<ManagedProcess> targets = context.engine().targets().find(words, namespace);
        Targeted.noteIfNone(targets, context);
        return Results.print(
                context.engine().keeper().signal(targets, signal, group, context.caller()),
                json,
                context,
                r -> r.process().label() + ": signal " + signal + " sent");
    }

    @Override
    boolean changes() {
        return true;
    }
}
