package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Hooks;
import dev.tetra.tsm.model.Dependency;
import dev.tetra.tsm.model.Hook;
import dev.tetra.tsm.model.OrderPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options of a start that are about what it needs before it, and what is told of it. */
final class OrderOptions {
    @Option(
            names = "--after",
            paramLabel = "NAME",
            description = "A process or service to bring up first; :ready, :started or :completed (ready where it has"
                    + " a readiness probe, else started); may be repeated.")
    List<String> after = new ArrayList<>();

    @Option(
            names = "--on",
            paramLabel = "EVENTS=COMMAND",
            description =
                    "Run a command, or POST to a URL, on its events, such as exit,restart,errored='notify.sh'; may be"
                            + " repeated.")
    List<String> on = new ArrayList<>();

    /** What they say together. */
    OrderPolicy policy() {
        return new OrderPolicy(
                after.stream()
                        .flatMap(text -> Stream.of(text.split(",", -1)))
                        .map(Dependency::parse)
                        .toList(),
                on.stream().map(OrderOptions::hook).toList());
    }

    private static Hook hook(String text) {
        Hook hook = Hook.parse(text);
        Hooks.check(hook);
        return hook;
    }
}
