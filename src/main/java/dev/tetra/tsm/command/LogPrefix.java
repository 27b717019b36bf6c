package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.model.RawText;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** What stands before a line of a log to tell where it is from: the process's name, the stream, both, or nothing. */
final class LogPrefix implements Function<LogSource, byte[]> {
    private final boolean named;
    private final boolean streamed;
    private final Ansi ansi;
    private final Map<LogSource, byte[]> made = new HashMap<>();
    private int width;

    /**
     * A prefix for lines of these sources and of others that come.
     *
     * @param named whether there are or may be several processes
     * @param streamed whether both streams are shown
     */
    LogPrefix(boolean named, boolean streamed, Collection<LogSource> sources, Ansi ansi) {
        this.named = named;
        this.streamed = streamed;
        this.ansi = ansi;
        this.width =
                sources.stream().mapToInt(s -> Visible.width(name(s))).max().orElse(0);
    }

    @Override
    public byte[] apply(LogSource source) {
        return made.computeIfAbsent(source, this::make);
    }

    private byte[] make(LogSource source) {
        StringBuilder text = new StringBuilder();
        if (named) {
            String name = name(source);
            // names that come later and are longer push the column for the lines after them
            width = Math.max(width, Visible.width(name));
            text.append(ansi.paint(Ansi.styleOf(source.name()), name));
            text.repeat(' ', width - Visible.width(name));
            text.append(streamed ? " " : "");
        }
        if (streamed) {
            Style style = source.stream() == LogStream.ERR ? Style.RED : Style.DIM;
            text.append(ansi.paint(style, source.stream().word()));
        }
        return text.isEmpty() ? new byte[0] : RawText.encode(text.append(" | ").toString());
    }

    private static String name(LogSource source) {
        return Visible.line(source.name());
    }
}
