package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import dev.tetra.tsm.spec.Pattern;
import dev.tetra.tsm.spec.PatternFile;
import dev.tetra.tsm.spec.Patterns;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The patterns that count: those that come with tsm and those of the user's own file, read again when it changes. */
public final class PatternBook {
    private static final String FILE = "patterns.txt";
    private static final int MOST_BYTES = 1 << 20;

    private final Path own;
    private final PatternFile builtIn;
    private Own known = new Own(null, null);
    private Page page;

    /**
     * The user's file as it was read.
     *
     * @param text null when it is not there or of no use
     * @param problem why it is of no use; null when nothing is wrong
     */
    private record Own(@Nullable String text, @Nullable String problem) {}

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
     * What counts now, with a warning for each bad line, or for a file that is of no use as a whole.
     *
     * @throws TsmException.Failed when the user's file is there and cannot be read
     */
    public Page now() {
        Own present = read();
        synchronized (this) {
            if (!present.equals(known)) {
                PatternFile parsed = present.text() == null
                        ? new PatternFile(
                                List.of(), Stream.ofNullable(present.problem()).toList())
                        : PatternFile.parse(present.text(), own.toString(), false);
                page = new Page(new Patterns(builtIn.patterns(), parsed.patterns()), parsed.warnings());
                known = present;
            }
            return page;
        }
    }

    /**
     * The text of the user's file; empty when there is none.
     *
     * @throws TsmException.Failed when it is there and is of no use
     */
    private Optional<String> ownText() {
        Own present = read();
        if (present.problem() != null) {
            throw new TsmException.Failed(present.problem(), "move it away");
        }
        return Optional.ofNullable(present.text());
    }

    /**
     * Adds a pattern to the user's file.
     *
     * @param replace in place of one of its name
     * @throws TsmException.Conflict when there is one, and it is not to be replaced
     */
    synchronized void add(Pattern pattern, boolean replace) {
        now().patterns().all().stream()
                .filter(p -> p.name().equals(pattern.name()) && !p.builtIn() && !replace)
                .findFirst()
                .ifPresent(there -> {
                    throw new TsmException.Conflict(
                            "there is a pattern " + there.name() + " already, at " + there.origin(),
                            "--replace takes its place");
                });
        List<String> lines = new ArrayList<>(ownText().orElse("").lines().toList());
        lines.removeIf(l -> replace && l.strip().startsWith(pattern.name() + "|"));
        lines.add(pattern.line());
        Path draft = own.resolveSibling(".patterns.new");
        try {
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(draft, RawText.encode(String.join("\n", lines) + "\n"));
            Files.move(draft, own, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new TsmException.Failed(
                    own + " cannot be written: " + IoReason.of(e), "look at the rights of its folder");
        }
    }

    /**
     * A pipe would keep its reader waiting, and a device may never end. What is not there is opened all the same: without a
     * descriptor left a start is refused here, before anything is decided.
     */
    private Own read() {
        try {
            if (Files.exists(own) && !Files.isRegularFile(own)) {
                return new Own(null, own + " is no regular file and counts as empty");
            }
            try (InputStream in = Files.newInputStream(own)) {
                byte[] bytes = in.readNBytes(MOST_BYTES + 1);
                return bytes.length > MOST_BYTES
                        ? new Own(null, own + " has more than " + Words.size(MOST_BYTES) + " and counts as empty")
                        : new Own(RawText.decode(bytes), null);
            }
        } catch (NoSuchFileException e) {
            return new Own(null, null);
        } catch (IOException e) {
            throw new TsmException.Failed(
                    "the patterns file cannot be read: " + own + " (" + IoReason.of(e) + ")",
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
