package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command as tsm understood it.
 *
 * @param typed the words as the user typed them
 * @param argv the words that are executed
 * @param words the words that the rules for ports, patterns and names look at. They are {@code argv}, but a script that
 *     is executed by its {@code #!} line has its interpreter before it, and for a shell line they are the words of its
 *     main command with the assignments before it
 * @param executable the absolute path of the program
 * @param script the script as typed, when there is one
 * @param interpreter the program that runs the script or the module, when there is one
 * @param shell true when a shell runs the command line, so that nothing can be added to its words
 * @param notes what the user should be told about how the command was understood
 */
public record Classified(
        List<String> typed,
        List<String> argv,
        List<String> words,
        String executable,
        Kind kind,
        @Nullable String script,
        @Nullable String interpreter,
        boolean shell,
        List<String> notes) {
    public Classified {
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv is empty");
        }
        typed = List.copyOf(typed);
        argv = List.copyOf(argv);
        words = List.copyOf(words);
        notes = List.copyOf(notes);
    }

    /** The typed words as one line that a shell splits into the same words. A shell line is itself. */
    public String command() {
        return typed.size() == 1 && shell ? typed.getFirst() : CommandWords.join(typed);
    }
}
