package dev.tetra.tsm.logs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * A piece that was cut off a log, compressed by gzip (RFC 1952). Its range is in its name, so that one rename makes it
 * whole, and sorting the names sorts the parts.
 *
 * @param start the offset of its first byte among all that were ever written
 * @param end the offset after its last byte
 */
record LogPart(Path path, long start, long end) {
    private static final int BUFFER = 64 * 1024;
    private static final Pattern NAME = Pattern.compile("([0-9]{15})-([0-9]{15})\\.log\\.gz");

    /** The part of this range, there or not. */
    static LogPart of(Path log, long start, long end) {
        String name = String.format(Locale.ROOT, "%s%015d-%015d.log.gz", prefix(log), start, end);
        return new LogPart(log.resolveSibling(name), start, end);
    }

    /** Where a part is written before it is whole. */
    static Path draft(Path log) {
        return log.resolveSibling(prefix(log) + "part.tmp");
    }

    /** All parts of a log, oldest first. */
    static List<LogPart> all(Path log) throws IOException {
        List<LogPart> parts = new ArrayList<>();
        String prefix = prefix(log);
        Path folder = log.getParent();
        if (folder == null) {
            return parts;
        }
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path path : names) {
                String name = String.valueOf(path.getFileName());
                Matcher matcher = NAME.matcher(name.startsWith(prefix) ? name.substring(prefix.length()) : "");
                if (matcher.matches()) {
                    parts.add(new LogPart(path, Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return parts;
        }
        parts.sort(Comparator.comparingLong(LogPart::start));
        return parts;
    }

    /** What was cut off, from this offset of the log on. */
    InputStream open(long from) throws IOException {
        InputStream bytes = new GZIPInputStream(Files.newInputStream(path), BUFFER);
        try {
            bytes.skipNBytes(from - start);
            return bytes;
        } catch (IOException | RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    boolean holds(long offset) {
        return start <= offset && offset < end;
    }

    /** {@code out.log} has parts {@code out-….log.gz}. */
    private static String prefix(Path log) {
        String name = String.valueOf(log.getFileName());
        return (name.endsWith(".log") ? name.substring(0, name.length() - 4) : name) + "-";
    }
}
