package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTouchesTest {
    @TempDir
    private Path folder;

    private Path file;
    private FileTouches touches;

    @BeforeEach
    void open() throws IOException {
        file = Files.writeString(folder.resolve("file"), "content");
        touches = Hosts.fileTouches();
    }

    @AfterEach
    void close() {
        touches.close();
    }

    @Test
    void a_file_that_is_only_read_is_not_touched() throws IOException {
        touches.await(file);
        assertEquals("content", Files.readString(file));
        Files.writeString(folder.resolve("other"), "content");
        assertEquals(List.of(), touched());
    }

    @Test
    void a_file_that_is_written_again_and_again_is_told_of_once() throws IOException {
        int number = touches.await(file);
        append();
        append();
        assertEquals(number, touched().getFirst());
        append();
        assertEquals(List.of(), touched());
    }

    @Test
    void a_file_is_told_of_again_when_it_is_awaited_again() throws IOException {
        touches.await(file);
        append();
        touched();
        int number = touches.await(file);
        assertEquals(List.of(), touched());
        append();
        assertEquals(number, touched().getFirst());
    }

    @Test
    void a_file_that_is_emptied_renamed_or_deleted_while_it_is_open_is_touched() throws IOException {
        int emptied = touches.await(file);
        Files.newOutputStream(file, StandardOpenOption.TRUNCATE_EXISTING).close();
        assertEquals(emptied, touched().getFirst());
        try (var open = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            int renamed = touches.await(file);
            Path moved = Files.move(file, folder.resolve("moved"));
            assertEquals(renamed, touched().getFirst());
            int deleted = touches.await(moved);
            Files.delete(moved);
            assertEquals(deleted, touched().getFirst());
            open.write(1);
        }
    }

    @Test
    void a_file_that_is_not_waited_for_any_more_is_not_told_of() throws IOException {
        int number = touches.await(file);
        touches.forget(number);
        touched();
        append();
        assertEquals(List.of(), touched());
    }

    @Test
    void a_file_has_one_number_by_all_its_names() throws IOException {
        Path link = Files.createLink(folder.resolve("link"), file);
        assertEquals(touches.await(file), touches.await(link));
    }

    @Test
    void what_is_not_there_is_refused() {
        assertThrows(NoSuchFileException.class, () -> touches.await(folder.resolve("none")));
    }

    private void append() throws IOException {
        Files.writeString(file, "more", StandardOpenOption.APPEND);
    }

    private List<Integer> touched() {
        List<Integer> numbers = new ArrayList<>();
        assertTrue(touches.touched(numbers::add));
        return numbers;
    }
}
