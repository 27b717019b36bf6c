package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.PortDoctor;
import dev.tetra.tsm.engine.PortRow;
import dev.tetra.tsm.engine.Stranger;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Say who has a port, and what to do about it.",
            "The exit code is 0 for a free port too; --json has \"free\"."
        },
        footer = "tsm doctor port 3000")
final class DoctorPortVerb extends Verb {
    @Parameters(arity = "1", paramLabel = "PORT", description = "The port, 1 to 65535.")
    int port;

    @Override
    int run(Context context) {
        PortDoctor.Story story = context.engine().portDoctor().port(checked(port));
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("port", story.port())
                            .field("free", story.free())
                            .field("permitted", story.permitted())
                            .array("rows", story.rows(), PortRows::write)));
            return 0;
        }
        if (story.rows().isEmpty()) {
            context.out(nobody(story));
        }
        story.rows().forEach(row -> context.out(told(row)));
        return 0;
    }

    /**
     * The port, when it is one.
     *
     * @throws TsmException.Usage when it is none
     */
    static int checked(int port) {
        if (port < 1 || port > 65_535) {
            throw new TsmException.Usage("'" + port + "' is no port", "a port is a number from 1 to 65535");
        }
        return port;
    }

    private static String nobody(PortDoctor.Story story) {
        if (!story.permitted()) {
            return "Port " + story.port() + " is free, but this user may not listen on it\n";
        }
        return story.free()
                ? "Port " + story.port() + " is free\n  Use: tsm start --port " + story.port() + " COMMAND\n"
                : "Port " + story.port() + " is taken, and nothing that this user may see listens on it\n"
                        + "  It is bound by a program that does not listen yet, or outside of this container.\n";
    }

    private static String told(PortRow row) {
        ManagedProcess process = row.process();
        String number = "Port " + row.port() + (row.protocol().equals("tcp") ? "" : " (" + row.protocol() + ")");
        StringBuilder text = new StringBuilder();
        switch (row.status()) {
            case USED, TAKEN -> {
                text.append(number).append(" is in use\n");
                text.append("  PID:     ").append(row.pid() == null ? "not to be seen by this user" : row.pid());
                text.append("\n  User:    ").append(Visible.line(row.user()));
                text.append("\n  Command: ").append(row.command().isEmpty() ? "-" : Visible.line(row.command()));
                text.append("\n  Address: ")
                        .append(String.join(", ", row.addresses()))
                        .append("\n\n");
                text.append(managed(row, process));
            }
            case SILENT ->
                text.append(number)
                        .append(" is reserved for ")
                        .append(label(process))
                        .append(", which runs and does not listen on it")
                        .append(row.elsewhere().isEmpty() ? "" : ", but on " + ProcessFields.text(row.elsewhere()))
                        .append("\n  Use: ")
                        .append(use(process, row))
                        .append('\n');
            case RESERVED ->
                text.append(number)
                        .append(" is reserved for ")
                        .append(label(process))
                        .append(", which does not run\n  Use: tsm restart ")
                        .append(name(process))
                        .append(", or tsm delete ")
                        .append(name(process))
                        .append(" to free it\n");
            case CLAIMED ->
                text.append(number)
                        .append(" is claimed: only who names it gets it\n  Use: tsm start --port ")
                        .append(row.port())
                        .append(" COMMAND, or tsm ports claim --release ")
                        .append(row.port())
                        .append('\n');
        }
        return text.toString();
    }

    private static String managed(PortRow row, @Nullable ManagedProcess process) {
        String reserved = row.status() == PortRow.Status.TAKEN
                ? "  The port is reserved for " + label(process) + ", which cannot listen on it meanwhile\n"
                : "";
        if (row.managed()) {
            return "This is a TSM-managed process: " + label(row.listener()) + "\n" + reserved + "  Use: tsm stop "
                    + name(row.listener()) + "\n";
        }
        if (row.home() != null && row.pid() != null) {
            return "The tsm of another home manages it: " + Visible.line(row.home()) + "\n" + reserved + "  Use: "
                    + Visible.line(Stranger.stop(row.pid(), row.home())) + "\n";
        }
        return "This is NOT a TSM-managed process\n" + reserved + "  Use: tsm doctor kill " + row.port() + "\n";
    }

    private static String use(@Nullable ManagedProcess process, PortRow row) {
        return row.elsewhere().isEmpty()
                ? "tsm logs " + name(process)
                : "tsm ports claim " + row.elsewhere().getFirst() + " " + name(process) + " makes that its port";
    }

    private static String label(@Nullable ManagedProcess process) {
        return process == null ? "another" : Visible.line(process.label());
    }

    private static String name(@Nullable ManagedProcess process) {
        return process == null ? "" : Visible.line(process.name());
    }
}
