package dev.tetra.tsm.repl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    @TempDir
    Path folder;

    @Test
    void a_line_comes_back_as_it_was() throws IOException {
        HistoryFile file = new HistoryFile(folder.resolve("history"));
        List<String> lines = List.of("list", "start sh -c 'a\n  b'", "a\\b \\n", "ü 🦊", "x\ry");
        for (String line : lines) {
            file.add(line);
        }
        assertEquals(lines, new HistoryFile(folder.resolve("history")).lines());
    }

    @Test
    void only_its_owner_can_read_it() throws IOException {
        Path path = folder.resolve("history");
        new HistoryFile(path).add("list");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void two_that_write_in_turns_lose_nothing() throws IOException {
        HistoryFile one = new HistoryFile(folder.resolve("history"));
        HistoryFile two = new HistoryFile(folder.resolve("history"));
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            (i % 2 == 0 ? one : two).add("line " + i);
            expected.add("line " + i);
        }
        assertEquals(expected, one.lines());
    }

    @Test
    void a_file_that_grows_loses_its_older_half() throws IOException {
        Path path = folder.resolve("history");
        HistoryFile file = new HistoryFile(path);
        String text = "x".repeat(10_000);
        int count = HistoryFile.MAX_BYTES / 10_000 + 10;
        for (int i = 0; i < count; i++) {
            file.add(i + " " + text);
        }
        assertTrue(Files.size(path) <= HistoryFile.MAX_BYTES, "size " + Files.size(path));
        List<String> lines = file.lines();
        assertEquals((count - 1) + " " + text, lines.getLast());
        assertTrue(lines.size() > count / 3, lines.size() + " lines are left");
        assertTrue(lines.stream().allMatch(line -> line.matches("[0-9]+ x{10000}")));
    }

    @Test
    void no_file_is_no_lines() {
        assertEquals(List.of(), new HistoryFile(folder.resolve("none")).lines());
    }
}
