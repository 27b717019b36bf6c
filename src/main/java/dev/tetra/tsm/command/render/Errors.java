package dev.tetra.tsm.command.render;

import dev.tetra.tsm.model.TsmException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How errors reach a user. */
public final class Errors {
    private static final Pattern BELOW = Pattern.compile("\n(?=  |\t)");

    private Errors() {}

    /** {@code tsm: message}, and the hint, if there is one, on a line of its own below. */
    public static String text(TsmException error, Ansi ansi) {
        String message = ansi.paint(Style.RED, "tsm:") + " " + trimmed(error.getMessage()) + "\n";
        if (error.hint().isEmpty()) {
            return message;
        }
        return message + "  " + ansi.paint(Style.DIM, "hint:") + " " + trimmed(error.hint()) + "\n";
    }

    /** {@code {"error": {"code", "kind", "message", "hint"}}}; the code is the exit code. */
    public static byte[] json(TsmException error) {
        return Json.object(json -> write(json, error));
    }

    /** The same on one line, for streams of objects. */
    public static byte[] jsonLine(TsmException error) {
        return Json.line(json -> write(json, error));
    }

    /** The same as a field of something else. */
    public static void write(Json json, TsmException error) {
        json.object(
                "error",
                fields -> fields.field("code", error.exitCode())
                        .field("kind", error.kind())
                        .field("message", error.getMessage())
                        .field("hint", error.hint()));
    }

    /** On one line, but for those that belong below it, such as a program's last ones: they are indented. */
    private static String trimmed(String text) {
        return BELOW.splitAsStream(text.stripTrailing())
                .map(line -> Visible.lines(line).replace("\n", "\\n"))
                .collect(Collectors.joining("\n"));
    }
}
