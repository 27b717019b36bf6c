package dev.tetra.tsm.command;

import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.engine.ServiceOptions;
import dev.tetra.tsm.engine.StartOrigin;
import dev.tetra.tsm.engine.StartRequest;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.CommandWords;
import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The fields of services, taken from the options of {@code tsm start} as they are declared: {@code --kill-timeout} is
 * {@code SERVICE_KILL_TIMEOUT}; an option with a letter only is called as its Java field, so {@code -e} is {@code
 * SERVICE_VARIABLES}. An option that is added gets its field by that.
 */
public final class StartFields implements ServiceOptions {
    private static final String PREFIX = "SERVICE_";
    /** Options of every command, which say nothing of a process. */
    private static final Set<String> COMMON = Set.of("--help", "--json");

    private static final Set<String> MOMENTARY = Set.of("--wait", "--no-wait", "--timeout");

    @Override
    public List<Field> fields() {
        return parser().getCommandSpec().options().stream()
                .filter(StartFields::counts)
                .map(StartFields::field)
                .toList();
    }

    private static CommandLine parser() {
        return Verbs.commandLine(new StartVerb(), "start");
    }

    private static boolean counts(OptionSpec option) {
        return !COMMON.contains(option.longestName())
                && option.userObject() instanceof Member member
                && member.getDeclaringClass() != ServiceAddVerb.class;
    }

    private static Field field(OptionSpec option) {
        return new Field(
                name(option),
                option.longestName(),
                flag(option),
                option.isMultiValue(),
                MOMENTARY.contains(option.longestName()),
                String.join(" ", option.description()));
    }

    private static boolean flag(OptionSpec option) {
        return option.arity().max() == 0;
    }

    private static String name(OptionSpec option) {
        String word = option.longestName();
        if (word.startsWith("--")) {
            return PREFIX + word.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
        }
        String member = ((Member) option.userObject()).getName();
        return PREFIX + member.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }

    /** The options that were given, as fields. */
    static Map<String, String> given(ParseResult result) {
        Map<String, String> given = new TreeMap<>();
        for (OptionSpec option : result.matchedOptions()) {
            if (!counts(option)) {
                continue;
            }
            List<String> values = option.originalStringValues();
            given.put(name(option), flag(option) ? "yes" : option.isMultiValue() ? words(values) : values.getLast());
        }
        return given;
    }

    private static String words(List<String> values) {
        return values.stream().map(CommandWords::quote).collect(Collectors.joining(" "));
    }

    @Override
    public StartRequest request(List<String> words, Map<String, String> fields, StartOrigin origin, Keeper keeper) {
        StartVerb verb = new StartVerb();
        CommandLine line = Verbs.commandLine(verb, "start");
        line.setAllowOptionsAsOptionParameters(true);
        List<String> arguments = new ArrayList<>();
        for (OptionSpec option : line.getCommandSpec().options()) {
            String value = counts(option) ? fields.get(name(option)) : null;
            if (value != null) {
                add(option, value, arguments);
            }
        }
        arguments.add("--");
        arguments.addAll(words);
        try {
            line.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw new TsmException.Usage(
                    e.getMessage() == null ? "wrong options" : e.getMessage(), "tsm help start says what they take");
        }
        return verb.request(keeper, origin);
    }

    private static void add(OptionSpec option, String value, List<String> arguments) {
        if (flag(option)) {
            if (truth(option.longestName(), value)) {
                arguments.add(option.longestName());
            }
            return;
        }
        List<String> values = option.isMultiValue() ? CommandWords.split(value) : List.of(value);
        for (String each : values) {
            if (option.arity().min() == 0 || option.preprocessor() instanceof InstanceOptions.AddressIfOneFollows) {
                // The next word would not be its value.
                arguments.add(option.longestName() + "=" + each);
            } else {
                arguments.add(option.longestName());
                arguments.add(each);
            }
        }
    }

    private static boolean truth(String option, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on", "1" -> true;
            case "no", "false", "off", "0" -> false;
            default ->
                throw new TsmException.Usage(option + ": '" + value + "' is neither yes nor no", "write yes or no");
        };
    }
}
