package dev.tetra.tsm.command;

import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import dev.tetra.tsm.spec.Cron;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Sizes;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of a start that are about what has it run, run again, or end, besides its own end. */
final class TriggerOptions {
    /** What is watched when no path is said. */
    private static final String HERE = ".";

    static final class Overlaps extends Choices {
        Overlaps() {
            super(TriggerPolicy.Overlap.values());
        }
    }

    /** A path is only what is attached by {@code =}: the next word is the command. */
    static final class Attached implements IParameterPreprocessor {
        @Override
        @SuppressWarnings("JdkObsolete") // picocli's
        public boolean preprocess(
                Stack<String> args, CommandSpec commandSpec, ArgSpec argSpec, Map<String, Object> info) {
            if (!"=".equals(info.get("separator"))) {
                args.push(HERE);
            }
            return false;
        }
    }

    @Option(
            names = "--watch",
            paramLabel = "PATH",
            arity = "0..1",
            preprocessor = Attached.class,
            description = "Restart it when files change: in its folder, or --watch=PATH; may be repeated.")
    List<String> watch = new ArrayList<>();

    @Option(
            names = "--ignore",
            paramLabel = "GLOB",
            description = "What may change without a restart, as in .gitignore; may be repeated.")
    List<String> ignore = new ArrayList<>();

    @Option(names = "--job", description = "It runs once, or at the times of --cron, and ends; code 0 is success.")
    boolean job;

    @Option(
            names = "--cron",
            paramLabel = "EXPR",
            description = "When a job runs, or a service is restarted: '*/10 * * * *', with seconds before them when"
                    + " there are six fields, or @daily.")
    @Nullable
    String cron;

    @Option(names = "--cron-restart", paramLabel = "EXPR", description = "The same for a service that is no job.")
    @Nullable
    String cronRestart;

    @Option(names = "--timezone", paramLabel = "ZONE", description = "The zone of those times (the machine's).")
    @Nullable
    String timezone;

    @Option(
            names = "--overlap",
            paramLabel = "WHAT",
            completionCandidates = Overlaps.class,
            description = "When a job still runs as its time comes: skip that time (default), or kill it and run anew.")
    @Nullable
    String overlap;

    @Option(
            names = "--catch-up",
            description = "Run a job once when times were missed: no daemon was there, or the machine slept.")
    boolean catchUp;

    @Option(
            names = "--max-memory",
            paramLabel = "SIZE",
            description = "Resident memory of all its processes from which it is restarted, such as 300M.")
    @Nullable
    String maxMemory;

    @Option(
            names = "--max-runtime",
            paramLabel = "TIME",
            description = "How long it may run: then a service is restarted, and a job has failed.")
    @Nullable
    String maxRuntime;

    /**
     * What they say together.
     *
     * @throws TsmException.Usage for a value that is wrong, and for options that contradict each other
     */
    TriggerPolicy policy() {
        String times = times();
        String zone = timezone == null && times != null ? ZoneId.systemDefault().getId() : timezone;
        return new TriggerPolicy(
                job,
                times,
                zone,
                overlap == null
                        ? TriggerPolicy.Overlap.SKIP
                        : Words.parse(TriggerPolicy.Overlap.class, overlap, "--overlap"),
                catchUp,
                watch,
                ignore,
                maxMemory == null ? 0 : positive(Sizes.parse(maxMemory, "--max-memory"), "--max-memory"),
                maxRuntime == null ? Duration.ZERO : runtime(maxRuntime));
    }

    private @Nullable String times() {
        if (cron != null && cronRestart != null) {
            throw new TsmException.Usage("--cron and --cron-restart exclude each other", "give one of them");
        }
        if (job && cronRestart != null) {
            throw new TsmException.Usage(
                    "--cron-restart restarts a service, and --job is none", "--cron says when a job runs");
        }
        String text = cron == null ? cronRestart : cron;
        if (text != null) {
            Cron.parse(text, cron == null ? "--cron-restart" : "--cron");
        }
        return text == null ? null : text.strip();
    }

    private static Duration runtime(String text) {
        Duration most = Durations.parse(text, "--max-runtime");
        positive(most.toMillis(), "--max-runtime");
        return most;
    }

    private static long positive(long value, String option) {
        if (value <= 0) {
            throw new TsmException.Usage(option + ": 0 would end it at once", "leave it out for no limit");
        }
        return value;
    }

    /**
     * When to restart what ends by itself, for which a user may have said nothing: a job is not run again.
     *
     * @throws TsmException.Usage for a job that is to be restarted always
     */
    RestartPolicy.Restart restart(RestartPolicy.@Nullable Restart said) {
        if (job && said == RestartPolicy.Restart.ALWAYS) {
            throw new TsmException.Usage(
                    "--restart always and --job exclude each other: a job ends",
                    "leave one of them out; --restart on-failure runs a job again that failed");
        }
        if (said != null) {
            return said;
        }
        return job ? RestartPolicy.Restart.NO : RestartPolicy.DEFAULT.restart();
    }
}
