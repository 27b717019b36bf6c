package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.ServiceBook;
import dev.tetra.tsm.engine.Services;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Service;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.ServiceFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Services as they are shown, with secrets masked unless they are to be revealed. */
final class ServiceViews {
    private final ServiceBook book;
    private final boolean reveal;

    ServiceViews(ServiceBook book, boolean reveal) {
        this.book = book;
        this.reveal = reveal;
    }

    /** All services, as {@code tsm list available} shows them. */
    static void list(Context context, boolean json, boolean quiet) {
        ServiceBook book = context.engine().services().book();
        ServiceBook.Page page = book.all(context.caller()::environment);
        page.problems().values().forEach(problem -> context.note(Visible.line(ServiceBook.warning(problem))));
        List<Services.Shown> all = context.engine().services().shown(page.services());
        ServiceViews views = new ServiceViews(book, false);
        if (json) {
            context.terminal()
                    .document(Json.array(all, (document, shown) -> views.json(document, shown, page.problems())));
        } else if (quiet) {
            all.forEach(shown -> context.out(Visible.line(shown.service().name()) + "\n"));
        } else if (all.isEmpty()) {
            context.note("there are no services yet; tsm service add NAME COMMAND makes one, and so does a file "
                    + book.folder() + "/NAME.tsm");
        } else {
            context.out(views.table(all).render(context.terminal().width(), context.ansi()));
        }
    }

    private Table table(List<Services.Shown> all) {
        Table table = new Table(
                Column.left("Name").shortened(),
                Column.left("Enabled"),
                Column.left("Running"),
                Column.right("Port"),
                Column.left("Command").shortened(),
                Column.left("Description").shortened());
        for (Services.Shown shown : all) {
            Map<String, String> fields = book.rules().shown(shown.service(), reveal);
            table.row(
                    Cell.of(shown.service().name(), Style.BOLD),
                    Cell.of(shown.service().enabled() ? "yes" : "no"),
                    Cell.of(running(shown)),
                    Cell.of(fields.get("SERVICE_PORT")),
                    Cell.of(fields.get(ServiceFile.COMMAND)),
                    Cell.of(fields.get(ServiceFile.DESCRIPTION)));
        }
        return table;
    }

    private static String running(Services.Shown shown) {
        String names = shown.processes().stream()
                .filter(p -> !p.status().settled())
                .map(ManagedProcess::name)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "no" : names;
    }

    /** The JSON of a service. */
    void json(Json json, Services.Shown shown, Map<String, TsmException> problems) {
        Service service = shown.service();
        Map<String, String> fields = book.rules().shown(service, reveal);
        json.field("name", service.name())
                .field("description", fields.get(ServiceFile.DESCRIPTION))
                .field("command", fields.get(ServiceFile.COMMAND))
                .field("type", fields.get(ServiceFile.TYPE))
                .field("cwd", fields.get(ServiceFile.DIR))
                .field("port", port(fields))
                .field("envName", fields.get("SERVICE_ENV"))
                .field("enabled", service.enabled())
                .field("running", shown.running())
                .field("file", service.fromFile() ? book.file(service.name()).toString() : null)
                .field(
                        "problem",
                        Optional.ofNullable(problems.get(service.name()))
                                .map(ServiceBook::warning)
                                .orElse(null))
                .object("fields", object -> fields.forEach(object::field))
                .array(
                        "processes",
                        shown.processes(),
                        (object, process) -> object.field("id", process.id())
                                .field("name", process.name())
                                .field("namespace", process.spec().namespace())
                                .field("status", process.status().word())
                                .field("pid", process.pid())
                                .field("port", process.port()))
                .field("createdAt", service.createdAt())
                .field("changedAt", service.changedAt());
    }

    private static @Nullable Integer port(Map<String, String> fields) {
        String port = fields.get("SERVICE_PORT");
        return port == null ? null : Integer.valueOf(port);
    }

    /** Everything about a service, in lines. */
    Details text(Services.Shown shown) {
        Service service = shown.service();
        Details details = new Details()
                .add("Service", Cell.of(service.name(), Style.BOLD))
                .add("Enabled", service.enabled() ? "yes: it starts with the daemon" : "no")
                .add("Defined", service.fromFile() ? "by " + book.file(service.name()) : "by a command")
                .addAll(
                        "Processes",
                        shown.processes().stream()
                                .map(p -> p.label() + ", " + p.status().word()
                                        + (p.pid() == null ? "" : ", pid " + p.pid())
                                        + (p.port() == null ? "" : ", port " + p.port()))
                                .toList())
                .title("Definition");
        book.rules().shown(service, reveal).forEach(details::add);
        return details;
    }
}
