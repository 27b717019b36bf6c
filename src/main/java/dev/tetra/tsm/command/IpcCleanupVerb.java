package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Ipc;
import java.nio.file.Path;
import picocli.CommandLine.Command;

@Command(
        description = {
            "Remove control sockets that belong to no process.",
            "Only sockets that nobody listens on are removed; other files in the folder are left alone."
        },
        footer = "tsm ipc cleanup")
final class IpcCleanupVerb extends Verb {
    @Override
    int run(Context context) {
        Ipc.Cleaned cleaned = context.engine().ipc().cleanup();
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.strings(
                                    "files",
                                    cleaned.files().stream().map(Path::toString).toList())
                            .field("rows", cleaned.rows())));
            return 0;
        }
        cleaned.files().forEach(file -> context.out("removed " + Visible.line(file.toString()) + "\n"));
        if (cleaned.rows() > 0) {
            context.out("removed " + cleaned.rows() + " rows of processes that are not tracked any more\n");
        }
        if (cleaned.files().isEmpty() && cleaned.rows() == 0) {
            context.out("nothing to remove\n");
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
