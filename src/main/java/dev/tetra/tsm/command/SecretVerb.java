package dev.tetra.tsm.command;

import dev.tetra.tsm.spec.Secrets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What the REPL asks before it keeps a line in its history: exit code 1 when some of it would be masked. */
@Command(description = "Whether words hold something that looks secret.")
final class SecretVerb extends Verb {
    @Parameters(arity = "0..*", paramLabel = "WORD", description = "The words of a command line.")
    List<String> words = new ArrayList<>();

    @Override
    void configure(CommandLine line) {
        line.setStopAtPositional(true);
    }

    @Override
    int run(Context context) {
        return Secrets.maskWords(words).equals(words) ? 0 : 1;
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
