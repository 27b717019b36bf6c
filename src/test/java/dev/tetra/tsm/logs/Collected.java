package dev.tetra.tsm.logs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps what it is given; pieces of a line are joined as a reader would see them. */
final class Collected implements LogSink {
    private final List<String> whole = new ArrayList<>();
    private final List<LogLine> pieces = new ArrayList<>();
    private final Map<LogSource, StringBuilder> open = new HashMap<>();

    @Override
    public synchronized void line(LogLine line) {
        pieces.add(line);
        if (line.starts()) {
            open.put(line.source(), new StringBuilder());
        }
        StringBuilder text = open.computeIfAbsent(line.source(), source -> new StringBuilder("(no start)"));
        text.append(line.text());
        if (line.ends()) {
            whole.add(text.toString());
            open.remove(line.source());
        }
    }

    /** The lines that are finished. */
    synchronized List<String> lines() {
        return List.copyOf(whole);
    }

    /** Every piece as it came. */
    synchronized List<LogLine> pieces() {
        return List.copyOf(pieces);
    }

    synchronized int count() {
        return whole.size();
    }
}
