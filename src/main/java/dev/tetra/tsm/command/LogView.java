package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.logs.From;
import dev.tetra.tsm.logs.GrepSink;
import dev.tetra.tsm.logs.LogFollower;
import dev.tetra.tsm.logs.LogLine;
import dev.tetra.tsm.logs.LogPrinter;
import dev.tetra.tsm.logs.LogSink;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogTail;
import dev.tetra.tsm.logs.LogTimes;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Shows the last lines of log files to a user, and what comes after them. Ends when the user goes away. */
final class LogView {
    /** After so many lines without any output it is looked whether the user is there still. */
    private static final int LOOK_AFTER = 4096;

    private final Terminal terminal;
    private final Wish wish;
    private final Output output;
    private final LogTimes times;

    /**
     * What is to be shown.
     *
     * @param lines how many last lines of each file, with a pattern of those that fit it
     * @param raw the bytes as they are, and so nothing before them
     * @param grep only lines in which it is found
     * @param since only lines that may have been written since then
     */
    record Wish(
            long lines,
            boolean raw,
            @Nullable Pattern grep,
            @Nullable Instant since) {}

    /** How lines are written. */
    @FunctionalInterface
    interface Output {
        /** What writes them, to be finished by the second. */
        Writer to(OutputStream out);

        /** What is written when nothing more can be shown. */
        default byte[] error(TsmException error) {
            return RawText.encode(Errors.text(error, new Ansi(false)));
        }
    }

    /** A sink and what is to be done when the last line was given to it. */
    record Writer(LogSink sink, Finish finish) {}

    /** Ends what is not finished. */
    @FunctionalInterface
    interface Finish {
        /** Does it. */
        void run() throws IOException;
    }

    /** A view for one call. */
    LogView(Terminal terminal, Wish wish, LogTimes times, Output output) {
        this.terminal = terminal;
        this.wish = wish;
        this.times = times;
        this.output = output;
    }

    /** Lines of text, each after a prefix. */
    static Output text(LogPrinter.Prefix prefix) {
        return out -> {
            LogPrinter printer = new LogPrinter(out, prefix);
            return new Writer(printer, printer::finish);
        };
    }

    /** The bytes as they are. */
    static Output raw() {
        return out -> new Writer(new LogPrinter(out, line -> new byte[0]), () -> {});
    }

    /**
     * Shows the last lines, file by file.
     *
     * @throws TsmException.Failed for a file that cannot be read
     */
    void last(List<LogSource> sources) {
        show(sources, out -> {
            times.refresh(sources);
            Writer writer = output.to(out);
            for (LogSource source : sources) {
                if (wish.raw() && wish.grep() == null) {
                    LogTail.copy(source, from(source), out);
                } else {
                    LogTail.lines(source, from(source), filtered(writer.sink(), counted(List.of(source))));
                }
            }
            writer.finish().run();
        });
    }

    /**
     * Shows the last lines and all that comes.
     *
     * @param present what is to be followed now; asked again and again
     * @throws TsmException.Failed for a file that cannot be read
     */
    void follow(Supplier<? extends Collection<LogSource>> present) {
        Collection<LogSource> first = present.get();
        show(first, out -> {
            // sent now, so that the client sees an answer although no line may come for long
            out.flush();
            times.refresh(first);
            LogSink sink = filtered(output.to(out).sink(), counted(first));
            new LogFollower(present, this::from, sink).run(terminal::isGone);
        });
    }

    private void show(Collection<LogSource> sources, Showing showing) {
        for (LogSource source : sources) {
            // once the stream has begun, an error has no way to the exit code any more
            if (Files.exists(source.path()) && !Files.isReadable(source.path())) {
                throw unreadable(source.path() + " is not readable");
            }
        }
        OutputStream out = new ClientStream(terminal.stream());
        try {
            showing.to(out);
            out.flush();
        } catch (ClientGone e) {
            // nobody reads any more, which is how most of these end
        } catch (IOException e) {
            throw told(unreadable(String.valueOf(e.getMessage())), out);
        } catch (TsmException e) {
            throw told(e, out);
        }
    }

