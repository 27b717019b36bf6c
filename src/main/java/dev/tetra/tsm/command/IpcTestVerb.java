package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Ipc;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

@Command(
        description = {"Test control sockets, and say what is wrong.", "Each is asked for STATUS and HEALTH."},
        exitCodeList = {
            "1:One is not alive and healthy.",
            "3:No such process, or it has no control socket.",
            "5:No answer in time."
        },
        footer = {"tsm ipc test worker", "tsm ipc test all"})
final class IpcTestVerb extends Targeted {
    @Override
    int run(Context context) {
        List<Ipc.Checked> checked = Channels.of(words, namespace, context).stream()
                .map(context.engine().ipc()::test)
                .toList();
        int code = checked.stream()
                .map(Ipc.Checked::failure)
                .filter(Objects::nonNull)
                .mapToInt(failure -> failure.exitCode())
                .findFirst()
                .orElse(0);
        if (json) {
            context.terminal().document(Json.array(checked, IpcTestVerb::write));
            return code;
        }
        for (Ipc.Checked one : checked) {
            boolean good = one.problems().isEmpty();
            String mark = good
                    ? context.ansi().paint(Style.GREEN, "[OK]")
                    : context.ansi().paint(Style.RED, "[FAIL]");
            context.out(mark + " " + Visible.line(one.process().label()) + " at "
                    + Visible.line(one.path().toString()) + "\n");
            line(context, "STATUS", one.status());
            line(context, "HEALTH", one.health());
            one.problems().stream()
                    .filter(problem -> !problem.equals(one.health()))
                    .forEach(problem -> context.out("  " + Visible.line(problem) + "\n"));
        }
        return code;
    }

    private static void line(Context context, String verb, @Nullable String answer) {
        if (answer != null) {
            context.out("  " + verb + ": " + Visible.line(answer) + "\n");
        }
    }

    private static void write(Json json, Ipc.Checked one) {
        json.field("name", one.process().name())
                .field("namespace", one.process().spec().namespace())
                .field("id", one.process().id())
                .field("path", one.path().toString())
                .field("ok", one.problems().isEmpty())
                .field("status", one.status())
                .field("health", one.health())
                .strings("problems", one.problems());
        Results.failure(json, one.failure());
    }
}
