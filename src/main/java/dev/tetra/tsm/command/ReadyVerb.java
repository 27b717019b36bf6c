package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Readiness;
import dev.tetra.tsm.model.ManagedProcess;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Say that a process is ready.",
            "For scripts that were started with --ready-notify: without a target it is said of the process that the"
                    + " caller is part of, by TSM_RUN in its environment."
        },
        exitCodeList = {"1:It does not run, or has no probe that waits to be told.", "3:No such process."},
        footer = {
            "tsm ready                          # in a script that tsm runs",
            "tsm ready --status 'warming up'    # how it is, and not that it is ready",
            "tsm ready web"
        })
final class ReadyVerb extends Verb {
    @Parameters(arity = "0..1", paramLabel = "TARGET", description = "Name, part of a name, ID, pid or port.")
    @Nullable
    String word;

    @Option(
            names = "--status",
            paramLabel = "TEXT",
            description = "Say in words how it is, for tsm info; and leave whether it is ready.")
    @Nullable
    String status;

    @Mixin
    InNamespace in = new InNamespace();

    @Override
    int run(Context context) {
        Readiness readiness = context.engine().readiness();
        String named = word;
        List<ManagedProcess> processes =
                named == null ? List.of(readiness.own(context.caller())) : in.find(context, named);
        processes.forEach(process -> readiness.tell(process, status == null, status));
        if (json) {
            context.terminal()
                    .document(Json.array(
                            processes,
                            (document, process) -> document.field("id", process.id())
                                    .field("name", process.name())
                                    .field("namespace", process.spec().namespace())
                                    .field("ready", status == null)
                                    .field("statusText", status)));
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
