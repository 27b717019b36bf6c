package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.logs.LogScanner;
import dev.tetra.tsm.spec.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Looks for a line in what has come to the logs since the last look. */
final class LogLook implements Look.Waiting {
    private final Pattern pattern;
    private final List<LogScanner> scanners;
    private final Duration timeout;

    LogLook(String expression, List<LogScanner> scanners, Duration timeout) {
        this.pattern = Pattern.compile(expression);
        this.scanners = List.copyOf(scanners);
        this.timeout = timeout;
    }

    /** An expression can take longer than the world lasts; this lets it take as long as it may. */
    private record Timed(CharSequence text, long end) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if ((index & 0xff) == 0 && System.nanoTime() - end > 0) {
                throw new TooSlow();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int to) {
            return new Timed(text.subSequence(start, to), end);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    /** The time of a look is over. */
    @SuppressWarnings("serial")
    private static final class TooSlow extends RuntimeException {
        TooSlow() {
            super(null, null, false, false);
        }
    }

    @Override
    public Look.Result now() throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        boolean[] found = {false};
        boolean[] slow = {false};
        for (LogScanner scanner : scanners) {
            scanner.scan(line -> {
                try {
                    found[0] |= pattern.matcher(new Timed(line.text(), end)).find();
                } catch (TooSlow e) {
                    slow[0] = true;
                }
            });
        }
        if (slow[0] && !found[0]) {
            return Look.Result.bad("the expression took longer than " + Durations.format(timeout));
        }
        return found[0] ? Look.Result.good("a line was found") : Look.Result.bad("no such line");
    }
}
