package dev.tetra.tsm.repl.top;

import dev.tetra.tsm.command.render.Visible;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of a log.
 *
 * @param at when it was written, to the second or so
 * @param error whether it was written to stderr
 * @param text harmless for a terminal, and of bounded length
 */
public record LogText(Instant at, boolean error, String text) {
    private static final int LONGEST = 2000;
    private static final int TAB = 8;

    /**
     * Reads a line of {@code tsm logs --json}.
     *
     * @throws IOException when it is none
     */
    public static LogText parse(byte[] line) throws IOException {
        Map<String, @Nullable Object> fields = JsonLine.parse(line);
        String text = String.valueOf(fields.get("line"));
        if (text.length() > LONGEST) {
            int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
            text = text.substring(0, end) + "…";
        }
        Instant at = Instant.parse(String.valueOf(fields.get("time")));
        return new LogText(at, "err".equals(fields.get("stream")), Visible.line(untabbed(withoutColours(text))));
    }

    /** Colours and other styles (ECMA-48, 8.3.117), which many programs write, would only be seen as escapes. */
    private static String withoutColours(String text) {
        return text.indexOf('\u001b') < 0 ? text : text.replaceAll("\u001b\\[[0-9;:]*m", "");
    }

    private static String untabbed(String text) {
        if (text.indexOf('\t') < 0) {
            return text;
        }
        StringBuilder to = new StringBuilder(text.length() + 2 * TAB);
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\t') {
                to.repeat(' ', TAB - to.length() % TAB);
            } else {
                to.append(text.charAt(i));
            }
        }
        return to.toString();
    }
}
