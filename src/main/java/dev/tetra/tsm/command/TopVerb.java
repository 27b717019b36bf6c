package dev.tetra.tsm.command;

import dev.tetra.tsm.model.TsmException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Watch all processes on the whole screen.",
            "It shows their CPU, memory and restarts, and the log of one of them. The key h shows the keys. CPU and memory are"
                    + " those of the whole tree of a process."
        },
        footer = {"tsm top", "tsm top --sort -memory", "tsm top --once                  # one look, as text"})
final class TopVerb extends Verb {
    @Option(
            names = {"-a", "--all"},
            description = "Also those at rest.")
    boolean all;

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            description = "Order by id, name, port, status, restarts, cpu, memory or uptime; -COLUMN: the other way.")
    @Nullable
    String sort;

    @Option(names = "--filter", paramLabel = "TEXT", description = "Only those with this text in a column.")
    @Nullable
    String filter;

    @Option(names = "--once", description = "Print what would be shown first as plain text, and end.")
    boolean once;

    @Override
    void configure(picocli.CommandLine line) {
        // --sort -cpu is a column the other way round, not an option
        line.setAllowOptionsAsOptionParameters(true);
    }

    @Mixin
    InNamespace in = new InNamespace();

    @Override
    int run(Context context) {
        if (!once && context.terminal().width() == 0) {
            throw new TsmException.Usage(
                    "tsm top draws on a terminal, and stdout is none",
                    "tsm list --json is for programs; tsm top --once prints one picture as text");
        }
        context.terminal().client("top");
        return 0;
    }

    @Override
    boolean offersJson() {
        return false;
    }
}
