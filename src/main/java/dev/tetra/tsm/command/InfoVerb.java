package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Overview;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.spec.Targets;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {"Show everything about processes.", "With --json: one object for one target, else an array."},
        exitCodeList = "3:No such process.",
        footer = {"tsm info api", "tsm info api --json | jq .runs"})
final class InfoVerb extends Targeted {
    @Option(names = "--reveal", description = "Show the values of variables that look secret.")
    boolean reveal;

    @Override
    int run(Context context) {
        List<ManagedProcess> targets = targets(context);
        List<Overview.Details> all =
                targets.stream().map(context.engine().overview()::details).toList();
        if (json) {
            InfoJson fields = new InfoJson(reveal);
            boolean one = all.size() == 1 && words.size() == 1 && !words.contains(Targets.ALL);
            context.terminal()
                    .document(
                            one
                                    ? Json.object(document -> fields.write(document, all.getFirst()))
                                    : Json.array(all, fields::write));
            return 0;
        }
        InfoText text = new InfoText(reveal, context.ansi());
        for (int i = 0; i < all.size(); i++) {
            context.out((i == 0 ? "" : "\n\n") + text.of(all.get(i)));
        }
        return 0;
    }
}
