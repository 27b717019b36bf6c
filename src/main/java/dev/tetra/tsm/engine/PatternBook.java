package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.PatternFile;
import dev.tetra.tsm.spec.Patterns;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The patterns that count: those that come with tsm and those of the user's own file, read again when it changes. */
public final class PatternBook {
    private static final String FILE = "patterns.txt";

    private final Path own;
    private final PatternFile builtIn;
    private @Nullable String ownText;
    private Page page;

    /** What counts at one time. */
    public record Page(Patterns patterns, List<String> warnings) {}

    public PatternBook(Path home) {
        this.own = home.resolve(FILE);
        this.builtIn = PatternFile.parse(builtInText(), "built-in " + FILE, true);
        this.page = new Page(new Patterns(builtIn.patterns(), List.of()), builtIn.warnings());
    }

    /** The user's file. */
    public Path ownFile() {
        return own;
    }

    /**
     * What counts now, with a warning for each bad line.
     *
     * @throws TsmException.Failed when the user's file is there and cannot be read
     */
    public synchronized Page now() {
        String text = ownTextNow();
        if (!Objects.equals(text, ownText)) {
            PatternFile parsed = text == null
                    ? new PatternFile(List.of(), List.of())
                    : PatternFile.parse(text, own.toString(), false);
            page = new Page(new Patterns(builtIn.patterns(), parsed.patterns()), parsed.warnings());
            ownText = text;
        }
        return page;
    }

    private @Nullable String ownTextNow() {
        try {
            return RawText.decode(Files.readAllBytes(own));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new TsmException.Failed(
                    "the patterns file cannot be read: " + own + " ("
                            + (e instanceof FileSystemException file && file.getReason() != null
                                    ? file.getReason()
                                    : e.getClass().getSimpleName())
                            + ")",
                    "look at its rights, or move it away");
        }
    }

    private static String builtInText() {
        try (InputStream in = PatternBook.class.getResourceAsStream("/" + FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing from the jar");
            }
            return RawText.decode(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(FILE + " cannot be read", e);
        }
    }
}
