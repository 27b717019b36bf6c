package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Narrator.Story;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.spec.Targets;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        description = {
            "Say why a process is as it is, and what tsm will do next.",
            "With --json: one object for one target, else an array."
        },
        exitCodeList = "3:No such process.",
        footer = "tsm why api")
final class WhyVerb extends Targeted {
    private record Told(ManagedProcess process, Story story) {}

    @Override
    int run(Context context) {
        List<Told> all = targets(context).stream()
                .map(process -> new Told(process, context.engine().narrator().tell(process)))
                .toList();
        if (json) {
            boolean one = all.size() == 1 && words.size() == 1 && !words.contains(Targets.ALL);
            context.terminal()
                    .document(
                            one
                                    ? Json.object(document -> write(document, all.getFirst()))
                                    : Json.array(all, WhyVerb::write));
            return 0;
        }
        for (int i = 0; i < all.size(); i++) {
            context.out((i == 0 ? "" : "\n") + text(all.get(i).story(), context));
        }
        return 0;
    }

    private static void write(Json json, Told told) {
        Story story = told.story();
        json.field("id", told.process().id())
                .field("name", told.process().name())
                .field("namespace", told.process().spec().namespace())
                .field("status", told.process().status().word())
                .field("now", story.now())
                .strings("because", story.because())
                .strings("lastLines", story.lastLines())
                .field("next", story.next())
                .array("events", story.recent(), InfoJson::event);
    }

    private static String text(Story story, Context context) {
        StringBuilder text = new StringBuilder();
        text.append(context.ansi().paint(Style.BOLD, Visible.line(story.now()))).append('\n');
        story.because().forEach(line -> indented(text, line));
        text.append("Next: ").append(Visible.line(story.next())).append('\n');
        if (!story.lastLines().isEmpty()) {
            text.append("\nIts last lines:\n");
            story.lastLines().forEach(line -> indented(text, line));
        }
        if (!story.recent().isEmpty()) {
            text.append("\nWhat happened lately:\n");
            story.recent().forEach(event -> indented(text, Times.local(event.at()) + "  " + event.message()));
        }
        return text.toString();
    }

    private static void indented(StringBuilder to, String line) {
        to.append("  ").append(Visible.line(line)).append('\n');
    }
}
