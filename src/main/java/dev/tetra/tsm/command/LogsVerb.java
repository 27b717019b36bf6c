package dev.tetra.tsm.command;

import dev.tetra.tsm.logs.GrepSink;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.logs.LogTimes;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Moments;
import dev.tetra.tsm.spec.Targets;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Show what processes wrote; without a target, all of them.",
            "The last lines of stdout, then those of stderr, process by process; each line after the"
                    + " process's name if there are several, and after out or err if both are shown. With -f what comes"
                    + " is shown as it is written, through restarts, rotation and deletion; without a target, or with"
                    + " all, also that of processes started later.",
            "Older lines that were moved to compressed parts are shown like the others. Times are noted"
                    + " every second while a log grows; lines written while no daemon ran have the time of the last of"
                    + " them.",
            "With --json each line is an object on a line of its own: time, name, id, stream, line."
        },
        exitCodeList = {"1:A log cannot be read.", "3:No such process."},
        footer = {
            "tsm logs api -f                          # follow what it writes",
            "tsm logs --since 10m --grep 'timeout|refused'",
            "tsm logs api --err --lines 100 --timestamps",
            "tsm logs --json | jq -r .line"
        })
final class LogsVerb extends Targeted {
    private static final long USUAL_LINES = 15;

    @Option(
            names = "--lines",
            paramLabel = "N",
            description =
                    "Last lines of each stream (15; with --since all); 0 for none; with --grep the last that fit.")
    @Nullable
    Long lines;

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
            names = "--since",
            paramLabel = "TIME",
            description = "Only lines written since: 10m (ago), 14:30, 2026-01-02, '2026-01-02 03:04'.")
    @Nullable
    String since;

    @Option(names = "--timestamps", description = "Put before each line when it was written, to the second.")
    boolean timestamps;

    @Option(
            names = "--grep",
            paramLabel = "RE",
            description = "Only lines in which this regular expression (java.util.regex) is found.")
    @Nullable
    String grep;

    private final Map<String, Integer> ids = new HashMap<>();

    @Override
    int run(Context context) {
        if (lines != null && lines < 0) {
            throw new TsmException.Usage("--lines: " + lines + " is no number of lines", "give 0 or more");
        }
        if (raw && (timestamps || json)) {
            throw new TsmException.Usage(
                    "--raw and " + (json ? "--json" : "--timestamps") + " exclude each other", "give one of them");
        }
        Clock clock = Clock.system(ZoneId.systemDefault());
        LogView.Wish wish = new LogView.Wish(
                lines != null ? lines : since == null ? USUAL_LINES : Long.MAX_VALUE,
                raw,
                grep == null ? null : GrepSink.compile(grep),
                since == null ? null : Moments.parse(since, ZonedDateTime.now(clock), "--since"));
        boolean changing = words.isEmpty() || words.contains(Targets.ALL);
        if (words.isEmpty() && namespace == null) {
            words.add(Targets.ALL);
        }
        List<ManagedProcess> targets = orLines(() -> targets(context));
        if (targets.isEmpty() && follow) {
            context.note("waiting for one");
        }
        List<LogStream> streams = streams();
        List<LogSource> sources = sources(targets, streams, context);
        LogTimes times = new LogTimes(clock);
        LogPrefix prefix = new LogPrefix(changing || targets.size() > 1, streams.size() > 1, sources, context.ansi());
        LogView view = new LogView(context.terminal(), wish, times, output(times, prefix));
        if (follow) {
            Supplier<List<LogSource>> present = changing
                    ? () -> sources(context.engine().targets().in(namespace), streams, context)
                    : () -> sources;
            view.follow(present);
        } else {
            view.last(sources);
        }
        return 0;
    }

    @Override
    boolean printsLines() {
        return true;
    }

    private LogView.Output output(LogTimes times, LogPrefix prefix) {
        if (json) {
            return JsonLines.output(
                    times,
                    (object, source, time) -> object.field("time", time)
                            .field("name", source.name())
                            .field("id", ids.get(source.name()))
                            .field("stream", source.stream().word()));
        } else if (raw) {
            return LogView.raw();
        } else if (timestamps) {
            return LogView.text(line -> stamped(Times.local(times.of(line)), prefix.apply(line.source())));
        }
        return LogView.text(line -> prefix.apply(line.source()));
    }

    private static byte[] stamped(String time, byte[] prefix) {
        byte[] stamp = (time + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] both = Arrays.copyOf(stamp, stamp.length + prefix.length);
        System.arraycopy(prefix, 0, both, stamp.length, prefix.length);
        return both;
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

    private List<LogSource> sources(List<ManagedProcess> processes, List<LogStream> streams, Context context) {
        processes.forEach(process -> ids.put(process.name(), process.id()));
        LogFiles files = context.engine().logs();
        return processes.stream()
                .flatMap(process -> files.sources(process.name(), streams).stream())
                .toList();
    }
}
