package dev.tetra.tsm.logs;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines for reading, each after a prefix. An unfinished line of one source is ended before another source's line,
 * so that two never share a line of the screen.
 */
public final class LogPrinter implements LogSink {
    private final OutputStream out;
    private final Prefix prefix;
    private @Nullable LogSource open;

    /** What is written before a line. */
    @FunctionalInterface
    public interface Prefix {
        /** The bytes to write; may be none. */
        byte[] of(LogLine line) throws IOException;
    }

    /**
     * A printer that flushes at every pause.
     *
     * @param prefix what is written before each line; may be empty
     */
    public LogPrinter(OutputStream out, Prefix prefix) {
        this.out = out;
        this.prefix = prefix;
    }

    @Override
    public void line(LogLine line) throws IOException {
        boolean continues = !line.starts() && line.source().equals(open);
        if (!continues) {
            finish();
            out.write(prefix.of(line));
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
