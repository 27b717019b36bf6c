package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
    @TempDir
    private Path folder;

    @Property(tries = 300)
    void the_last_lines_are_those_of_a_reader_from_the_start(
            @ForAll @Size(max = 12) List<@IntRange(max = 70_000) Integer> lengths,
            @ForAll boolean newlineAtEnd,
            @ForAll @IntRange(max = 14) int lines,
            @ForAll @IntRange(max = 100) int offset)
            throws IOException {
        byte[] content = content(lengths, newlineAtEnd);
        Path file = Files.createTempFile("tail", ".log");
        try {
            Files.write(file, content);
            From from = new From(offset, lines);
            byte[] expected = naive(content, from);
            ByteArrayOutputStream copied = new ByteArrayOutputStream();
            assertEquals(expected.length, LogTail.copy(source(file), from, copied));
            assertArrayEquals(expected, copied.toByteArray());
            assertArrayEquals(expected, joined(LogTail.list(source(file), from)));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void a_missing_file_is_an_empty_one() throws IOException {
        Path missing = folder.resolve("no/such.log");
        assertEquals(List.of(), LogTail.list(source(missing), From.lastLines(15)));
        assertEquals(0, LogTail.copy(source(missing), From.start(), OutputStream.nullOutputStream()));
    }

    @Test
    void a_line_without_newline_at_the_end_counts() throws IOException {
        List<LogLine> lines = LogTail.list(written("one\ntwo\nthree"), From.lastLines(2));
        assertEquals(List.of("two", "three"), lines.stream().map(LogLine::text).toList());
        assertFalse(lines.getLast().ends());
    }

    @Test
    void a_carriage_return_stays_in_the_bytes_and_not_in_the_text() throws IOException {
        LogLine line =
                LogTail.list(written("one\r\ntwo\r\n"), From.lastLines(1)).getFirst();
        assertEquals("two", line.text());
        assertArrayEquals("two\r".getBytes(StandardCharsets.UTF_8), line.bytes());
    }

    @Test
    void empty_lines_are_lines() throws IOException {
        List<LogLine> lines = LogTail.list(written("a\n\n\n"), From.lastLines(2));
        assertEquals(List.of("", ""), lines.stream().map(LogLine::text).toList());
    }

    @Test
    void an_offset_behind_the_end_means_that_the_file_was_emptied_since() throws IOException {
        assertEquals(1, LogTail.list(written("new\n"), new From(4000, 10)).size());
    }

    @Test
    void many_lines_are_found_across_the_blocks_that_are_read() throws IOException {
        String content = IntStream.range(0, 200_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        LogSource source = written("\n".repeat(200_000) + content);
        assertEquals(
                "70000",
                LogTail.list(source, From.lastLines(130_000)).getFirst().text());
        assertEquals(390_000, LogTail.list(source, From.lastLines(390_000)).size());
    }

    @Test
    void a_line_of_megabytes_comes_in_bounded_pieces() throws IOException {
        String longLine = "x".repeat(3_000_000);
        List<LogLine> pieces = LogTail.list(written("first\n" + longLine + "\nlast\n"), From.lastLines(2));
        assertTrue(pieces.stream().allMatch(piece -> piece.bytes().length <= LogLine.MAX_BYTES));
        Collected collected = new Collected();
        pieces.forEach(collected::line);
        assertEquals(List.of(longLine, "last"), collected.lines());
    }

    @Test
    void the_end_of_a_file_of_gigabytes_is_found_without_reading_it() throws IOException {
        LogSource source = source(folder.resolve("huge.log"));
        try (FileChannel file = FileChannel.open(
                source.path(), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            file.write(ByteBuffer.wrap("\nlast but one\nlast\n".getBytes(StandardCharsets.UTF_8)), 6L << 30);
        }
        List<LogLine> lines = LogTail.list(source, From.lastLines(2));
        assertEquals(
                List.of("last but one", "last"),
                lines.stream().map(LogLine::text).toList());
    }

    private LogSource written(String content) throws IOException {
        Path file = Files.createTempFile(folder, "log", "");
        Files.writeString(file, content);
        return source(file);
    }

    private static LogSource source(Path file) {
        return new LogSource("web", LogStream.OUT, file);
    }

    private static byte[] content(List<Integer> lengths, boolean newlineAtEnd) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int i = 0; i < lengths.size(); i++) {
            byte[] line = new byte[lengths.get(i)];
            Arrays.fill(line, (byte) ('a' + i));
            content.writeBytes(line);
            if (newlineAtEnd || i < lengths.size() - 1) {
                content.write('\n');
            }
        }
        return content.toByteArray();
    }

    private static byte[] naive(byte[] content, From from) {
        int floor = from.offset() > content.length ? 0 : (int) from.offset();
        List<byte[]> lines = new ArrayList<>();
        int start = floor;
        for (int i = floor; i < content.length; i++) {
            if (content[i] == '\n' || i == content.length - 1) {
                lines.add(Arrays.copyOfRange(content, start, i + 1));
                start = i + 1;
            }
        }
        ByteArrayOutputStream last = new ByteArrayOutputStream();
        int first = (int) Math.max(0, lines.size() - from.lines());
        lines.subList(first, lines.size()).forEach(last::writeBytes);
        return last.toByteArray();
    }

    private static byte[] joined(List<LogLine> pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (LogLine piece : pieces) {
            all.writeBytes(piece.bytes());
            if (piece.ends()) {
                all.write('\n');
            }
        }
        return all.toByteArray();
    }
}
