package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.EventLog;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventFilter;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import dev.tetra.tsm.spec.Moments;
import dev.tetra.tsm.spec.Nearest;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        description = {
            "Show what happened; with -f what happens.",
            "That is starts, exits, restarts, stops, ports, changes. One line an event, the oldest first. Without a target, those of all processes and of the daemon. The name of a"
                    + " process that was deleted finds its events too.",
            "With --json each event is an object on a line of its own: key, at, kind, process (its key), name,"
                    + " namespace, run, origin, message."
        },
        exitCodeList = "3:No such process, nor was there one.",
        footer = {
            "tsm events api --since 1h",
            "tsm events -f --kind exit,giveup      # what dies, as it happens",
            "tsm events --json --lines 100 | jq -r .message"
        })
final class EventsVerb extends Targeted {
    private static final long USUAL_LINES = 20;

    @Option(
            names = "--lines",
            paramLabel = "N",
            description = "How many of the last events that fit (20; with --since all); 0 for none.")
    @Nullable
    Long lines;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens, until Ctrl-C.")
    boolean follow;

    @Option(
            names = {"-k", "--kind"},
            paramLabel = "KIND",
            split = ",",
            completionCandidates = Kinds.class,
            description =
                    "Only events of these kinds, several with commas: start, online, exit, restart, stop, adopt, port,"
                            + " health, config, giveup, daemon.")
    List<String> kinds = new ArrayList<>();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only events since: 10m (ago), 14:30, 2026-01-02, '2026-01-02 03:04'.")
    @Nullable
    String since;

    static final class Kinds extends Choices {
        Kinds() {
            super(EventKind.values());
        }
    }

    @Override
    int run(Context context) {
        if (lines != null && lines < 0) {
            throw new TsmException.Usage("--lines: " + lines + " is no number of events", "give 0 or more");
        }
        EventLog log = context.engine().events();
        Instant from = since == null
                ? null
                : Moments.parse(since, ZonedDateTime.now(Clock.system(ZoneId.systemDefault())), "--since");
        EventFilter filter =
                orLines(() -> log.filter(words.contains("all") ? List.of() : words, namespace, kinds(), from));
        long count = lines != null ? lines : since == null ? USUAL_LINES : Long.MAX_VALUE;
        Terminal terminal = context.terminal();
        try {
            Output output = new Output(terminal, json, context.ansi());
            if (follow) {
                output.pause();
                log.follow(filter, count, output);
            } else {
                log.last(filter, count, output);
            }
        } catch (IOException gone) {
            // nobody reads any more, which is how most of these end
        }
        return 0;
    }

    @Override
    boolean printsLines() {
        return true;
    }

    private Set<EventKind> kinds() {
        Set<EventKind> all = EnumSet.noneOf(EventKind.class);
        for (String word : kinds) {
            all.add(Arrays.stream(EventKind.values())
                    .filter(kind -> kind.word().equals(word.toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> unknown(word)));
        }
        return all;
    }

    private static TsmException.Usage unknown(String word) {
        List<String> known = Stream.of(EventKind.values()).map(Words::of).toList();
        return new TsmException.Usage(
                "--kind: '" + word + "' is no kind of event",
                Nearest.to(word, known)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("one of: " + String.join(", ", known)));
    }

    /** Lines to the client. */
    private static final class Output implements EventLog.Reader {
        /** So wide are most names; wider ones push their line's rest to the right. */
        private static final int NAME = 20;

        private static final int KIND = 7;

        private final Terminal terminal;
        private final OutputStream out;
        private final boolean json;
        private final Ansi ansi;

        Output(Terminal terminal, boolean json, Ansi ansi) {
            this.terminal = terminal;
            this.out = terminal.stream();
            this.json = json;
            this.ansi = ansi;
        }

        @Override
        public void take(Event event) throws IOException {
            out.write(json ? object(event) : RawText.encode(text(event)));
        }

        @Override
        public void pause() throws IOException {
            out.flush();
        }

        @Override
        public boolean isGone() {
            return terminal.isGone();
        }

        @Override
        public void onGone(Runnable action) {
            terminal.onGone(action);
        }

        private static byte[] object(Event event) {
            return Json.line(json -> json.field("key", event.key())
                    .field("at", event.at())
                    .field("kind", event.kind().word())
                    .field("process", event.processKey())
                    .field("name", event.processName())
                    .field("namespace", event.namespace())
                    .field("run", event.runKey())
                    .field("origin", event.origin().word())
                    .field("message", event.message()));
        }

        private String text(Event event) {
            String name = event.processName() == null ? "-" : Visible.line(event.processName());
            Style style = event.processName() == null ? Style.DIM : Ansi.styleOf(name);
            return ansi.paint(Style.DIM, Times.local(event.at())) + "  "
                    + ansi.paint(style, padded(name, NAME)) + "  "
                    + ansi.paint(style(event.kind()), padded(event.kind().word(), KIND)) + "  "
                    + Visible.line(event.message()) + "\n";
        }

        private static String padded(String text, int width) {
            return text + " ".repeat(Math.max(0, width - Visible.width(text)));
        }

        private static Style style(EventKind kind) {
            return switch (kind) {
                case ONLINE, ADOPT -> Style.GREEN;
                case EXIT, RESTART, HEALTH -> Style.YELLOW;
                case GIVEUP -> Style.RED;
                case START, STOP, PORT, CONFIG, DAEMON -> Style.PLAIN;
            };
        }
    }
}
