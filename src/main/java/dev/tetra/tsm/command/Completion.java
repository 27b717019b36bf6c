package dev.tetra.tsm.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Finds what the last word of a command line could be, by the verbs' own options and parameters. */
final class Completion {
    /** A word that fits; an empty one leaves it to the shell to complete what the description names. */
    record Candidate(String word, String description) {}

    private final Verbs verbs;
    private final CompletionValues values;

    Completion(Verbs verbs, Context context) {
        this.verbs = verbs;
        this.values = new CompletionValues(context);
    }

    /** The candidates for the last word. */
    List<Candidate> of(List<String> words) {
        if (words.isEmpty()) {
            return List.of();
        }
        String current = words.getLast();
        List<String> before = words.subList(0, words.size() - 1);
        List<Candidate> all = new ArrayList<>();
        if (before.size() < 2) {
            commands(before).forEach(all::add);
        }
        verbs.find(before).ifPresent(found -> {
            List<String> arguments = before.subList(found.words(), before.size());
            if (found.verb() instanceof HelpVerb) {
                commands(arguments).forEach(all::add);
            } else {
                all.addAll(arguments(found, arguments, current));
            }
        });
        return all.stream()
                .filter(candidate ->
                        candidate.word().isEmpty() || candidate.word().startsWith(current))
                .distinct()
                .toList();
    }

    /** The next word of the commands that begin with these words. */
    private Stream<Candidate> commands(List<String> before) {
        String start = before.isEmpty() ? "" : String.join(" ", before) + " ";
        return verbs.all().stream()
                .flatMap(verb -> Stream.concat(Stream.of(verb.name()), verb.aliases().stream())
                        .filter(name -> name.startsWith(start) && !name.startsWith("-"))
                        .map(name -> name.substring(start.length()))
                        .map(rest -> rest.contains(" ")
                                ? new Candidate(rest.substring(0, rest.indexOf(' ')), "")
                                : new Candidate(rest, verb.description())))
                .filter(candidate -> !candidate.word().isEmpty())
                // the word that two-word commands share is described by the command of that name, if there is one
                .sorted((a, b) -> Boolean.compare(
                        a.description().isEmpty(), b.description().isEmpty()))
                .collect(
                        java.util.LinkedHashMap<String, Candidate>::new,
                        (map, candidate) -> map.putIfAbsent(candidate.word(), candidate),
                        java.util.Map::putAll)
                .values()
                .stream();
    }

    /** What has been read of a verb's words so far. */
    private static final class Progress {
        int positionals;
        boolean optionsEnded;
        boolean commandBegan;

        @Nullable
        OptionSpec open;
    }

    private List<Candidate> arguments(Verbs.Found found, List<String> arguments, String current) {
        CommandLine line = Verbs.commandLine(found.verb(), found.name());
        CommandSpec spec = line.getCommandSpec();
        // tsm service add takes its name first, and options between that and the command
        int ownWords = found.verb() instanceof ServiceAddVerb ? 1 : 0;
        Progress progress = new Progress();
        for (String word : arguments) {
            read(word, spec, line.isStopAtPositional(), ownWords, progress);
        }
        if (progress.open != null) {
            return values.of(progress.open, current);
        }
        if (progress.commandBegan) {
            return CompletionValues.FILES;
        }
        if (!progress.optionsEnded && current.startsWith("-")) {
            return options(spec, current);
        }
        if (progress.positionals < ownWords) {
            return List.of();
        }
        int index = line.isStopAtPositional() ? 0 : progress.positionals;
        Optional<PositionalParamSpec> parameter = spec.positionalParameters().stream()
                .filter(p -> p.index().contains(index))
                .findFirst();
        return parameter.map(p -> values.of(p, current)).orElse(List.of());
    }

    private static void read(String word, CommandSpec spec, boolean stops, int ownWords, Progress progress) {
        if (progress.open != null) {
            progress.open = null;
        } else if (progress.optionsEnded || !word.startsWith("-") || word.equals("-")) {
            progress.positionals++;
            progress.commandBegan = stops && progress.positionals > ownWords;
            progress.optionsEnded |= progress.commandBegan;
        } else if (word.equals("--")) {
            progress.optionsEnded = true;
        } else {
            OptionSpec option = spec.findOption(word);
            progress.open = option == null || option.arity().min() == 0 ? null : option;
        }
    }

    private List<Candidate> options(CommandSpec spec, String current) {
        int equals = current.indexOf('=');
        if (equals > 0) {
            OptionSpec option = spec.findOption(current.substring(0, equals));
            String prefix = current.substring(0, equals + 1);
            return option == null
                    ? List.of()
                    : values.of(option, current.substring(equals + 1)).stream()
                            .filter(candidate -> !candidate.word().isEmpty())
                            .map(candidate -> new Candidate(prefix + candidate.word(), candidate.description()))
                            .toList();
        }
        return spec.options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names())
                        .map(name ->
                                new Candidate(name, option.description().length == 0 ? "" : option.description()[0])))
                .toList();
    }
}
