package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.model.ManagedProcess;

/** How a process that runs now is told of. */
final class Told {
    private Told() {}

    /** Its name, what became of it, its ID, pid, and port with the address to open; one line without its end. */
    static String running(ManagedProcess process, String what, Ansi ansi) {
        StringBuilder text = new StringBuilder();
        text.append(ansi.paint(Style.BOLD, Visible.line(process.name())))
                .append(' ')
                .append(what)
                .append(": ID ")
                .append(process.id());
        if (process.pid() != null) {
            text.append(", pid ").append(process.pid());
        }
        if (process.port() != null) {
            text.append(", port ")
                    .append(process.port())
                    .append(", http://localhost:")
                    .append(process.port())
                    .append('/');
        }
        return text.toString();
    }
}
