package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Errors;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.logs.LogLine;
import dev.tetra.tsm.logs.LogSink;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogTimes;
import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes each line of a log as a JSON object on a line of its own. A line that is not finished is held back until it is;
 * one that is longer than {@value LogLine#MAX_BYTES} bytes, or never finished, comes in objects with {@code "partial":
 * true}, of which all but the first continue the one before.
 */
final class JsonLines implements LogSink {
    private final OutputStream out;
    private final LogTimes times;
    private final Origin origin;
    private final Map<LogSource, Held> held = new LinkedHashMap<>();

    private static final class Held {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Instant time = Instant.EPOCH;
        private boolean partial;
    }

    /** Writes the fields that say where a line is from and when it was written. */
    @FunctionalInterface
    interface Origin {
        void write(Json json, LogSource source, Instant time);
    }

    private JsonLines(OutputStream out, LogTimes times, Origin origin) {
        this.out = out;
        this.times = times;
        this.origin = origin;
    }

    /** Writes lines, and an error in their midst, as objects. */
    static LogView.Output output(LogTimes times, Origin origin) {
        return new LogView.Output() {
            @Override
            public LogView.Writer to(OutputStream out) {
                JsonLines objects = new JsonLines(out, times, origin);
                return new LogView.Writer(objects, objects::finish);
            }

            @Override
            public byte[] error(TsmException error) {
                return Errors.jsonLine(error);
            }
        };
    }

    @Override
    public void line(LogLine line) throws IOException {
        Held begun = held.get(line.source());
        if (begun != null && (line.starts() || begun.bytes.size() + line.bytes().length > LogLine.MAX_BYTES)) {
            write(line.source(), begun, false);
            begun = line.starts() ? null : begun;
        }
        if (begun == null) {
            begun = new Held();
            begun.time = times.of(line);
            held.put(line.source(), begun);
        }
        begun.bytes.writeBytes(line.bytes());
        if (line.ends()) {
            write(line.source(), begun, true);
            held.remove(line.source());
        }
    }

    /** Writes lines that are not finished, when nothing more of them is to come. */
    void finish() throws IOException {
        for (Map.Entry<LogSource, Held> each : held.entrySet()) {
            write(each.getKey(), each.getValue(), false);
        }
        held.clear();
    }

    @Override
    public void pause() throws IOException {
        out.flush();
    }

    private void write(LogSource source, Held line, boolean ends) throws IOException {
        byte[] bytes = line.bytes.toByteArray();
        boolean carriageReturn = ends && bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        String text = RawText.decode(bytes, 0, carriageReturn ? bytes.length - 1 : bytes.length);
        boolean partial = line.partial || !ends;
        out.write(Json.line(json -> {
            origin.write(json, source, line.time);
            json.field("line", text);
            if (partial) {
                json.field("partial", true);
            }
        }));
        line.partial = true;
        line.bytes.reset();
    }
}
