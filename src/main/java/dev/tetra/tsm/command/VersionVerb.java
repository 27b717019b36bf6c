package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import picocli.CommandLine.Command;

@Command(description = "Show which tsm this is.", footer = "tsm version")
final class VersionVerb extends Verb {
    @Override
    int run(Context context) {
        String version = context.build().version();
        String build = context.build().build();
        String java = Runtime.version().toString();
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("version", version)
                            .field("build", build)
                            .field("java", java)));
        } else {
            context.out("tsm " + version + " (build " + build + ", Java " + java + ")\n");
        }
        return 0;
    }
}
