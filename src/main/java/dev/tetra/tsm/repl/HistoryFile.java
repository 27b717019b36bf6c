package dev.tetra.tsm.repl;

import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * Lines entered before, in a file that its owner alone can read. Several clients may write at once: each line is
 * appended under a lock, so none is lost. A line break in a line is kept as {@code \n}, a backslash as two.
 */
final class HistoryFile {
    /** From this size on, in bytes, the older half goes. */
    static final int MAX_BYTES = 1 << 20;

    private static final Set<StandardOpenOption> OPEN =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

    private final Path path;

    HistoryFile(Path path) {
        this.path = path;
    }

    /** The lines, the oldest first; none when there is no file or it can't be read. */
    List<String> lines() {
        try {
            return RawText.decode(Files.readAllBytes(path))
                    .lines()
                    .map(HistoryFile::unescaped)
                    .toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    /** Adds a line. */
    void add(String line) throws IOException {
        byte[] bytes = RawText.encode(escaped(line) + "\n");
        if (bytes.length > MAX_BYTES / 4) {
            return; // a pasted file is no line to come back to
        }
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel file = FileChannel.open(path, OPEN, mode);
                FileLock _ = file.lock()) {
            if (file.size() + bytes.length > MAX_BYTES) {
                shorten(file);
            }
            file.position(file.size());
            write(file, bytes);
        }
    }

    private static void shorten(FileChannel file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) file.size());
        file.position(0);
        while (all.hasRemaining() && file.read(all) >= 0) {
            // on to the end
        }
        byte[] bytes = all.array();
        int keep = bytes.length / 2;
        while (keep < bytes.length && bytes[keep - 1] != '\n') {
            keep++;
        }
        file.position(0);
        write(file, java.util.Arrays.copyOfRange(bytes, keep, bytes.length));
        file.truncate(bytes.length - keep);
    }

    private static void write(FileChannel file, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            file.write(left);
        }
    }

    private static String escaped(String line) {
        return line.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String unescaped(String line) {
        StringBuilder text = new StringBuilder(line.length());
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                char next = line.charAt(++i);
                text.append(next == 'n' ? '\n' : next == 'r' ? '\r' : next);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