    /** What fails in the middle is told in the stream, as the client listens to nothing else any more. */
    private TsmException told(TsmException error, OutputStream out) {
        try {
            out.write(output.error(error));
            out.flush();
        } catch (IOException e) {
            error.addSuppressed(e);
        }
        return error;
    }

    private static TsmException.Failed unreadable(String why) {
        return new TsmException.Failed("a log cannot be read: " + why, "look at the rights of the file and its folder");
    }

    /** The last lines that fit may be anywhere in the file. */
    private From from(LogSource source) throws IOException {
        return from(source, wish.grep() == null || wish.lines() == 0 ? wish.lines() : Long.MAX_VALUE);
    }

    private From from(LogSource source, long lines) throws IOException {
        return wish.since() == null ? From.lastLines(lines) : LogTimes.since(source, wish.since(), lines);
    }

    /** How many lines fit in each file, when that has to be known to show the last of them. */
    private Map<LogSource, Long> counted(Collection<LogSource> sources) throws IOException {
        Map<LogSource, Long> counts = new HashMap<>();
        if (wish.grep() != null && wish.lines() > 0 && wish.lines() < Long.MAX_VALUE) {
            for (LogSource source : sources) {
                Counter counter = new Counter();
                LogTail.lines(source, from(source, Long.MAX_VALUE), attended(new GrepSink(wish.grep(), counter)));
                counts.put(source, counter.count);
            }
        }
        return counts;
    }

    private LogSink filtered(LogSink printer, Map<LogSource, Long> counts) {
        return wish.grep() == null
                ? printer
                : attended(new GrepSink(wish.grep(), new Skipper(counts, wish.lines(), printer)));
    }

    /** A search may read long without writing, and only writing tells that the user went away. */
    private LogSink attended(LogSink next) {
        return new LogSink() {
            private int lines;

            @Override
            public void line(LogLine line) throws IOException {
                if (++lines % LOOK_AFTER == 0 && terminal.isGone()) {
                    throw new ClientGone(null);
                }
                next.line(line);
            }

            @Override
            public void pause() throws IOException {
                next.pause();
            }
        };
    }

    @FunctionalInterface
    private interface Showing {
        void to(OutputStream out) throws IOException;
    }

    /** Tells which pieces begin a line, also for lines whose first pieces were left out by a filter. */
    private static final class Beginnings {
        private final Set<LogSource> open = new HashSet<>();

        boolean begins(LogLine line) {
            boolean begins = line.starts() || !open.contains(line.source());
            if (line.ends()) {
                open.remove(line.source());
            } else {
                open.add(line.source());
            }
            return begins;
        }
    }

    private static final class Counter implements LogSink {
        private final Beginnings beginnings = new Beginnings();
        private long count;

        @Override
        public void line(LogLine line) {
            count += beginnings.begins(line) ? 1 : 0;
        }
    }

    /** Leaves out the first of the counted lines of each source, so that the wanted number remains. */
    private static final class Skipper implements LogSink {
        private final Beginnings beginnings = new Beginnings();
        private final Map<LogSource, Long> toSkip = new HashMap<>();
        private final Set<LogSource> skipping = new HashSet<>();
        private final LogSink next;

        Skipper(Map<LogSource, Long> counts, long keep, LogSink next) {
            counts.forEach((source, count) -> toSkip.put(source, Math.max(0, count - keep)));
            this.next = next;
        }

        @Override
        public void line(LogLine line) throws IOException {
            if (beginnings.begins(line)) {
                long left = toSkip.getOrDefault(line.source(), 0L);
                if (left > 0) {
                    toSkip.put(line.source(), left - 1);
                    skipping.add(line.source());
                } else {
                    skipping.remove(line.source());
                }
            }
            if (!skipping.contains(line.source())) {
                next.line(line);
            }
        }

        @Override
        public void pause() throws IOException {
            next.pause();
        }
    }
}
