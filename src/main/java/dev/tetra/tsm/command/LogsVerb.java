package dev.tetra.tsm.command;

import dev.tetra.tsm.logs.GrepSink;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Show what processes wrote; without a target, all of them.",
            "The last lines of stdout, then those of stderr, process by process; each line after the process's name if"
                    + " there are several, and after out or err if both are shown. With -f what comes is shown as it is"
                    + " written, through restarts, rotation and deletion; without a target, or with all, also that of"
                    + " processes started later."
        })
final class LogsVerb extends Targeted {
    @Option(
            names = "--lines",
            paramLabel = "N",
            description = "Last lines of each stream (15); 0 for none; with --grep the last that fit.")
    long lines = 15;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes, until Ctrl-C.")
    boolean follow;

    @Option(names = "--out", description = "Only stdout.")
    boolean out;

    @Option(names = "--err", description = "Only stderr.")
    boolean err;

    @Option(names = "--raw", description = "The bytes as they were written, with nothing before them.")
    boolean raw;

    @Option(
            names = "--grep",
            paramLabel = "RE",
            description = "Only lines in which this regular expression (java.util.regex) is found.")
    @Nullable
    String grep;

    @Override
    int run(Context context) {
        if (lines < 0) {
            throw new TsmException.Usage("--lines: " + lines + " is no number of lines", "give 0 or more");
        }
        LogView.Wish wish = new LogView.Wish(lines, raw, grep == null ? null : GrepSink.compile(grep));
        boolean changing = words.isEmpty() || words.contains(Targets.ALL);
        if (words.isEmpty() && namespace == null) {
            words.add(Targets.ALL);
        }
        List<ManagedProcess> targets = targets(context);
        if (targets.isEmpty()) {
            context.note(follow ? "no process is listed yet; waiting for one" : "no process is listed");
        }
        List<LogStream> streams = streams();
        List<LogSource> sources = sources(targets, streams, context);
        LogPrefix prefix = new LogPrefix(changing || targets.size() > 1, streams.size() > 1, sources, context.ansi());
        LogView view = new LogView(context.terminal(), wish, prefix);
        if (follow) {
            Supplier<List<LogSource>> present = changing
                    ? () -> sources(context.engine().targets().find(List.of(Targets.ALL), namespace), streams, context)
                    : () -> sources;
            view.follow(present);
        } else {
            view.last(sources);
        }
        return 0;
    }

    private List<LogStream> streams() {
        List<LogStream> streams = new ArrayList<>();
        if (out || !err) {
            streams.add(LogStream.OUT);
        }
        if (err || !out) {
            streams.add(LogStream.ERR);
        }
        return streams;
    }

    private static List<LogSource> sources(List<ManagedProcess> processes, List<LogStream> streams, Context context) {
        LogFiles files = context.engine().logs();
        return processes.stream()
                .flatMap(process -> files.sources(process.name(), streams).stream())
                .toList();
    }

    @Override
    boolean offersJson() {
        return false;
    }
}
