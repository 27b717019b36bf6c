package dev.tetra.tsm.command;

import dev.tetra.tsm.model.TsmException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One command: parses its words (picocli), calls the engine, renders what came of it. */
abstract class Verb {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(names = "--json", description = "Print one JSON document in place of text.")
    boolean json;

    /**
     * Does it.
     *
     * @return the exit code when all went well or was reported already
     * @throws TsmException to be told to the user
     */
    abstract int run(Context context) throws Exception;

    /** Settings of its parser that differ from what is usual. */
    void configure(CommandLine line) {}

    /** Whether what it prints with {@code --json} is a stream of objects, one a line, in place of one document. */
    boolean printsLines() {
        return false;
    }

    /** Whether it has a document to print; else it has no {@code --json}. */
    boolean offersJson() {
        return true;
    }

    /** Whether its output is for a program that reads no notices; they wait for the next command then. */
    boolean quiet() {
        return false;
    }

    /** Whether it is to change something, and so is written down with who ran it. */
    boolean changes() {
        return false;
    }
}
