package dev.tetra.tsm.command;

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
            "Check service files and take them over.",
            "They are copied into services-available. One that is wrong is told, and keeps none of the"
                    + " others from it."
        },
        exitCodeList = {"1:A file cannot be read or is wrong.", "4:A service has that name."},
        footer = "tsm service import web.tsm db.tsm")
final class ServiceImportVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files of shell assignments SERVICE_…=value.")
    List<String> files = new ArrayList<>();

    @Option(names = "--replace", description = "In place of a service of that name.")
    boolean replace;

    @Override
    int run(Context context) {
        Services services = context.engine().services();
        ServiceViews views = new ServiceViews(services.book(), false);
        Each<Service> each = new Each<>(files, file -> services.book().importFile(file, replace, context.caller()));
        return each.print(
                json,
                context,
                "file",
                (object, service) ->
                        views.json(object, services.shown(List.of(service)).getFirst(), Map.of()),
                (file, service) -> ServiceAddVerb.told(context, service, "taken over from " + file, false));
    }

    @Override
    boolean changes() {
        return true;
    }
}
