package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.View;
import picocli.CommandLine.Command;

@Command(description = "List processes.")
final class ListVerb extends Verb {
    @Override
    int run(Context context) {
        for (View view : context.engine().overview().all()) {
            context.out(view.process().name() + "\n");
        }
        return 0;
    }
}
