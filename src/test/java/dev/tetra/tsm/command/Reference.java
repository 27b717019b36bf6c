package dev.tetra.tsm.command;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The pages of {@code docs/reference} and {@code docs/man}, made from the declarations of the commands. */
final class Reference {
    /** A word or an option, or an exit code, and what it means. */
    record Term(String term, String meaning) {}

    /** What there is to say about a command. */
    record Page(
            String name,
            List<String> aliases,
            List<String> synopsis,
            List<String> description,
            List<Term> words,
            List<Term> options,
            List<Term> exitCodes,
            List<String> examples,
            List<String> seeAlso,
            boolean json) {
        String summary() {
            return description.getFirst();
        }
    }

    static final List<Term> EXIT_CODES = List.of(
            new Term("0", "Done."),
            new Term("1", "The operation failed."),
            new Term("2", "Wrong use, or a target that fits several processes."),
            new Term("3", "No such process, service or control socket."),
            new Term("4", "A port or a name is taken, or a file is there already."),
            new Term("5", "Timed out."),
            new Term("69", "The daemon cannot be reached or started."),
            new Term("70", "A bug in tsm; tsm daemon logs shows its trace."));

    private final Verbs verbs = new Verbs();

    /** The text of each file by its path below {@code docs}. */
    Map<String, String> files() {
        Map<String, Page> pages = pages();
        Map<String, String> files = new TreeMap<>();
        files.put("reference/README.md", new ReferenceMarkdown().index(HelpText.groups(), pages));
        files.put("man/tsm.1", new ReferenceMan().index(HelpText.groups(), pages));
        pages.forEach((name, page) -> {
            files.put("reference/" + dashed(name) + ".md", new ReferenceMarkdown().page(page));
            files.put("man/tsm-" + dashed(name) + ".1", new ReferenceMan().page(page));
        });
        return files;
    }

    /** The name of a command as one word. */
    static String dashed(String name) {
        return name.replace(' ', '-');
    }

    /** Every command's page, by its name. */
    Map<String, Page> pages() {
        Map<String, Page> pages = new LinkedHashMap<>();
        List<Verbs.Listed> listed = verbs.all();
        List<CommandLine> lines = verbs.lines();
        for (int i = 0; i < listed.size(); i++) {
            pages.put(listed.get(i).name(), page(listed.get(i), lines.get(i)));
        }
        return pages;
    }

    private Page page(Verbs.Listed verb, CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        CommandLine.Model.UsageMessageSpec usage = spec.usageMessage();
        List<Term> codes = new ArrayList<>();
        usage.exitCodeList().forEach((code, meaning) -> codes.add(new Term(code, meaning)));
        return new Page(
                verb.name(),
                verb.aliases().stream().filter(alias -> !alias.startsWith("-")).toList(),
                new CommandLine.Help(spec, CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                        .synopsis(0)
                        .lines()
                        .toList(),
                List.of(usage.description()),
                spec.positionalParameters().stream()
                        .map(word -> new Term(
                                word.paramLabel() + (word.arity().max() > 1 ? "…" : ""),
                                String.join(" ", word.description())))
                        .toList(),
                spec.options().stream()
                        .filter(option -> !option.hidden())
                        .sorted(Comparator.comparing(Reference::place))
                        .map(option -> new Term(names(option), String.join(" ", option.description())))
                        .toList(),
                codes,
                Stream.of(usage.footer()).map(String::strip).toList(),
                related(verb.name()),
                spec.findOption("--json") != null);
    }

    /** By name, but what every command has comes last. */
    private static String place(OptionSpec option) {
        String name = option.longestName();
        boolean common = name.equals("--json") || name.equals("--help");
        return (common ? "1" : "0") + name.replaceFirst("^-+", "");
    }

    private static String names(OptionSpec option) {
        String names = String.join(", ", option.names());
        return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
    }

    private static List<String> related(String name) {
        return HelpText.groups().values().stream()
                .filter(names -> names.contains(name))
                .flatMap(List::stream)
                .filter(other -> !other.equals(name))
                .toList();
    }
}
