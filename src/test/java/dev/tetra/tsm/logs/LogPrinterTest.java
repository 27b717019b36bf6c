package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LogPrinterTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final LogPrinter printer =
            new LogPrinter(screen, line -> (line.source().name() + "| ").getBytes(StandardCharsets.UTF_8));

    @Test
    void pieces_of_a_line_are_joined() throws IOException {
        printer.line(piece("web", "user: ", true, false));
        printer.line(piece("web", "me", false, true));
        assertEquals("web| user: me\n", screen.toString(StandardCharsets.UTF_8));
    }

    @Test
    void two_sources_never_share_a_line() throws IOException {
        printer.line(piece("web", "user: ", true, false));
        printer.line(piece("api", "up", true, true));
        printer.line(piece("web", "me", false, false));
        printer.finish();
        assertEquals("web| user: \napi| up\nweb| me\n", screen.toString(StandardCharsets.UTF_8));
    }

    private static LogLine piece(String name, String text, boolean starts, boolean ends) {
        LogSource source = new LogSource(name, LogStream.OUT, Path.of(name));
        return new LogLine(source, text.getBytes(StandardCharsets.UTF_8), starts, ends, 0);
    }
}
