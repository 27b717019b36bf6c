package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Style;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * The verbs by name. A request makes only the one it needs: picocli reads a class by reflection, and reading all of them
 * would cost more than most commands.
 */
final class Verbs {
    private record Entry(String name, Supplier<Verb> make) {}

    private final Map<String, Entry> byName = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    Verbs() {
        add(StartVerb::new, "start");
        add(StopVerb::new, "stop");
        add(RestartVerb::new, "restart");
        add(DeleteVerb::new, "delete", "del", "rm");
        add(KillVerb::new, "kill");
        add(SignalVerb::new, "signal");
        add(WaitVerb::new, "wait");
        add(CleanupVerb::new, "cleanup");
        add(FlushVerb::new, "flush");
        add(LogsVerb::new, "logs");
        add(DaemonVerb::new, "daemon");
        add(ListVerb::new, "list", "ls");
    }

    private void add(Supplier<Verb> make, String... names) {
        Entry entry = new Entry(names[0], make);
        entries.add(entry);
        for (String name : names) {
            byName.put(name, entry);
        }
    }

    Optional<Verb> named(String name) {
        return Optional.ofNullable(byName.get(name)).map(entry -> entry.make().get());
    }

    /** Every name and alias. */
    List<String> names() {
        return List.copyOf(byName.keySet());
    }

    /** A verb's parser. */
    static CommandLine commandLine(Verb verb, String name) {
        CommandLine line = new CommandLine(verb);
        line.setCommandName("tsm " + name);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUnmatchedOptionsArePositionalParams(false);
        verb.configure(line);
        if (!verb.offersJson()) {
            line.getCommandSpec().remove(line.getCommandSpec().findOption("--json"));
        }
        return line;
    }

    /** All verbs with a line each. */
    String overview(Ansi ansi) {
        StringBuilder text = new StringBuilder();
        text.append("tsm keeps commands running.\n\nUsage: tsm COMMAND [words]\n\n");
        for (Entry entry : entries) {
            String[] line = new CommandLine(entry.make().get())
                    .getCommandSpec()
                    .usageMessage()
                    .description();
            text.append("  ")
                    .append(ansi.paint(Style.BOLD, String.format("%-10s", entry.name())))
                    .append(line.length == 0 ? "" : line[0])
                    .append('\n');
        }
        text.append("\ntsm help COMMAND says more; tsm start python3 -m http.server is a good first one.\n");
        return text.toString();
    }
}
