package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFollowerTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final Collected seen = new Collected();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private LogSource web;
    private @Nullable Thread follower;

    @BeforeEach
    void name() {
        web = new LogSource("web", LogStream.OUT, folder.resolve("out.log"));
    }

    @AfterEach
    void end() throws InterruptedException {
        cancelled.set(true);
        if (follower != null) {
            assertTrue(follower.join(SOON), "the follower ends");
        }
        assertEquals(null, failure.get());
    }

    @Test
    void the_last_lines_come_first_and_then_what_is_written() throws IOException {
        append("1\n2\n3\n");
        follow(From.lastLines(2));
        awaitLines("2", "3");
        append("4\n");
        awaitLines("2", "3", "4");
    }

    @Test
    void a_file_that_is_not_there_at_first_is_read_from_its_beginning() throws IOException {
        append("old\n");
        LogSource later = new LogSource("web", LogStream.ERR, folder.resolve("err.log"));
        follow(() -> List.of(web, later), From.lastLines(1));
        awaitLines("old");
        Files.writeString(later.path(), "1\n2\n3\n");
        awaitLines("old", "1", "2", "3");
    }

    @Test
    void an_emptied_file_is_read_from_its_new_beginning() throws IOException {
        append("before, a rather long line\n");
        follow(From.start());
        awaitLines("before, a rather long line");
        empty();
        append("after\n");
        awaitLines("before, a rather long line", "after");
    }

    @Test
    void a_file_that_grew_over_its_old_size_after_it_was_emptied_is_read_from_its_beginning() throws IOException {
        append("before\n");
        follow(From.start());
        awaitLines("before");
        // in one step for the follower: another content under the same inode
        Files.writeString(web.path(), "later1\nlater2\n", StandardOpenOption.WRITE);
        awaitLines("before", "later1", "later2");
    }

    @Test
    void the_rest_of_a_renamed_file_comes_before_the_new_one() throws IOException {
        try (OutputStream old = new FileOutputStream(web.path().toFile(), true)) {
            write(old, "1\n");
            follow(From.lastLines(1));
            awaitLines("1");
            rename();
            write(old, "2\n");
            append("4\n5\n");
            awaitLines("1", "2", "4", "5");
            write(old, "3\n");
            awaitLines("1", "2", "4", "5", "3");
        }
    }

    @Test
    void a_deleted_file_is_read_on_and_the_next_of_that_name_from_its_beginning() throws IOException {
        try (OutputStream old = new FileOutputStream(web.path().toFile(), true)) {
            write(old, "1\n");
            follow(From.start());
            awaitLines("1");
            Files.delete(web.path());
            write(old, "2\n");
            awaitLines("1", "2");
        }
        append("3\n");
        awaitLines("1", "2", "3");
    }

    @Test
    void a_prompt_is_shown_without_newline_and_continued_without_doubling() throws IOException {
        append("Password: ");
        follow(From.start());
        Await.until("the prompt", SOON, () -> seen.pieces().size() == 1);
        assertFalse(seen.pieces().getFirst().ends());
        append("thanks\n");
        awaitLines("Password: thanks");
        assertEquals("thanks", seen.pieces().getLast().text());
        assertFalse(seen.pieces().getLast().starts());
    }

    @Test
    void a_source_that_is_added_later_is_followed_from_its_beginning() throws IOException {
        append("1\n");
        List<LogSource> sources = new CopyOnWriteArrayList<>(List.of(web));
        follow(() -> sources, From.lastLines(1));
        awaitLines("1");
        LogSource api = new LogSource("api", LogStream.OUT, folder.resolve("api.log"));
        Files.writeString(api.path(), "hello\nagain\n");
        sources.add(api);
        awaitLines("1", "hello", "again");
    }

    @Test
    void a_source_that_is_taken_out_is_read_to_its_end() throws IOException {
        List<LogSource> sources = new CopyOnWriteArrayList<>(List.of(web));
        AtomicInteger asked = new AtomicInteger();
        try (OutputStream old = new FileOutputStream(web.path().toFile(), true)) {
            write(old, "1\n");
            follow(
                    () -> {
                        List<LogSource> present = List.copyOf(sources);
                        asked.incrementAndGet();
                        return present;
                    },
                    From.start());
            awaitLines("1");
            sources.clear();
            int before = asked.get();
            Await.until("the follower knows", SOON, () -> asked.get() >= before + 2);
            write(old, "2\nbye");
            Files.delete(web.path());
        }
        Await.until("the rest", SOON, () -> seen.pieces().size() == 3);
        assertEquals("bye", seen.pieces().getLast().text());
    }

    @Test
    void an_interrupt_ends_it_at_once() throws Exception {
        append("1\n");
        Thread thread = follow(From.start());
        awaitLines("1");
        thread.interrupt();
        assertTrue(thread.join(SOON));
    }

    @Test
    void every_line_of_a_process_comes_once_while_its_file_is_rotated_by_renaming() throws Exception {
        int count = 30_000;
        follow(From.start());
        for (int part = 0; part < 6; part++) {
            int first = part * count / 6;
            int last = first + count / 6 - 1;
            Process writer = new ProcessBuilder("sh", "-c", "seq " + first + " " + last + " >> " + web.path()).start();
            if (part % 2 == 0) {
                // under the writer's hands
                Await.until("a first line of the part", SOON, () -> Files.exists(web.path()) && size() > 0);
                awaitSeen(first);
                rotate(part);
            }
            assertTrue(writer.waitFor(20, TimeUnit.SECONDS));
            if (part % 2 == 1) {
                awaitSeen(first);
                rotate(part);
            }
        }
        Await.until("the last line", SOON, () -> seen.count() >= count);
        assertEquals(
                IntStream.range(0, count).boxed().toList(),
                seen.lines().stream().map(Integer::valueOf).sorted().toList());
    }

    private void awaitSeen(int number) {
        Await.until("line " + number, SOON, () -> seen.lines().contains(Integer.toString(number)));
    }

    private void rotate(int part) throws IOException {
        Files.move(web.path(), folder.resolve("out.log." + part));
        Files.createFile(web.path());
    }

    private long size() throws IOException {
        return Files.size(web.path());
    }

    private void rename() throws IOException {
        Files.move(web.path(), folder.resolve("out.log.1"), StandardCopyOption.ATOMIC_MOVE);
    }

    private void empty() throws IOException {
        Files.newByteChannel(web.path(), StandardOpenOption.WRITE).truncate(0).close();
    }

    private void append(String text) throws IOException {
        Files.writeString(web.path(), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void write(OutputStream to, String text) throws IOException {
        to.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private Thread follow(From from) {
        return follow(() -> List.of(web), from);
    }

    private Thread follow(Supplier<Collection<LogSource>> sources, From from) {
        follower = Thread.ofVirtual().start(() -> {
            try {
                new LogFollower(sources, source -> from, seen).run(cancelled::get);
            } catch (IOException | RuntimeException e) {
                failure.set(e);
            }
        });
        return follower;
    }

    private void awaitLines(String... lines) {
        List<String> expected = new ArrayList<>(List.of(lines));
        try {
            Await.until("the lines", SOON, () -> seen.count() >= expected.size());
        } finally {
            assertEquals(expected, seen.lines());
        }
    }
}
