package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.ProcessType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The patterns that count for a user: his own and the built-in ones (SPEC 5). His win: one that fits is taken before any
 * built-in one, and one of the same name replaces it.
 */
public final class Patterns {
    private final List<Pattern> own;
    private final List<Pattern> builtIn;

    public Patterns(List<Pattern> builtIn, List<Pattern> own) {
        Set<String> names = own.stream().map(Pattern::name).collect(Collectors.toSet());
        this.own = List.copyOf(own);
        this.builtIn = builtIn.stream().filter(p -> !names.contains(p.name())).toList();
    }

    /** All that count, the user's first. */
    public List<Pattern> all() {
        List<Pattern> all = new ArrayList<>(own);
        all.addAll(builtIn);
        return List.copyOf(all);
    }

    /**
     * The pattern for a command: of those that {@linkplain Pattern#fits fit}, the one with most words, then with most
     * letters, then the last in its file. A command inside of another one, as in {@code npx vite} or {@code python -m
     * flask}, is looked at first.
     */
    public Optional<Pattern> match(List<String> words) {
        List<List<String>> forms = Wrappers.forms(words);
        Optional<Pattern> mine = best(own, forms);
        return mine.isPresent() ? mine : best(builtIn, forms);
    }

    /**
     * What a command is. A port written in it makes it a port process, whatever its pattern is. A shell line only gets
     * the type of its main command's pattern where that needs no word added, because nothing can be added to a shell
     * line; it then learns its port by {@code PORT}.
     */
    public Classification classify(Classified command) {
        Optional<PortHint> hint = PortHints.find(command);
        // The user wrote his pattern for what he types, not for the interpreter that a #! line names.
        Optional<Pattern> typed = command.shell() ? Optional.empty() : best(own, Wrappers.forms(command.typed()));
        Optional<Pattern> pattern = typed.or(() -> match(command.words()))
                .filter(p -> !command.shell() || !p.template().addsPort() || hint.isPresent());
        ProcessType type =
                hint.isPresent() ? ProcessType.PORT : pattern.map(Pattern::type).orElse(ProcessType.PID);
        return new Classification(type, pattern.map(Pattern::port).orElse(null), hint, pattern);
    }

    /**
     * The words to execute and the variables to set when a process gets a port. Without a pattern, or in a shell line,
     * the words stay as they are.
     *
     * @param port the port that the process got
     */
    public static Template.Applied apply(Classified command, Classification classification, int port) {
        Optional<PortHint> hint = classification.hint();
        List<String> argv = command.argv();
        if (hint.isPresent() && hint.get().port() != port && !command.shell()) {
            int offset = command.words().size() - argv.size();
            argv = new PortHint(
                            hint.get().port(),
                            hint.get().word() - offset,
                            hint.get().start(),
                            hint.get().text())
                    .replacedIn(argv, port);
        }
        Template template = classification.pattern().map(Pattern::template).orElse(Template.NONE);
        Template.Applied applied = template.apply(argv, port, hint.isPresent() || command.shell());
        return command.shell() ? new Template.Applied(argv, applied.environment()) : applied;
    }

    private static Optional<Pattern> best(List<Pattern> patterns, List<List<String>> forms) {
        for (List<String> form : forms) {
            Optional<Pattern> best =
                    patterns.stream().filter(p -> p.fits(form)).reduce((a, b) -> BETTER.compare(a, b) > 0 ? a : b);
            if (best.isPresent()) {
                return best;
            }
        }
        return Optional.empty();
    }

    private static final Comparator<Pattern> BETTER =
            Comparator.<Pattern>comparingInt(p -> p.match().size()).thenComparingInt(Pattern::letters);
}
