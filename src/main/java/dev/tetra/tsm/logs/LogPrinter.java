package dev.tetra.tsm.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines for reading, each after a prefix. An unfinished line of one source is ended before another source's line,
 * so that two never share a line of the screen.
 */
public final class LogPrinter implements LogSink {
    private final OutputStream out;
    private final Function<LogSource, byte[]> prefix;
    private @Nullable LogSource open;

    /**
     * A printer that flushes at every pause.
     *
     * @param prefix what is written before each line of a source; may be empty
     */
    public LogPrinter(OutputStream out, Function<LogSource, byte[]> prefix) {
        this.out = out;
        this.prefix = prefix;
    }

    @Override
    public void line(LogLine line) throws IOException {
        boolean continues = !line.starts() && line.source().equals(open);
        if (!continues) {
            finish();
            out.write(prefix.apply(line.source()));
        }
        out.write(line.bytes());
        if (line.ends()) {
            out.write('\n');
        }
        open = line.ends() ? null : line.source();
    }

    /** Ends a line that is not finished, when nothing more of it is to come. */
    public void finish() throws IOException {
        if (open != null) {
            out.write('\n');
            open = null;
        }
    }

    @Override
    public void pause() throws IOException {
        out.flush();
    }
}
