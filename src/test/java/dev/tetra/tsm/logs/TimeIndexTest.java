package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.os.HeadCutter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeIndexTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    private Path folder;

    private Path file;
    private TimeIndex index;

    @BeforeEach
    void index() {
        file = folder.resolve("out.times");
        index = new TimeIndex(file);
    }

    @Test
    void a_byte_has_the_time_of_the_look_that_saw_it_first() throws IOException {
        index.grew(null, 0, at(1), 100);
        index.grew(at(1), 100, at(2), 250);
        assertEquals(at(1), index.at(0).orElseThrow().by());
        assertEquals(at(1), index.at(99).orElseThrow().by());
        assertEquals(at(2), index.at(100).orElseThrow().by());
        assertEquals(
                Optional.of(at(1)),
                Optional.ofNullable(index.at(100).orElseThrow().after()));
        assertEquals(Optional.empty(), index.at(250));
    }

    @Test
    void what_comes_after_a_rest_was_not_written_before_the_last_look() throws IOException {
        index.grew(null, 0, at(1), 100);
        index.grew(at(3600), 100, at(3601), 200);
        assertEquals(at(3600), index.at(150).orElseThrow().after());
        assertEquals(100, index.since(at(3000)), "nothing before it was written since");
        assertEquals(0, index.since(at(1)));
    }

    @Test
    void the_next_daemon_knows_the_marks_and_that_it_did_not_look_in_between() throws IOException {
        index.grew(null, 0, at(1), 100);
        index.flush();
        TimeIndex next = new TimeIndex(file);
        assertEquals(100, next.end());
        next.grew(null, 100, at(500), 300);
        TimeIndex.Stretch gap = next.at(200).orElseThrow();
        assertEquals(at(1), gap.after());
        assertEquals(at(500), gap.by());
    }

    @Test
    void a_clock_that_is_set_back_never_makes_later_bytes_older() throws IOException {
        index.grew(null, 0, at(100), 10);
        index.grew(at(100), 10, at(50), 20);
        assertEquals(at(100), index.at(15).orElseThrow().by());
    }

    @Test
    void marks_of_bytes_that_are_gone_go_too() throws IOException {
        for (int i = 1; i <= 1000; i++) {
            index.grew(at(i - 1), (i - 1) * 10L, at(i), i * 10L);
        }
        index.flush();
        long before = Files.size(file);
        index.trim(9000);
        assertTrue(Files.size(file) < before / 5, Files.size(file) + " of " + before);
        assertEquals(at(901), index.at(9000).orElseThrow().by());
        assertEquals(at(1000), index.at(9999).orElseThrow().by());
        assertEquals(10_000, new TimeIndex(file).end());
    }

    @Test
    void marks_never_take_more_than_their_room() throws IOException {
        for (int i = 1; i <= TimeIndex.MOST * 3 / 2; i++) {
            index.grew(at(i - 1), i - 1, at(i), i);
        }
        assertTrue(Files.size(file) <= TimeIndex.MOST * 16L + 1024);
        long last = TimeIndex.MOST * 3 / 2;
        assertEquals(at(last), index.at(last - 1).orElseThrow().by(), "the newest as exactly as ever");
        long older = index.at(1000).orElseThrow().by().getEpochSecond() - START.getEpochSecond();
        assertTrue(older > 1000 && older < 1020, "the older less exactly: " + older);
    }

    @Test
    void since_begins_with_the_first_whole_line_of_the_time() throws IOException {
        Path log = folder.resolve("out.log");
        LogSource source = new LogSource("web", LogStream.OUT, StoredLog.of(log, HeadCutter.NONE));
        TimeIndex times = source.log().times();
        Files.writeString(log, "first\nsecond\nthi");
        times.grew(null, 0, at(10), 16);
        Files.writeString(log, "first\nsecond\nthird\nfourth\n");
        times.grew(at(19), 16, at(20), 26);
        assertEquals(List.of("fourth"), texts(source, LogTimes.since(source, at(15), Long.MAX_VALUE)));
        assertEquals(
                4, texts(source, LogTimes.since(source, at(5), Long.MAX_VALUE)).size());
        assertEquals(List.of(), texts(source, LogTimes.since(source, at(21), Long.MAX_VALUE)));
        LogTimes known = new LogTimes(Clock.fixed(at(99), ZoneOffset.UTC));
        List<Instant> seen = new ArrayList<>();
        LogTail.lines(source, From.start(), line -> seen.add(known.of(line)));
        assertEquals(List.of(at(10), at(10), at(10), at(20)), seen);
    }

    private static List<String> texts(LogSource source, From from) throws IOException {
        return LogTail.list(source, from).stream().map(LogLine::text).toList();
    }

    private static Instant at(long second) {
        return START.plusSeconds(second);
    }
}
