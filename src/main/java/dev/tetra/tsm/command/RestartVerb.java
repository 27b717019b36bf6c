package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.model.ManagedProcess;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Stop processes and run them again.",
            "Each keeps its ID, name and port. A process at rest is just started. The env file is read"
                    + " again, and so is the definition of its service."
        },
        exitCodeList = {
            "1:One cannot be stopped, or died at once.",
            "3:No such process.",
            "4:The port of one is taken by another program."
        },
        footer = {"tsm restart api", "LEVEL=debug tsm restart api --update-env    # with this shell's variables"})
final class RestartVerb extends Targeted {
    @Option(
            names = "--update-env",
            description = "Take the environment of this shell in place of the one they were started with.")
    boolean updateEnv;

    @Option(names = "--no-wait", description = "Return once they were executed, without seeing whether they live.")
    boolean noWait;

    @Option(
            names = "--with-dependents",
            description = "Restart also what runs and needs them (--after): once they are ready.")
    boolean withDependents;

    @Override
    int run(Context context) {
        List<ManagedProcess> named = targets(context);
        List<ManagedProcess> targets =
                withDependents ? context.engine().keeper().withDependents(named) : named;
        List<Keeper.Result> results = context.engine().keeper().restart(targets, context.caller(), !noWait, updateEnv);
        if (!json) {
            results.forEach(
                    r -> r.notes().forEach(note -> context.note(r.process().name() + ": " + note)));
        }
        return Results.print(results, json, context, r -> Told.running(r.process(), "restarted", context.ansi()));
    }

    @Override
    boolean changes() {
        return true;
    }
}
