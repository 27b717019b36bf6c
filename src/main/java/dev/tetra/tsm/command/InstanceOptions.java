package dev.tetra.tsm.command;

import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.ListenAddress;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of a start that are about instances. */
final class InstanceOptions {
    /**
     * {@code --listen} takes an address if one follows, and else leaves the word to the command: no program is called like
     * an address.
     */
    static final class AddressIfOneFollows implements IParameterPreprocessor {
        @Override
        // the type is picocli's
        @SuppressWarnings("JdkObsolete")
        public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            // picocli says "=" for --listen=WORD and a space for a word of its own.
            boolean attached = "=".equals(info.get("separator"));
            if (attached && !words.isEmpty() && words.peek().isEmpty()) {
                words.pop();
                words.push(InstancePolicy.EVERYWHERE);
            } else if (!attached && (words.isEmpty() || !ListenAddress.looksLikeOne(words.peek()))) {
                words.push(InstancePolicy.EVERYWHERE);
            }
            return false;
        }
    }

    @Option(
            names = {"-i", "--instances"},
            paramLabel = "N",
            description = "Start N instances, NAME-0 and so on; max: one for each core, -1: one fewer.")
    @Nullable
    String instances;

    @Option(
            names = "--listen",
            arity = "1",
            paramLabel = "[ADDRESS]",
            preprocessor = AddressIfOneFollows.class,
            description = "Have tsm listen on the port and hand the socket to each instance (fd 3), on all addresses or"
                    + " on this one: HOST, :PORT, HOST:PORT.")
    @Nullable
    String listen;

    /** What they say together. */
    InstancePolicy policy() {
        ListenAddress address = address();
        return new InstancePolicy(count(), null, address == null ? null : address.host());
    }

    /** The port that {@code --listen} names. */
    @Nullable
    Integer port() {
        ListenAddress address = address();
        return address == null ? null : address.port();
    }

    private @Nullable ListenAddress address() {
        return listen == null ? null : ListenAddress.parse(listen);
    }

    private int count() {
        if (instances == null) {
            return 0;
        }
        int cores = Runtime.getRuntime().availableProcessors();
        String text = instances.strip();
        int count = switch (text) {
            case "max" -> cores;
            case "-1" -> Math.max(1, cores - 1);
            default -> text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
        };
        if (count < 1) {
            throw new TsmException.Usage(
                    "--instances: '" + instances + "' is no number of instances",
                    "give 1 or more, max for one on each core, or -1 for one fewer than cores");
        }
        return count;
    }
}
