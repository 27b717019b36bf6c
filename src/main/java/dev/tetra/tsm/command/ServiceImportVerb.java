package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Services;
import dev.tetra.tsm.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Take service files over: they are checked and copied into services-available.",
            "The first that is wrong ends it; those before it stay taken over."
        })
final class ServiceImportVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files of shell assignments SERVICE_…=value.")
    List<String> files = new ArrayList<>();

    @Option(names = "--replace", description = "In place of a service of that name.")
    boolean replace;

    @Override
    int run(Context context) {
        Services services = context.engine().services();
        List<Service> taken = new ArrayList<>();
        for (String file : files) {
            Service service = services.book().importFile(file, replace, context.caller());
            taken.add(service);
            if (!json) {
                ServiceAddVerb.told(context, service, "taken over from " + file, false);
            }
        }
        if (json) {
            ServiceViews views = new ServiceViews(services.book(), false);
            context.terminal()
                    .document(Json.array(
                            services.shown(taken), (document, shown) -> views.json(document, shown, Map.of())));
        }
        return 0;
    }

    @Override
    boolean changes() {
        return true;
    }
}
