package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes a pattern from a command that runs: by it such a command is executed as that one was, with its own port in place of that
 * one's. What a pattern can't say is refused.
 */
public final class PatternDraft {
    private static final String INSTEAD = "tsm save NAME TARGET keeps the whole command, with its port, as a service";

    private final Patterns present;
    private final Function<List<String>, Classified> understand;

    /**
     * @param present the patterns that count now
     * @param understand what words mean where the command runs
     */
    public PatternDraft(Patterns present, Function<List<String>, Classified> understand) {
        this.present = present;
        this.understand = understand;
    }

    /**
     * What is known of the command.
     *
     * @param words as they were typed
     * @param executed what was executed for them, with the port
     * @param port the port that it has; null for none
     */
    public record Example(
            List<String> words,
            List<String> executed,
            @Nullable Integer port) {}

    /**
     * The pattern.
     *
     * @param column the port as in a patterns file
     * @throws TsmException.Usage when the name or the port is none
     * @throws TsmException.Failed when no pattern can say what is executed for such a command
     */
    public Pattern of(String name, String column, Example example) {
        if (!PatternFile.isName(name)) {
            throw new TsmException.Usage(
                    "'" + name + "' can't be a pattern's name", "use letters, digits, '.', '_' and '-'");
        }
        Classified command = understand.apply(example.words());
        if (command.shell()) {
            throw new TsmException.Failed(
                    "it runs a line with shell syntax, which no pattern can match",
                    "write its program into a script, and start that");
        }
        List<String> words = words(command);
        List<String> match = withoutPort(words, command);
        if (match.stream().anyMatch(w -> w.contains("|") || w.contains("\n") || w.contains("\r"))) {
            throw new TsmException.Failed(
                    "a word of its command has a '|' or a line break, which a patterns file cannot hold", INSTEAD);
        }
        boolean port = !column.equals("0") && !column.equals("-");
        String template = port && example.port() != null ? template(match, command, example) : "{cmd}";
        String line = name + "|" + CommandWords.joinPlain(match) + "|" + column + "|" + template;
        PatternFile parsed = PatternFile.parse(line, "the pattern", false);
        if (parsed.patterns().size() != 1) {
            throw new TsmException.Usage(
                    String.join("; ", parsed.warnings()), "a pattern is name|match|port|template, on one line");
        }
        Pattern pattern = parsed.patterns().getFirst();
        check(pattern, understand.apply(match), example, port);
        check(pattern, command, example, port && match.size() < words.size());
        return pattern;
    }

    /** The words, also of a line in one word. */
    private static List<String> words(Classified command) {
        String first = command.typed().getFirst();
        boolean line = command.typed().size() == 1 && !command.argv().contains(first);
        return line ? CommandWords.split(first) : command.typed();
    }

    /** The words without the one in which the port is written, and without an option that is there for it alone. */
    private static List<String> withoutPort(List<String> words, Classified command) {
        Optional<PortHint> hint = PortHints.find(command);
        int at = hint.map(h -> words.size() - (command.words().size() - h.word()))
                .orElse(-1);
        if (hint.isEmpty() || at < 1 || !words.get(at).equals(hint.get().text())) {
            return words;
        }
        boolean option = words.get(at - 1).startsWith("-")
                && !words.get(at).startsWith("-")
                && PortHints.find(List.of("x", words.get(at - 1), words.get(at)))
                        .isPresent();
        List<String> without = new ArrayList<>(words);
        without.subList(option ? at - 1 : at, at + 1).clear();
        return without;
    }

    /** What {@link Template#apply} has to add to the words for what was executed. */
    private String template(List<String> match, Classified command, Example example) {
        List<String> bare = understand.apply(match).argv();
        List<String> executed = example.executed();
        int end = bare.indexOf("--");
        int from = end < 0 ? bare.size() : end;
        int to = from + executed.size() - bare.size();
        boolean added = to >= from
                && executed.subList(0, from).equals(bare.subList(0, from))
                && executed.subList(to, executed.size()).equals(bare.subList(from, bare.size()));
        if (!added) {
            throw inexpressible();
        }
        List<String> template = new ArrayList<>();
        present.classify(command)
                .pattern()
                .filter(p -> p.type() == ProcessType.PORT)
                .ifPresent(p -> p.template().environment().forEach((n, value) -> template.add(n + "=" + value)));
        template.add("{cmd}");
        executed.subList(from, to)
                .forEach(word -> template.add(word.replaceAll("(?<![0-9])" + example.port() + "(?![0-9])", "{port}")));
        return CommandWords.joinPlain(template);
    }

    private static TsmException.Failed inexpressible() {
        return new TsmException.Failed(
                "a pattern can add a port to the end of a command alone, and this one has it elsewhere or more than once",
                INSTEAD + "; or start it with the port as its last word, and save that");
    }

    private void check(Pattern pattern, Classified command, Example example, boolean executed) {
        List<Pattern> own = new ArrayList<>(present.all().stream()
                .filter(p -> !p.builtIn() && !p.name().equals(pattern.name()))
                .toList());
        own.add(pattern);
        Classification classified =
                new Patterns(present.all().stream().filter(Pattern::builtIn).toList(), own).classify(command);
        if (!classified.pattern().filter(pattern::equals).isPresent()) {
            throw new TsmException.Failed(
                    "such commands would still go by another rule: " + classified.decidedBy(), INSTEAD);
        }
        if (executed
                && example.port() != null
                && !Patterns.apply(command, classified, example.port()).argv().equals(example.executed())) {
            throw inexpressible();
        }
    }
}
