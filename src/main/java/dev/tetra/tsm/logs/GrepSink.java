package dev.tetra.tsm.logs;

import dev.tetra.tsm.model.TsmException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Lets only those lines pass in which a regular expression is found. An unfinished line passes as soon as it fits; one
 * that does not is looked at again when more of it came. Lines longer than {@value LogLine#MAX_BYTES} bytes are looked
 * at piece by piece.
 */
public final class GrepSink implements LogSink {
    private final Pattern pattern;
    private final LogSink next;
    private final Map<LogSource, Held> held = new HashMap<>();

    /**
     * A filter before a sink.
     *
     * @param pattern see {@link #compile}
     */
    public GrepSink(Pattern pattern, LogSink next) {
        this.pattern = pattern;
        this.next = next;
    }

    /** Reads what a user gave as an expression; a {@link TsmException.Usage} says what is wrong with it. */
    public static Pattern compile(String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            String at = e.getIndex() < 0 ? "" : " at character " + (e.getIndex() + 1);
            throw new TsmException.Usage(
                    "'" + expression + "' is no regular expression: " + e.getDescription() + at,
                    "put a backslash before . [ ( * + ? { | ^ $ that stand for themselves");
        }
    }

    @Override
    public void line(LogLine line) throws IOException {
        if (line.starts() && line.ends()) {
            held.remove(line.source());
            if (fits(line)) {
                next.line(line);
            }
            return;
        }
        Held before = line.starts() ? new Held() : held.getOrDefault(line.source(), new Held());
        if (line.ends()) {
            held.remove(line.source());
        } else {
            held.put(line.source(), before);
        }
        if (before.passes) {
            next.line(line);
            return;
        }
        LogLine whole = before.with(line);
        if (fits(whole)) {
            before.passes = true;
            before.bytes.reset();
            next.line(whole);
        }
    }

    @Override
    public void pause() throws IOException {
        next.pause();
    }

    private boolean fits(LogLine line) {
        try {
            return pattern.matcher(line.text()).find();
        } catch (StackOverflowError e) {
            // java.util.regex recurses for groups that repeat
            throw new TsmException.Failed(
                    "the expression '" + pattern + "' needs too much memory for a line of " + line.bytes().length
                            + " bytes in the log of " + line.source().name(),
                    "try one without a repeated group, such as [ab]* for (a|b)*");
        }
    }

    /** What came of a line so far. */
    private static final class Held {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean passes;
        private boolean cut;
        private long offset;

        LogLine with(LogLine piece) {
            if (bytes.size() + piece.bytes().length > LogLine.MAX_BYTES) {
                bytes.reset();
                cut = true;
            }
            if (bytes.size() == 0) {
                offset = piece.offset();
            }
            bytes.writeBytes(piece.bytes());
            return new LogLine(piece.source(), bytes.toByteArray(), !cut, piece.ends(), offset);
        }
    }
}
