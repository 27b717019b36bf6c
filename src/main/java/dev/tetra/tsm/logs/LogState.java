package dev.tetra.tsm.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is written down about a log that was cut, beside it: {@code out.state}. One line of text, replaced as a whole.
 *
 * @param inode of the file it is about
 * @param shift what to add to a place in the file to get the offset among all bytes ever written
 * @param head the offset of the first byte that is in the file and in no part
 * @param collapsing how many bytes were about to be taken out at the beginning of the file, where a hole is until then;
 *     0 when none
 */
record LogState(long inode, long shift, long head, long collapsing) {
    private static final Pattern LINE =
            Pattern.compile("tsm-log 1 ([0-9]{1,19}) ([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18})\n");
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** The state's file of a log. */
    static Path path(Path log) {
        return log.resolveSibling(stem(log) + ".state");
    }

    /** A log's file name without {@code .log}. */
    static String stem(Path log) {
        String name = String.valueOf(log.getFileName());
        return name.endsWith(".log") ? name.substring(0, name.length() - 4) : name;
    }

    /** What was written down; empty when nothing was, or nothing that can be read. */
    static Optional<LogState> load(Path log) throws IOException {
        try {
            Matcher line = LINE.matcher(Files.readString(path(log), StandardCharsets.ISO_8859_1));
            if (line.matches()) {
                return Optional.of(new LogState(
                        Long.parseUnsignedLong(line.group(1)),
                        Long.parseLong(line.group(2)),
                        Long.parseLong(line.group(3)),
                        Long.parseLong(line.group(4))));
            }
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Writes it down, so that it survives a crash of the machine. */
    void save(Path log) throws IOException {
        Path draft = log.resolveSibling(stem(log) + ".state.tmp");
        String line = "tsm-log 1 " + Long.toUnsignedString(inode) + " " + shift + " " + head + " " + collapsing + "\n";
        Files.deleteIfExists(draft);
        try (FileChannel file =
                FileChannel.open(draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE)) {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(draft, path(log), StandardCopyOption.ATOMIC_MOVE);
    }

    static FileAttribute<?> ownerOnly() {
        return PRIVATE;
    }
}
