package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.spec.Schedules;
import java.time.Instant;

/** How a process that runs now is told of. */
final class Told {
    private Told() {}

    /** Its name, what became of it, its ID, pid, and port with the address to open; one line without its end. */
    static String running(ManagedProcess process, String what, Ansi ansi) {
        StringBuilder text = new StringBuilder();
        text.append(ansi.paint(Style.BOLD, Visible.line(process.name())))
                .append(' ')
                .append(now(process, what))
                .append(": ID ")
                .append(process.id());
        Run run = process.run();
        if (process.pid() == null && run != null && run.exit() != null) {
            text.append(", its last run: ").append(run.exit().inWords());
        }
        if (process.life().awaitsTime()) {
            Schedules.next(process, Instant.now())
                    .ifPresent(next -> text.append(", runs next at ").append(Times.local(next)));
            return text.toString();
        }
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

    /** A job may have ended by now. */
    private static String now(ManagedProcess process, String what) {
        return process.life().awaitsTime()
                ? "waits for its time"
                : process.status() == Status.EXITED ? what + " and done" : what;
    }
}
