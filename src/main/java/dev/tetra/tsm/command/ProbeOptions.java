package dev.tetra.tsm.command;

import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Stack;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** What the options of one probe were given. */
record ProbeOptions(
        ProbePurpose purpose,
        @Nullable String http,
        @Nullable String tcp,
        @Nullable String exec,
        @Nullable String log,
        boolean told,
        @Nullable String interval,
        @Nullable String timeout,
        @Nullable Integer success,
        @Nullable Integer failure,
        @Nullable String delay) {

    /** The word after the option is its port only when it looks like one: the command may begin there. */
    static final class OptionalPort implements IParameterPreprocessor {
        @Override
        // picocli's own type
        @SuppressWarnings("JdkObsolete")
        public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            // picocli says "=" for --ready-tcp=PORT and a space for a word of its own.
            boolean attached = "=".equals(info.get("separator"));
            if (!attached && (words.isEmpty() || !words.peek().matches("[0-9]+|" + Check.OWN))) {
                words.push(Check.OWN);
            }
            return false;
        }
    }

    /**
     * The probe; null when none of its kinds was given.
     *
     * @throws TsmException.Usage for two kinds, for a value that is wrong, and for a number of no probe
     */
    @Nullable
    Probe probe() {
        // What is wrong by itself is said before what does not fit together.
        Duration every = duration(interval, "interval", Probe.INTERVAL);
        Duration within = duration(timeout, "timeout", Probe.TIMEOUT);
        Duration after = duration(delay, "delay", Duration.ZERO);
        Map<String, Supplier<Check>> kinds = new LinkedHashMap<>();
        if (http != null) {
            kinds.put(option("http"), () -> Check.http(http, option("http")));
        }
        if (tcp != null) {
            kinds.put(option("tcp"), () -> Check.tcp(tcp, option("tcp")));
        }
        if (exec != null) {
            kinds.put(option("exec"), () -> Check.exec(exec, option("exec")));
        }
        if (log != null) {
            kinds.put(option("log"), () -> Check.log(log, option("log")));
        }
        if (told) {
            kinds.put(option("notify"), Check.Notify::new);
        }
        if (kinds.size() > 1) {
            throw new TsmException.Usage(
                    String.join(" and ", kinds.keySet()) + " exclude each other",
                    "give one of them; a probe of another purpose can look in another way");
        }
        if (kinds.isEmpty()) {
            refuseNumbers();
            return null;
        }
        return new Probe(
                purpose,
                kinds.values().iterator().next().get(),
                every,
                within,
                success == null ? 1 : success,
                failure == null ? Probe.FAILURE : failure,
                after);
    }

    private void refuseNumbers() {
        Map<String, @Nullable Object> numbers = new LinkedHashMap<>();
        numbers.put("interval", interval);
        numbers.put("timeout", timeout);
        numbers.put("success", success);
        numbers.put("failure", failure);
        numbers.put("delay", delay);
        numbers.forEach((name, value) -> {
            if (value != null) {
                throw new TsmException.Usage(
                        option(name) + " has no probe that it could be about",
                        "give " + option("http") + ", " + option("tcp") + ", " + option("exec") + ", " + option("log")
                                + " or " + option("notify") + " too");
            }
        });
    }

    private String option(String end) {
        return "--" + purpose.word() + "-" + end;
    }

    private Duration duration(@Nullable String text, String end, Duration usual) {
        return text == null ? usual : Durations.parse(text, option(end));
    }
}
