package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The verbs by name. A request makes only the one it needs: picocli reads a class by reflection, and reading all of them
 * would cost more than most commands.
 */
final class Verbs {
    private record Entry(String name, List<String> aliases, Supplier<Verb> make) {}

    /** A verb, under the name it was called by, and how many of the words that took. */
    record Found(String name, int words, Verb verb) {}

    /** A verb as it is listed. */
    record Listed(String name, List<String> aliases, String description) {}

    /** What the names of verbs begin with that scripts call and people do not. */
    private static final String HIDDEN = "__";

    private final Map<String, Entry> byName = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    Verbs() {
        add(StartVerb::new, "start");
        add(StopVerb::new, "stop");
        add(RestartVerb::new, "restart");
        add(ReloadVerb::new, "reload");
        add(ScaleVerb::new, "scale");
        add(DeleteVerb::new, "delete", "del", "rm");
        add(KillVerb::new, "kill");
        add(SignalVerb::new, "signal");
        add(WaitVerb::new, "wait");
        add(ReadyVerb::new, "ready");
        add(CleanupVerb::new, "cleanup");
        add(FlushVerb::new, "flush");
        add(LogsVerb::new, "logs");
        add(EventsVerb::new, "events");
        add(DaemonVerb::new, "daemon");
        add(ListVerb::new, "list", "ls");
        add(InfoVerb::new, "info", "describe");
        add(WhyVerb::new, "why");
        add(TopVerb::new, "top");
        add(PortsVerb::new, "ports");
        add(PortsRangeVerb::new, "ports range");
        add(PortsClaimVerb::new, "ports claim");
        add(PortsCleanupVerb::new, "ports cleanup");
        add(EnvVerb::new, "env");
        add(InitVerb::new, "init");
        add(DoctorVerb::new, "doctor");
        add(DoctorPortVerb::new, "doctor port");
        add(DoctorKillVerb::new, "doctor kill");
        add(DoctorOrphansVerb::new, "doctor orphans");
        add(DoctorHealthcheckVerb::new, "doctor healthcheck");
        add(DoctorCleanVerb::new, "doctor clean");
        add(DoctorEnvVerb::new, "doctor env");
        add(ClassifyVerb::new, "classify");
        add(PatternsVerb::new, "patterns");
        add(PatternsTestVerb::new, "patterns test");
        add(IpcListVerb::new, "ipc list", "ipc");
        add(IpcTestVerb::new, "ipc test");
        add(IpcSendVerb::new, "ipc send");
        add(IpcCleanupVerb::new, "ipc cleanup");
        add(SocketVerb::new, "socket");
        add(ServiceVerb::new, "service");
        add(ServiceAddVerb::new, "service add");
        add(ServiceRmVerb::new, "service rm");
        add(ShowVerb::new, "show", "service show");
        add(ServiceListVerb::new, "service list");
        add(ServiceImportVerb::new, "service import");
        add(ServiceExportVerb::new, "service export");
        add(EnableVerb::new, "enable");
        add(DisableVerb::new, "disable");
        add(SaveVerb::new, "save");
        add(SavePatternVerb::new, "save pattern");
        add(StartupVerb::new, "startup");
        add(StartupInstallVerb::new, "startup install");
        add(StartupUninstallVerb::new, "startup uninstall");
        add(StartupStatusVerb::new, "startup status");
        add(HookListVerb::new, "hook list", "hook");
        add(HookAddVerb::new, "hook add");
        add(HookRmVerb::new, "hook rm");
        add(HookTestVerb::new, "hook test");
        add(SqlVerb::new, "sql");
        add(ConfigListVerb::new, "config list", "config");
        add(ConfigGetVerb::new, "config get");
        add(ConfigSetVerb::new, "config set");
        add(ConfigUnsetVerb::new, "config unset");
        add(VersionVerb::new, "version", "--version", "-V");
        add(() -> new HelpVerb(this), "help", "--help", "-h");
        add(ReplVerb::new, "repl");
        add(() -> new ShellInitVerb(this), "shell-init");
        add(() -> new CompleteVerb(this), HIDDEN + "complete");
        add(SecretVerb::new, HIDDEN + "secret");
        add(LiveVerb::new, HIDDEN + "live");
    }

    private void add(Supplier<Verb> make, String... names) {
        List<String> all = List.of(names);
        Entry entry = new Entry(names[0], all.subList(1, all.size()), make);
        entries.add(entry);
        all.forEach(name -> byName.put(name, entry));
    }

    /** The verb that words begin with, of two words if there is one, else of one. */
    Optional<Found> find(List<String> words) {
        for (int count = Math.min(2, words.size()); count > 0; count--) {
            String name = String.join(" ", words.subList(0, count));
            Entry entry = byName.get(name);
            if (entry != null) {
                String called = name.startsWith("-") ? entry.name() : name;
                return Optional.of(new Found(called, count, entry.make().get()));
            }
        }
        return Optional.empty();
    }

    /** Every name and alias. */
    List<String> names() {
        return byName.keySet().stream().filter(name -> !name.startsWith(HIDDEN)).toList();
    }

    /** What may follow a name that several verbs begin with; empty for any other. */
    List<String> actions(String name) {
        return byName.keySet().stream()
                .filter(other -> other.startsWith(name + " "))
                .map(other -> other.substring(name.length() + 1))
                .toList();
    }

    /** Every verb with a line about it. */
    List<Listed> all() {
        return entries.stream()
                .filter(entry -> !entry.name().startsWith(HIDDEN))
                .map(entry -> new Listed(
                        entry.name(), entry.aliases(), description(entry.make().get())))
                .toList();
    }

    private static String description(Verb verb) {
        String[] lines = new CommandLine(verb).getCommandSpec().usageMessage().description();
        return lines.length == 0 ? "" : lines[0];
    }

    /** A verb's parser. */
    static CommandLine commandLine(Verb verb, String name) {
        CommandLine line = new CommandLine(verb);
        line.setCommandName("tsm " + name);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUnmatchedOptionsArePositionalParams(false);
        // a word like @types/node is a word; the daemon must not read a file of that name in its place
        line.setExpandAtFiles(false);
        verb.configure(line);
        if (!verb.offersJson()) {
            line.getCommandSpec().remove(line.getCommandSpec().findOption("--json"));
        }
        UsageMessageSpec usage = line.getCommandSpec().usageMessage();
        usage.descriptionHeading("%n")
                .parameterListHeading("%nWords:%n")
                .optionListHeading("%nOptions:%n")
                .exitCodeListHeading(
                        usage.exitCodeList().isEmpty() ? "" : "%nExit codes, beside those of every command:%n")
                .footerHeading(usage.footer().length == 0 ? "" : "%nExamples:%n")
                .footer(Stream.of(usage.footer()).map(example -> "  " + example).toArray(String[]::new));
        return line;
    }

    /** The verbs that people use, each with its parser. */
    List<CommandLine> lines() {
        return entries.stream()
                .filter(entry -> !entry.name().startsWith(HIDDEN))
                .map(entry -> commandLine(entry.make().get(), entry.name()))
                .toList();
    }

    /** All verbs with a line each. */
    String overview(Ansi ansi) {
        return HelpText.of(all(), ansi);
    }
}
