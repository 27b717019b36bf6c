package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Visible;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * What the shells' completion asks. It is in no help: its form may change with the scripts of {@code shell-init}. Each
 * line of the answer is a word, a tab, and a description; without a word the description names what the shell itself
 * is to complete: files, folders or programs.
 */
@Command(description = "What could be the last of the words of a tsm command line.")
final class CompleteVerb extends Verb {
    private final Verbs verbs;

    @Parameters(arity = "0..*", paramLabel = "WORD", description = "The words so far; the last may be empty.")
    List<String> words = new ArrayList<>();

    CompleteVerb(Verbs verbs) {
        this.verbs = verbs;
    }

    @Override
    void configure(CommandLine line) {
        line.setStopAtPositional(true);
    }

    @Override
    int run(Context context) {
        StringBuilder text = new StringBuilder();
        for (Completion.Candidate candidate : new Completion(verbs, context).of(words)) {
            text.append(Visible.line(candidate.word()))
                    .append('\t')
                    .append(Visible.line(candidate.description()))
                    .append('\n');
        }
        context.out(text.toString());
        return 0;
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
