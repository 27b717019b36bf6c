package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.ServiceBook;
import dev.tetra.tsm.engine.Services;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Show a service and what runs of it.",
            "That is its definition with what looks secret masked, and the processes that were started from" + " it."
        },
        exitCodeList = "3:No such service.",
        footer = "tsm show web")
final class ShowVerb extends Verb {
    @Parameters(paramLabel = "SERVICE", description = "Its name.")
    String name = "";

    @Option(names = "--reveal", description = "Show what looks secret.")
    boolean reveal;

    @Override
    int run(Context context) {
        ServiceBook book = context.engine().services().book();
        Service service = book.get(name, context.caller()::environment);
        TsmException problem = book.find(name, context.caller()::environment).problem();
        Services.Shown shown =
                context.engine().services().shown(List.of(service)).getFirst();
        ServiceViews views = new ServiceViews(book, reveal);
        if (json) {
            context.terminal()
                    .document(Json.object(document ->
                            views.json(document, shown, problem == null ? Map.of() : Map.of(name, problem))));
            return 0;
        }
        if (problem != null) {
            context.note(ServiceBook.warning(problem));
        }
        context.out(views.text(shown).render(context.ansi()));
        return 0;
    }
}
