package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.PortKeeper;
import dev.tetra.tsm.engine.Started;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Give a process another port, or keep a port back.",
            "With a target: the process has that port from its next run on. Without: tsm gives the port to"
                    + " nobody by itself; --port, PORT in an env file, or the command get it. A port that is held or"
                    + " taken is refused."
        },
        exitCodeList = {"3:No such process.", "4:The port is held or taken."},
        footer = {
            "tsm ports claim 4000 api       # then: tsm restart api",
            "tsm ports claim 5432           # for a database of yours",
            "tsm ports claim --release 5432"
        })
final class PortsClaimVerb extends Verb {
    @Parameters(index = "0", arity = "1", paramLabel = "PORT", description = "The port, 1 to 65535.")
    int port;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TARGET", description = "The process that gets it.")
    @Nullable
    String target;

    @Option(names = "--release", description = "Give a claimed port back.")
    boolean release;

    @Mixin
    InNamespace in = new InNamespace();

    @Override
    int run(Context context) {
        DoctorPortVerb.checked(port);
        if (target == null) {
            return forNobody(context);
        }
        if (release) {
            throw new TsmException.Usage(
                    "--release is for a port that is claimed for nobody", "a process keeps its port until tsm delete");
        }
        List<ManagedProcess> found = in.find(context, target);
        if (found.size() != 1) {
            throw new TsmException.Usage("a port is for one process", "name one: tsm ports claim " + port + " NAME");
        }
        Started done = context.engine().portKeeper().claim(port, found.getFirst(), context.caller());
        ManagedProcess process = done.process();
        if (json) {
            context.terminal().document(Json.object(document -> ProcessJson.result(document, done)));
        } else {
            String next = process.pid() == null || !done.changed()
                    ? ""
                    : "; it is told at its next start: tsm restart " + process.name();
            context.out(
                    Visible.line(process.label() + (done.changed() ? " has" : " has already") + " port " + port + next)
                            + "\n");
        }
        return 0;
    }

    private int forNobody(Context context) {
        PortKeeper keeper = context.engine().portKeeper();
        boolean changed = release ? keeper.release(port) : keeper.claim(port);
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("port", port)
                            .field("claimed", !release)
                            .field("changed", changed)));
        } else if (release) {
            context.out("port " + port + (changed ? " is given out again\n" : " was not claimed\n"));
        } else {
            context.out("port " + port + (changed ? " is claimed: " : " was claimed already: ") + "tsm start --port "
                    + port + " COMMAND gets it\n");
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
