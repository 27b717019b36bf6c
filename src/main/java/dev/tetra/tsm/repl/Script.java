package dev.tetra.tsm.repl;

import dev.tetra.tsm.model.RawText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Runs the lines of an input one after the other, without prompt or history. */
final class Script {
    private static final int USAGE = 2;

    private final InputStream in;
    private final boolean keepGoing;
    private final Streams streams;
    private final Lines lines;
    private int number;

    /** Runs one whole line. */
    @FunctionalInterface
    interface Lines {
        /** Gives the exit code, or nothing when the line ends the script. */
        Optional<Integer> run(String line) throws IOException;
    }

    Script(InputStream in, boolean keepGoing, Streams streams, Lines lines) {
        this.in = in;
        this.keepGoing = keepGoing;
        this.streams = streams;
        this.lines = lines;
    }

    /** Runs to the end, to the line that leaves, or to the first failure. Returns the first failure's exit code, or 0. */
    int run() throws IOException {
        int first = 0;
        for (Optional<String> line = next(); line.isPresent(); line = next()) {
            int began = number;
            StringBuilder whole = new StringBuilder(line.get());
            while (LineWords.open(whole.toString()) != LineWords.Open.NOTHING) {
                line = next();
                if (line.isEmpty()) {
                    break;
                }
                whole.append('\n').append(line.get());
            }
            Optional<Integer> code =
                    line.isPresent() ? lines.run(whole.toString()) : Optional.of(unclosed(began, whole));
            if (code.isEmpty()) {
                break;
            }
            if (code.get() != 0) {
                first = first == 0 ? code.get() : first;
                if (!keepGoing) {
                    break;
                }
            }
        }
        return first;
    }

    private int unclosed(int line, CharSequence text) {
        String what = switch (LineWords.open(text.toString())) {
            case SINGLE -> "a ' that is never closed";
            case DOUBLE -> "a \" that is never closed";
            case BACKSLASH, NOTHING -> "a backslash at its end, and no line follows";
        };
        streams.complain("line " + line + " has " + what, "nothing of that line was run");
        return USAGE;
    }

    /** Reads byte by byte from what is buffered below, so that what a command may ask for is not read ahead. */
    private Optional<String> next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        if (b < 0) {
            return Optional.empty();
        }
        while (b >= 0 && b != '\n') {
            line.write(b);
            b = in.read();
        }
        number++;
        return Optional.of(RawText.decode(line.toByteArray()));
    }
}
