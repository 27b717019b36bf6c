package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Live;
import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.ManagedProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import picocli.CommandLine.Command;

/** What {@code tsm top} shows: a look at all processes a second, each a JSON object on a line of its own. */
@Command(description = "Look at all processes once a second, for tsm top.")
final class LiveVerb extends Verb {
    @Override
    int run(Context context) throws InterruptedException {
        try (Live.Watch watch = context.engine().live().watch()) {
            context.terminal().onGone(watch::close);
            OutputStream out = new ClientStream(context.terminal().stream());
            for (Optional<Live.Look> look = watch.next(); look.isPresent(); look = watch.next()) {
                Live.Look seen = look.get();
                out.write(Json.line(line -> line.field("number", seen.number())
                        .field("at", seen.at())
                        .array("processes", seen.views(), LiveVerb::process)));
                out.flush();
            }
        } catch (IOException e) {
            // nobody reads any more, which is how this ends
        }
        return 0;
    }

    private static void process(Json json, View view) {
        ManagedProcess process = view.process();
        json.field("key", process.key())
                .field("id", process.id())
                .field("name", process.name())
                .field("namespace", process.spec().namespace())
                .field("status", process.status().word())
                .field("pid", process.pid())
                .field("port", PortText.cell(view).text())
                .field("restarts", process.life().restarts())
                .field("cpuPercent", view.cpuPercent())
                .field("memoryBytes", view.memoryBytes())
                .field("uptimeMs", view.uptime() == null ? null : view.uptime().toMillis());
    }

    @Override
    boolean offersJson() {
        return false;
    }

    @Override
    boolean quiet() {
        return true;
    }
}
