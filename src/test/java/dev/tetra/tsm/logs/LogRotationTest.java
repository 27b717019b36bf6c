package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.os.HeadCutter;
import dev.tetra.tsm.os.Hosts;
import dev.tetra.tsm.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogRotationTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final LogPolicy ALL = new LogPolicy(LogPolicy.LEAST_SIZE, LogPolicy.MOST_PARTS, Duration.ZERO);
    private static final Path MEMORY = Path.of("/dev/shm");

    private Path home;

    /** The ways to take the head off a file. */
    enum Way {
        COLLAPSE,
        PUNCH,
        COPY;

        HeadCutter cutter() {
            return switch (this) {
                case COLLAPSE -> Hosts.headCutter();
                case PUNCH -> new Limited(Hosts.headCutter());
                case COPY -> HeadCutter.NONE;
            };
        }
    }

    /** A file system that has holes but can't collapse, as btrfs. */
    private record Limited(HeadCutter full) implements HeadCutter {
        @Override
        public boolean punch(Path file, long from, long to) throws IOException {
            return full.punch(file, from, to);
        }

        @Override
        public boolean collapse(Path file, long length) {
            return false;
        }

        @Override
        public long firstData(Path file) throws IOException {
            return full.firstData(file);
        }
    }

    /** One thing that happens to a log. */
    record Act(int kind, int amount) {}

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createTempDirectory("rotate");
    }

    @AfterEach
    void removeHome() throws IOException {
        remove(home);
    }

    @Property(tries = 60)
    void whatever_happens_the_parts_and_the_file_are_what_was_written(
            @ForAll Way way, @ForAll("acts") List<Act> acts, @ForAll long seed) throws IOException {
        Path folder = Files.createTempDirectory("rotate");
        try {
            Random random = new Random(seed);
            LogFiles files = new LogFiles(folder, way.cutter());
            files.create("web");
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            LogCutter cutter = new LogCutter(files.log("web", LogStream.OUT), step -> {});
            for (Act act : acts) {
                switch (act.kind()) {
                    case 0, 1, 2 -> written.writeBytes(append(files, lines(random, act.amount())));
                    case 3, 4 -> cut(files, cutter);
                    case 5 -> {
                        files.log("web", LogStream.OUT).times().flush();
                        files = new LogFiles(folder, way.cutter());
                        cutter = new LogCutter(files.log("web", LogStream.OUT), step -> {});
                    }
                    default -> files.log("web", LogStream.OUT).look(Instant.now());
                }
                assertArrayEquals(written.toByteArray(), all(files));
            }
            List<String> lines =
                    written.toString(StandardCharsets.UTF_8).lines().toList();
            LogSource source = files.sources("web", List.of(LogStream.OUT)).getFirst();
            for (int count : new int[] {0, 1, 3, lines.size() / 2, lines.size(), lines.size() + 5}) {
                assertEquals(
                        lines.subList(Math.max(0, lines.size() - count), lines.size()),
                        LogTail.list(source, From.lastLines(count)).stream()
                                .map(LogLine::text)
                                .toList());
            }
        } finally {
            remove(folder);
        }
    }

    @Provide
    Arbitrary<List<Act>> acts() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.integers().between(0, 30_000))
                .as(Act::new)
                .list()
                .ofMaxSize(12);
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"COLLAPSE", "PUNCH"})
    void every_line_of_a_busy_writer_is_there_once_and_in_order_after_fifty_rotations(Way way) throws Exception {
        busyWriter(home, way.cutter());
    }

    @Test
    void a_file_system_without_collapse_is_cut_by_holes() throws Exception {
        assumeTrue(Files.isDirectory(MEMORY) && Files.isWritable(MEMORY));
        Path memory = Files.createTempDirectory(MEMORY, "rotate");
        try {
            busyWriter(memory, Hosts.headCutter());
            LogFiles files = new LogFiles(memory);
            assertTrue(Hosts.headCutter().firstData(files.file("web", LogStream.OUT)) > 0, "a hole at the head");
        } finally {
            remove(memory);
        }
    }

    private static void busyWriter(Path folder, HeadCutter how) throws Exception {
        int lines = 600_000;
        LogFiles files = new LogFiles(folder, how);
        files.create("web");
        Path file = files.file("web", LogStream.OUT);
        Process writer = writer(file, lines);
        try {
            LogCutter cutter = new LogCutter(files.log("web", LogStream.OUT), step -> {});
            int rotations = 0;
            while (writer.isAlive() || rotations < 50) {
                int before = files.log("web", LogStream.OUT).parts().size();
                Await.until(
                        "something to cut",
                        SOON,
                        () -> files.size("web", LogStream.OUT).file() > 16_384 || !writer.isAlive());
                cutter.cut(ALL);
                int parts = files.log("web", LogStream.OUT).parts().size();
                if (parts == before && !writer.isAlive()) {
                    break;
                }
                rotations += parts > before ? 1 : 0;
            }
            assertEquals(0, writer.waitFor());
            assertTrue(rotations >= 50, rotations + " rotations");
        } finally {
            writer.destroyForcibly();
        }
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            expected.append(i).append('\n');
        }
        assertArrayEquals(expected.toString().getBytes(StandardCharsets.UTF_8), all(files));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void who_follows_sees_every_line_once_through_rotations(Way way) throws Exception {
        int lines = 200_000;
        LogFiles files = new LogFiles(home, way.cutter());
        files.create("web");
        append(files, "first\n".getBytes(StandardCharsets.UTF_8));
        List<LogSource> sources = files.sources("web", List.of(LogStream.OUT));
        Collected seen = new Collected();
        AtomicBoolean cancelled = new AtomicBoolean();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread follower = Thread.ofPlatform().start(() -> {
            try {
                new LogFollower(() -> sources, source -> From.start(), seen).run(cancelled::get);
            } catch (IOException | RuntimeException e) {
                failure.set(e);
            }
        });
        try {
            LogCutter cutter = new LogCutter(sources.getFirst().log(), step -> {});
            List<String> expected = new ArrayList<>(List.of("first"));
            for (int written = 0; written < lines; ) {
                StringBuilder text = new StringBuilder();
                for (int end = written + 4000; written < end; written++) {
                    text.append("line ").append(written).append('\n');
                    expected.add("line " + written);
                }
                append(files, text.toString().getBytes(StandardCharsets.UTF_8));
                cutter.cut(ALL);
            }
            Await.until("the last line", SOON, () -> failure.get() != null || seen.count() >= expected.size());
            assertEquals(null, failure.get());
            assertEquals(expected, seen.lines());
            assertTrue(seen.pieces().stream().allMatch(piece -> piece.starts() && piece.ends()));
        } finally {
            cancelled.set(true);
            follower.join();
        }
    }

    @ParameterizedTest
    @EnumSource(LogCutter.Step.class)
    void a_daemon_that_dies_after_any_step_of_a_cut_loses_and_doubles_nothing(LogCutter.Step step) throws IOException {
        for (Way way : Way.values()) {
            for (boolean moreWritten : new boolean[] {false, true}) {
                Path folder = Files.createTempDirectory("rotate");
                try {
                    diesAfter(step, way, moreWritten, folder);
                } finally {
                    remove(folder);
                }
            }
        }
    }

    private static void diesAfter(LogCutter.Step step, Way way, boolean moreWritten, Path folder) throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        LogFiles files = new LogFiles(folder, way.cutter());
        files.create("web");
        // every line is the same, so that only the count tells what is lost or doubled
        byte[] same = "the same line\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        written.writeBytes(append(files, same));
        cut(files, new LogCutter(files.log("web", LogStream.OUT), any -> {}));
        for (int round = 0; round < 3; round++) {
            written.writeBytes(append(files, same));
            LogFiles dying = new LogFiles(folder, way.cutter());
            try {
                cut(dying, new LogCutter(dying.log("web", LogStream.OUT), done -> {
                    if (done == step) {
                        throw new Killed();
                    }
                }));
            } catch (Killed e) {
                // and whatever it held in memory is lost
            }
            if (moreWritten && way != Way.COPY) {
                written.writeBytes(append(files, same));
                written.writeBytes(append(files, same));
            }
            assertArrayEquals(written.toByteArray(), all(new LogFiles(folder, way.cutter())), way + " round " + round);
        }
        assertFalse(Files.exists(LogPart.draft(files.file("web", LogStream.OUT))));
    }

    @Test
    void a_full_disk_stops_the_cut_and_changes_nothing() throws IOException {
        LogFiles files = new LogFiles(home);
        files.create("web");
        byte[] content = append(files, "some text to keep\n".repeat(20_000).getBytes(StandardCharsets.UTF_8));
        LogCutter cutter = new LogCutter(files.log("web", LogStream.OUT), step -> {
            if (step == LogCutter.Step.DRAFTED) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            }
        });
        assertThrows(UncheckedIOException.class, () -> cutter.cut(ALL));
        assertArrayEquals(content, all(files));
        assertArrayEquals(content, Files.readAllBytes(files.file("web", LogStream.OUT)));
    }

    @Test
    void only_the_newest_parts_are_kept() throws IOException {
        LogFiles files = new LogFiles(home);
        files.create("web");
        LogPolicy two = new LogPolicy(LogPolicy.LEAST_SIZE, 2, Duration.ZERO);
        LogCutter cutter = new LogCutter(files.log("web", LogStream.OUT), step -> {});
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        for (int i = 0; i < 6; i++) {
            written.writeBytes(append(files, (i + "\n").repeat(40_000).getBytes(StandardCharsets.UTF_8)));
            cutter.cut(two);
        }
        assertEquals(2, files.size("web", LogStream.OUT).parts());
        byte[] left = all(files);
        assertTrue(left.length >= 2 * LogPolicy.LEAST_SIZE, "what is kept has its size");
        byte[] expected = written.toByteArray();
        assertArrayEquals(Arrays.copyOfRange(expected, expected.length - left.length, expected.length), left);
    }

    @Test
    void a_burst_far_over_the_limit_keeps_the_newest_without_compressing_the_rest() throws IOException {
        LogFiles files = new LogFiles(home);
        files.create("web");
        byte[] written = append(files, lines(new Random(1), 2_000_000));
        LogCutter cutter = new LogCutter(files.log("web", LogStream.OUT), step -> {});
        cutter.cut(new LogPolicy(LogPolicy.LEAST_SIZE, 3, Duration.ZERO));
        LogFiles.Size size = files.size("web", LogStream.OUT);
        assertEquals(3, size.parts());
        byte[] left = all(files);
        assertTrue(left.length >= 3 * LogPolicy.LEAST_SIZE && left.length < written.length / 4, left.length + " bytes");
        assertArrayEquals(Arrays.copyOfRange(written, written.length - left.length, written.length), left);
    }

    @Test
    void flush_removes_the_parts_and_delete_everything() throws IOException {
        LogFiles files = new LogFiles(home);
        files.create("web");
        int length = append(files, lines(new Random(1), 50_000)).length;
        new LogCutter(files.log("web", LogStream.OUT), step -> {}).cut(ALL);
        assertEquals(length, files.flush("web"));
        assertEquals(0, files.size("web", LogStream.OUT).total());
        append(files, "after\n".getBytes(StandardCharsets.UTF_8));
        assertArrayEquals("after\n".getBytes(StandardCharsets.UTF_8), all(files));
        assertArrayEquals("after\n".getBytes(StandardCharsets.UTF_8), all(new LogFiles(home)));
        files.delete("web");
        assertFalse(Files.exists(files.folder("web")));
        files.create("web");
        append(files, "anew\n".getBytes(StandardCharsets.UTF_8));
        assertArrayEquals("anew\n".getBytes(StandardCharsets.UTF_8), all(files));
    }

    /** Writes numbered lines in many small appends, about 100,000 a second, as a process that was started would. */
    private static Process writer(Path file, int lines) throws IOException {
        String program = """
                import os, sys, time
                out = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                begin = time.monotonic()
                for i in range(0, int(sys.argv[2]), 50):
                    for j in range(i, i + 50, 10):
                        os.write(out, b"".join(b"%d\\n" % k for k in range(j, j + 10)))
                    ahead = i / 100000 - (time.monotonic() - begin)
                    if ahead > 0.001:
                        time.sleep(ahead)
                """;
        return new ProcessBuilder("python3", "-c", program, file.toString(), String.valueOf(lines))
                .redirectErrorStream(true)
                .start();
    }

    private static void cut(LogFiles files, LogCutter cutter) throws IOException {
        if (Files.exists(files.file("web", LogStream.OUT))) {
            cutter.cut(ALL);
        }
    }

    private static byte[] append(LogFiles files, byte[] bytes) throws IOException {
        Files.write(files.file("web", LogStream.OUT), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return bytes;
    }

    private static byte[] lines(Random random, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(Integer.toString(random.nextInt(), 36).repeat(1 + random.nextInt(4)))
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] all(LogFiles files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LogTail.copy(files.sources("web", List.of(LogStream.OUT)).getFirst(), From.start(), bytes);
        return bytes.toByteArray();
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
