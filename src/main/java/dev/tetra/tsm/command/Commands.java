package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.model.CommandRecord;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.WantOfMemory;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Nearest;
import dev.tetra.tsm.spec.Secrets;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Runs the words of a request: finds the verb, parses, calls, and maps every error to its words and exit code. */
public final class Commands {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);
    private static final int USAGE = 2;
    private static final String JSON = "--json";

    private final Verbs verbs = new Verbs();
    /**
     * A parser of each verb that was called before, for its next call. Making one takes longer than most of what commands do,
     * and each serves once, as it holds what it has read.
     */
    private final Map<String, SoftReference<CommandLine>> prepared = new ConcurrentHashMap<>();

    /** What {@code tsm shell-init} prints, by the name of the shell; {@code @TSM@} stands for the launcher's quoted path. */
    public Map<String, String> shellScripts() throws IOException {
        return ShellInitVerb.scripts(verbs);
    }

    /** Whether a command line is to change something, so that it should not be cut off. */
    public boolean changes(List<String> words) {
        return !words.isEmpty()
                && verbs.find(words).map(found -> found.verb().changes()).orElse(false);
    }

    /** Runs one command line, without the program's name. Returns the exit code. */
    public int run(List<String> words, Context context) {
        Optional<Verbs.Found> found = verbs.find(words);
        if (found.isEmpty() || !found.get().verb().quiet()) {
            context.daemon().untoldNotices().forEach(context::note);
        }
        if (words.isEmpty()) {
            context.err(verbs.overview(context.errAnsi()));
            return USAGE;
        }
        if (found.isEmpty()) {
            return report(unknown(words.getFirst()), words.contains(JSON), false, context);
        }
        return parseAndRun(found.get(), words, context);
    }

    /** Makes the parser for the next command like that one, which then need not wait for it. */
    public void prepare(List<String> words) {
        verbs.find(words).ifPresent(found -> {
            SoftReference<CommandLine> there = prepared.get(found.name());
            if (there == null || there.get() == null) {
                prepared.put(found.name(), new SoftReference<>(Verbs.commandLine(found.verb(), found.name())));
            }
        });
    }

    private CommandLine parser(Verbs.Found found) {
        SoftReference<CommandLine> there = prepared.remove(found.name());
        CommandLine line = there == null ? null : there.get();
        return line == null ? Verbs.commandLine(found.verb(), found.name()) : line;
    }

    private int parseAndRun(Verbs.Found found, List<String> words, Context context) {
        CommandLine line = parser(found);
        Verb verb = line.getCommand();
        List<String> arguments = words.subList(found.words(), words.size());
        try {
            line.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            TsmException wrong = usage(e, found.name(), line, arguments);
            return report(wrong, asksJson(line, arguments), verb.printsLines(), context);
        }
        if (line.isUsageHelpRequested()) {
            HelpVerb.show(found.name(), line, verb.json, context);
            return 0;
        }
        long began = System.nanoTime();
        Instant at = Instant.now();
        @Nullable TsmException error = null;
        int code;
        try {
            code = verb.run(context);
        } catch (TsmException e) {
            error = e;
            code = report(e, verb.json, verb.printsLines(), context);
        } catch (Exception e) {
            WantOfMemory.endOn(e);
            LOG.error("tsm {} failed", CommandWords.join(Secrets.maskWords(words)), e);
            error = new TsmException.Internal(
                    e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage()), e);
            code = report(error, verb.json, verb.printsLines(), context);
        }
        if (verb.changes()) {
            record(words, context, code, error, at, Duration.ofNanos(System.nanoTime() - began));
        }
        return code;
    }

    /** Whether {@code --json} is among words that do not parse, and is this command's own. */
    private static boolean asksJson(CommandLine line, List<String> arguments) {
        return own(line, arguments).contains(JSON);
    }

    /** The words that a command takes for itself, without the values of options. */
    private static List<String> own(CommandLine line, List<String> arguments) {
        List<String> own = new ArrayList<>();
        for (int i = 0; i < arguments.size() && !arguments.get(i).equals("--"); i++) {
            String word = arguments.get(i);
            OptionSpec option = line.getCommandSpec().findOption(word);
            if (option == null && line.isStopAtPositional() && !word.startsWith("-")) {
                break;
            }
            own.add(word);
            if (option != null && option.arity().max() > 0) {
                i++;
            }
        }
        return own;
    }

    private static int report(TsmException error, boolean json, boolean asLine, Context context) {
        if (json) {
            context.terminal().document(asLine ? Errors.jsonLine(error) : Errors.json(error));
        } else {
            context.err(Errors.text(error, new Ansi(context.terminal().errColour())));
        }
        return error.exitCode();
    }

    private TsmException unknown(String word) {
        String nearest = Nearest.to(word, verbs.names())
                .map(name -> "did you mean: tsm " + name + "?  ")
                .orElse("");
        return new TsmException.Usage("'" + word + "' is no command of tsm", nearest + "tsm help lists them");
    }

    private TsmException usage(ParameterException e, String verb, CommandLine line, List<String> arguments) {
        String message = e.getMessage() == null ? "wrong use" : e.getMessage();
        String nearest = "";
        Optional<String> unmatched = unmatched(e, line, arguments);
        if (e.getArgSpec() != null && e.getValue() != null && e.getCause() instanceof TypeConversionException) {
            String what = e.getArgSpec() instanceof OptionSpec option
                    ? option.longestName()
                    : e.getArgSpec().paramLabel();
            message = what + ": '" + e.getValue() + "' is no usable number";
        }
        if (unmatched.isPresent()) {
            String word = unmatched.get();
            boolean first = own(line, arguments).stream()
                    .filter(own -> !own.startsWith("-"))
                    .findFirst()
                    .equals(unmatched);
            List<String> actions = first ? verbs.actions(verb) : List.of();
            boolean option = word.startsWith("-");
            message = option
                    ? "tsm " + verb + " has no option " + word
                    : actions.isEmpty()
                            ? "tsm " + verb + " takes no more words: '" + word + "'"
                            : "tsm " + verb + " knows " + String.join(", ", actions) + ", not '" + word + "'";
            nearest = Nearest.to(
                            word, option ? line.getCommandSpec().optionsMap().keySet() : actions)
                    .map(near -> "did you mean " + (option ? near : "tsm " + verb + " " + near) + "?  ")
                    .orElse("");
        }
        return new TsmException.Usage(message, nearest + "tsm help " + verb + " shows how it is used");
    }

    /** The first word that means nothing. An option that does not exist is the reason why words are missing behind it. */
    private static Optional<String> unmatched(ParameterException e, CommandLine line, List<String> arguments) {
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
            return unmatched.getUnmatched().stream().findFirst();
        }
        if (!(e instanceof CommandLine.MissingParameterException)) {
            return Optional.empty();
        }
        CommandSpec spec = line.getCommandSpec();
        return own(line, arguments).stream()
                .filter(word -> word.length() > 1 && word.startsWith("-"))
                .filter(word -> spec.findOption(word.split("=", 2)[0]) == null)
                .filter(word -> word.startsWith("--") || spec.findOption(word.substring(0, 2)) == null)
                .findFirst();
    }

    private static void record(
            List<String> words, Context context, int code, @Nullable TsmException error, Instant at, Duration took) {
        try {
            context.engine()
                    .record(new CommandRecord(
                            at,
                            context.caller().user(),
                            context.caller().pid(),
                            context.caller().cwd(),
                            CommandWords.join(Secrets.maskWords(words)),
                            code,
                            error == null ? null : error.getMessage(),
                            took));
        } catch (RuntimeException e) {
            // What was done is done; that it cannot be written down must not turn it into a failure.
            LOG.error("a command could not be recorded", e);
        }
    }
}
