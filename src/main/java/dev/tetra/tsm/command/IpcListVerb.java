package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Column;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Table;
import dev.tetra.tsm.engine.Ipc;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        description = {
            "List the control sockets of processes.",
            "Listens says whether a client that connects to the path reaches tsm; App whether the program"
                    + " has a socket of its own at $TSM_SOCKET.app. Also: tsm ipc test, ipc send, ipc cleanup."
        },
        footer = "tsm ipc list")
final class IpcListVerb extends Verb {
    @Mixin
    InNamespace in = new InNamespace();

    @Override
    int run(Context context) {
        List<Ipc.Channel> channels = context.engine().ipc().list().stream()
                .filter(channel -> in.has(channel.process()))
                .toList();
        if (json) {
            context.terminal().document(Json.array(channels, IpcListVerb::write));
        } else if (channels.isEmpty()) {
            context.note("no process has a control socket; those get one that have no port and a pattern with port 0,"
                    + " such as tsm start bash worker.sh");
        } else {
            context.out(table(channels).render(context.terminal().width(), context.ansi()));
        }
        return 0;
    }

    private static void write(Json json, Ipc.Channel channel) {
        json.field("name", channel.process().name())
                .field("namespace", channel.process().spec().namespace())
                .field("id", channel.process().id())
                .field("path", channel.path().toString())
                .field("status", channel.process().status().word())
                .field("pid", channel.process().pid())
                .field("listening", channel.listening())
                .field("problem", channel.problem())
                .field("connections", channel.connections())
                .field("app", channel.app());
    }

    private static Table table(List<Ipc.Channel> channels) {
        Table table = new Table(
                Column.right("ID"),
                Column.left("Name").shortened(),
                Column.left("Status"),
                Column.left("Listens"),
                Column.left("App"),
                Column.left("Path"));
        for (Ipc.Channel channel : channels) {
            table.row(
                    Cell.of(channel.process().id()),
                    Cell.of(channel.process().name(), Style.BOLD),
                    ProcessTable.status(channel.process().status()),
                    channel.listening()
                            ? Cell.of("yes", Style.GREEN)
                            : Cell.of("no, " + channel.problem(), Style.YELLOW),
                    Cell.of(channel.app() ? "yes" : null),
                    Cell.of(channel.path()));
        }
        return table;
    }
}
