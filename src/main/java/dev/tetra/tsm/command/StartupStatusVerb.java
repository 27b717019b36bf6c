package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Startup;
import dev.tetra.tsm.model.Words;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

@Command(description = "Show whether the daemon starts at boot.", footer = "tsm startup status")
final class StartupStatusVerb extends Verb {
    @Override
    int run(Context context) {
        List<Startup.Status> all = context.engine()
                .startup()
                .status(Path.of(context.daemon().launcher().path()), context.caller());
        if (json) {
            context.terminal().document(Json.array(all, StartupStatusVerb::write));
            return 0;
        }
        Details details = new Details();
        for (Startup.Status status : all) {
            details.title(status.scope() == Startup.Scope.USER ? "For your user" : "For the machine")
                    .add("File", status.file() + (status.installed() ? "" : " (not there)"));
            if (status.installed()) {
                details.add("Current", status.current() ? "yes" : "no: tsm startup install would write another")
                        .add(
                                "Enabled",
                                status.enabled() == null ? "unknown: systemd cannot be asked" : status.enabled())
                        .add("Active", status.active() == null ? "unknown: systemd cannot be asked" : status.active());
            }
            if (status.installed() && status.linger() != null) {
                details.add("Linger", status.linger() ? "yes" : "no: it starts when you log in");
            }
        }
        context.out(details.render(context.ansi()));
        return 0;
    }

    private static void write(Json json, Startup.Status status) {
        json.field("scope", Words.of(status.scope()))
                .field("file", status.file().toString())
                .field("installed", status.installed())
                .field("current", status.current())
                .field("enabled", status.enabled())
                .field("active", status.active());
        if (status.linger() != null) {
            json.field("linger", status.linger().booleanValue());
        }
    }
}
