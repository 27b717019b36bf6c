package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTouchesTest {
    private static final Duration FOR_EVER = Duration.ofMinutes(10);

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
    void a_wait_ends_with_a_touch_and_not_before_its_time_without_one() throws IOException {
        touches.await(file);
        long begin = System.nanoTime();
        touches.awaitTouch(Duration.ofMillis(30));
        assertTrue(System.nanoTime() - begin >= Duration.ofMillis(29).toNanos());
        append();
        touches.awaitTouch(FOR_EVER);
        assertFalse(touched().isEmpty());
    }

    @Test
    void a_wait_is_ended_by_who_wakes_before_or_meanwhile_and_the_next_one_is_not() throws Exception {
        touches.wake();
        touches.wake();
        touches.awaitTouch(FOR_EVER);
        long begin = System.nanoTime();
        touches.awaitTouch(Duration.ofMillis(30));
        assertTrue(System.nanoTime() - begin >= Duration.ofMillis(29).toNanos());
        Thread waits = Thread.ofPlatform().start(() -> touches.awaitTouch(FOR_EVER));
        Await.until("it waits", Duration.ofSeconds(10), () -> waits.getState() == Thread.State.RUNNABLE);
        touches.wake();
        assertTrue(waits.join(Duration.ofSeconds(10)));
    }

    @Test
    void nobody_is_woken_by_what_is_closed() {
        touches.close();
        touches.wake();
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
