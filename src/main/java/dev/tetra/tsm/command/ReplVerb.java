package dev.tetra.tsm.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Enter commands one after the other, without the word tsm.",
            "At the prompt Tab completes, Ctrl-R searches what was entered before, Ctrl-C ends a command that runs, and"
                    + " Ctrl-D leaves. When stdin is no terminal, its lines are run as a script."
        },
        footer = {
            "tsm repl",
            "tsm repl <deploy.txt   # a script, up to its first failure",
            "printf 'stop all\\nlist all\\n' | tsm repl --keep-going"
        })
final class ReplVerb extends Verb {
    @Option(
            names = "--keep-going",
            description = "In a script: go on after a command that failed; the exit code is the first failure's.")
    boolean keepGoing;

    @Override
    int run(Context context) {
        context.terminal().client("repl");
        return 0;
    }

    @Override
    boolean offersJson() {
        return false;
    }
}
