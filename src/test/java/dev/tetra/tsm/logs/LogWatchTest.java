package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.os.HeadCutter;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogWatchTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final LogPolicy SMALL = new LogPolicy(LogPolicy.LEAST_SIZE, 100, Duration.ZERO);

    @TempDir
    private Path home;

    private final Movable clock = new Movable();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicBoolean full = new AtomicBoolean();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private LogFiles files = new LogFiles(Path.of("/nonexistent"));
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<@Nullable String> more = new AtomicReference<>();
    private final AtomicReference<@Nullable LogWatch> watch = new AtomicReference<>();

    /** A disk that may have no room for what a hole needs. */
    private final class Filling implements HeadCutter {
        private final HeadCutter real = Hosts.headCutter();

        @Override
        public boolean punch(Path file, long from, long to) throws IOException {
            if (full.get()) {
                throw new IOException(file + ": No space left on device (ENOSPC)");
            }
            return real.punch(file, from, to);
        }

        @Override
        public boolean collapse(Path file, long length) throws IOException {
            return real.collapse(file, length);
        }

        @Override
        public long firstData(Path file) throws IOException {
            return real.firstData(file);
        }
    }

    /** A clock that can be set forward while it goes. */
    private static final class Movable extends Clock {
        private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead.get());
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        LogWatch begun = watch.getAndSet(null);
        if (begun != null) {
            begun.close();
        }
    }

    @Test
    void a_log_that_is_too_large_is_cut() throws IOException {
        watch(SMALL);
        append(200_000);
        // More than one when it was looked at while it was written.
        Await.until("a part", SOON, () -> files.size("web", LogStream.OUT).parts() >= 1);
        assertArrayEquals(written.toByteArray(), all());
        assertEquals(List.of(), told);
    }

    @Test
    void a_log_is_cut_when_its_oldest_line_is_too_old() throws IOException {
        watch(new LogPolicy(0, 100, Duration.ofDays(1)));
        append(50_000);
        Await.until("its times are noted", SOON, () -> {
            files.log("web", LogStream.OUT).times().flush();
            return files.log("web", LogStream.OUT).times().end() >= 50_000;
        });
        assertEquals(0, files.size("web", LogStream.OUT).parts());
        clock.ahead.set(Duration.ofHours(25));
        Await.until("a part", SOON, () -> files.size("web", LogStream.OUT).parts() == 1);
        assertArrayEquals(written.toByteArray(), all());
    }

    @Test
    void a_disk_without_room_is_told_once_and_the_cut_is_done_when_there_is_some() throws IOException {
        full.set(true);
        watch(SMALL);
        append(200_000);
        Await.until("it is told", SOON, () -> !told.isEmpty());
        clock.ahead.set(Duration.ofMinutes(1));
        append(200_000);
        Await.until(
                "it grew", SOON, () -> files.log("web", LogStream.OUT).times().end() >= 400_000);
        assertArrayEquals(written.toByteArray(), all());
        full.set(false);
        clock.ahead.set(Duration.ofMinutes(3));
        Await.until("a part", SOON, () -> files.size("web", LogStream.OUT).parts() > 0);
        Await.until("it is cut", SOON, () -> files.size("web", LogStream.OUT).file() < LogPolicy.LEAST_SIZE);
        assertArrayEquals(written.toByteArray(), all());
        assertEquals(1, told.size(), told.toString());
        assertTrue(told.getFirst().contains("No space left"), told.toString());
    }

    @Test
    void a_quiet_log_is_looked_at_when_it_is_written_and_its_times_are_known_as_well() throws IOException {
        LogWatch watching = watch(SMALL, Duration.ZERO);
        append(100);
        Await.until("it rests", SOON, () -> watching.sleeping() == 1);
        long first = noted();
        Instant before = Instant.now();
        append(100);
        // Sooner than it would be looked at without having been told.
        Await.until("it is noted", SOON, () -> noted() > first);
        TimeIndex.Stretch stretch =
                files.log("web", LogStream.OUT).times().at(first).orElseThrow();
        Instant after = stretch.after();
        assertTrue(after != null && after.isAfter(before.minusSeconds(5)), stretch.toString());
        Await.until("it rests again", SOON, () -> watching.sleeping() == 1);
        append(200_000);
        Await.until("a part", SOON, () -> files.size("web", LogStream.OUT).parts() >= 1);
        assertArrayEquals(written.toByteArray(), all());
    }

    @Test
    void while_all_logs_are_quiet_nobody_is_asked_what_runs_and_what_begins_then_is_looked_at_at_once()
            throws IOException {
        LogWatch watching = watch(SMALL, Duration.ZERO);
        append(100);
        Files.createFile(files.file("web", LogStream.ERR));
        Await.until("all rest", SOON, () -> watching.sleeping() == LogStream.values().length);
        int before = asked.get();
        watching.changed();
        Await.until("it is asked what runs", SOON, () -> asked.get() > before);
        more.set("api");
        files.create("api");
        watching.changed();
        Files.writeString(files.file("api", LogStream.OUT), "a line\n");
        Await.until(
                "it is noted",
                SOON,
                () -> files.log("api", LogStream.OUT).times().end() > 0);
    }

    @Test
    void a_quiet_log_that_is_deleted_and_made_again_is_looked_at() throws IOException {
        LogWatch watching = watch(SMALL, Duration.ZERO);
        append(100);
        Await.until("it rests", SOON, () -> watching.sleeping() == 1);
        long first = noted();
        Files.delete(files.log("web", LogStream.OUT).file());
        // Longer, as it may get the same inode.
        append(1000);
        Await.until("it is noted", SOON, () -> noted() > first);
        Await.until("it rests again", SOON, () -> watching.sleeping() == 1);
    }

    private long noted() throws IOException {
        return files.log("web", LogStream.OUT).times().end();
    }

    private void watch(LogPolicy policy) throws IOException {
        watch(policy, Duration.ofSeconds(10));
    }

    private List<LogWatch.Watched> running(LogPolicy policy) {
        asked.incrementAndGet();
        LogWatch.Watched first = new LogWatch.Watched(1, "web", policy);
        String second = more.get();
        return second == null ? List.of(first) : List.of(first, new LogWatch.Watched(2, second, policy));
    }

    private LogWatch watch(LogPolicy policy, Duration quiet) throws IOException {
        files = new LogFiles(home, new Filling());
        files.create("web");
        LogWatch made =
                new LogWatch(files, () -> running(policy), (key, name, message) -> told.add(message), clock, quiet);
        made.start();
        watch.set(made);
        return made;
    }

    private void append(int length) throws IOException {
        byte[] bytes = "a line of the log\n".repeat(length / 18 + 1).getBytes(StandardCharsets.UTF_8);
        Files.write(files.file("web", LogStream.OUT), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        written.writeBytes(bytes);
    }

    private byte[] all() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LogTail.copy(files.sources("web", List.of(LogStream.OUT)).getFirst(), From.start(), bytes);
        return bytes.toByteArray();
    }
}
