package dev.tetra.tsm.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How clients of a home find its daemon: the file {@code control} in it, readable by its owner alone.
 *
 * @param build the daemon's build id
 * @param port its TCP port on 127.0.0.1
 * @param clientSecret what the client proves itself with, 64 hex digits
 * @param serverSecret what the daemon proves itself with, 64 hex digits
 * @param pid the daemon's pid
 */
public record ControlFile(String build, int port, String clientSecret, String serverSecret, long pid) {
    private static final String FIRST_LINE = "tsm-control 1";
    /** Tells launchers that this daemon knows the flag {@link Request#sourcesUnchecked} of requests; older ones lack it. */
    private static final String KNOWS = "unchecked";

    private static final long MAX_BYTES = 4096;

    /** Where the file is. */
    public static Path path(Path home) {
        return home.resolve("control");
    }

    /** The home's file; empty when there is none or it is not one. */
    public static Optional<ControlFile> read(Path home) throws IOException {
        Path path = path(home);
        try {
            if (Files.size(path) > MAX_BYTES) {
                return Optional.empty();
            }
            return parse(Files.readString(path, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Optional<ControlFile> parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() < 6 || !lines.getFirst().equals(FIRST_LINE)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ControlFile(
                    lines.get(1),
                    Integer.parseInt(lines.get(2)),
                    lines.get(3),
                    lines.get(4),
                    Long.parseLong(lines.get(5))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** What tells a file from one that was changed or put in its place: inode, size and time; empty when there is none. */
    static String stamp(Path home) throws IOException {
        try {
            BasicFileAttributes now = Files.readAttributes(path(home), BasicFileAttributes.class);
            return now.fileKey() + " " + now.size() + " " + now.lastModifiedTime();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** Puts the file in its place in one step, so that no client reads half of it. */
    void write(Path home) throws IOException {
        Path temporary = home.resolve("control.new-" + pid);
        Files.deleteIfExists(temporary);
        Files.createFile(
                temporary,
                PosixFilePermissions.asFileAttribute(Set.copyOf(PosixFilePermissions.fromString("rw-------"))));
        String text = String.join(
                "\n",
                FIRST_LINE,
                build,
                Integer.toString(port),
                clientSecret,
                serverSecret,
                Long.toString(pid),
                KNOWS,
                "");
        Files.writeString(temporary, text, StandardCharsets.ISO_8859_1);
        Files.move(temporary, path(home), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes the file unless another daemon has put its own there. */
    void removeOwn(Path home) throws IOException {
        if (read(home).filter(this::equals).isPresent()) {
            Files.deleteIfExists(path(home));
        }
    }

    /** Leaves the secrets out. */
    @Override
    public String toString() {
        return "ControlFile[build=" + build + ", port=" + port + ", pid=" + pid + "]";
    }
}
