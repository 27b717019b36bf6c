package dev.tetra.tsm.repl.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static TopModel two() {
        TopModel model = Pictures.model();
        for (int i = 0; i < 12; i++) {
            model.look(Pictures.look(
                    Pictures.row(0, "web", "online", i * 8, 50 << 20),
                    Pictures.row(1, "worker", "online", 0.1, (40L + i) << 20),
                    Pictures.row(2, "old", "stopped", 0, 0)));
        }
        model.logs(
                100,
                List.of(
                        new LogText(Pictures.NOON, false, "GET / 200"),
                        new LogText(Pictures.NOON, true, "slow answer")));
        return model;
    }

    @Test
    void eighty_by_twenty_four() {
        assertEquals("""
                tsm top  12:00:00  3 processes, 2 online, 1 stopped  CPU 88.1%  memory 101.0 MB
                 ID▲ Name    PID Port Status Restarts   CPU last 10 s   Memory last 10 s  Uptime
                >  0 web    4000 8010 online        0 88.0% ▂▃▃▄▅▆▆▇██ 50.0 MB ██████████ 1h 30m
                   1 worker 4001 8011 online        1  0.1% ▁▁▁▁▁▁▁▁▁▁ 51.0 MB ▇▇▇███████ 1h 31m
                ━━ log of web (ID 0) ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
                out | GET / 200
                err | slow answer
                """, Pictures.text(two(), 80, 24).replaceFirst("\n+q quit.*\n$", "\n"));
    }

    @Test
    void two_hundred_by_fifty_has_all_columns() {
        String wide = Pictures.text(two(), 200, 50);
        for (String header :
                List.of("ID▲", "Name", "PID", "Port", "Status", "Restarts", "CPU, last", "Memory, last", "Uptime")) {
            assertTrue(wide.contains(header), header + " is missing in\n" + wide);
        }
    }

    @Test
    void a_small_screen_keeps_what_matters_most() {
        assertEquals("""
                tsm top  12:00:00  3
                 Name   Status   CPU
                >web    online 88.0%
                 worker online  0.1%
                q quit  s stop  r re
                """, Pictures.text(two(), 20, 5));
    }

    @Property
    void no_line_is_wider_than_the_screen_and_there_are_no_more_than_rows(
            @ForAll @IntRange(min = 1, max = 230) int columns,
            @ForAll @IntRange(min = 1, max = 60) int rows,
            @ForAll @IntRange(min = 0, max = 90) int processes,
            @ForAll @StringLength(max = 30) String name,
            @ForAll @StringLength(max = 6) String keys) {
        TopModel model = Pictures.model(Pictures.many(processes));
        Look named = Pictures.look(Pictures.row(0, name, "online", 1, 1), Pictures.row(1, "名前が長い", "errored", 1, 1));
        model.look(processes % 2 == 0 ? named : Pictures.many(processes));
        model.logs(100, List.of(new LogText(Pictures.NOON, false, "漢字".repeat(200))));
        Pictures.types(model, keys);
        for (String more : List.of("", "h", " ", "l", "l", "/")) {
            Pictures.types(model, more);
            List<AttributedString> lines = Pictures.lines(model, columns, rows);
            assertTrue(lines.size() <= rows, lines.size() + " lines on " + rows + " rows");
            for (AttributedString line : lines) {
                assertTrue(line.columnLength() <= columns, columns + " columns: " + line);
                assertTrue(line.chars().noneMatch(c -> c < ' '), "a control in: " + line);
            }
        }
    }

    @Test
    void the_chosen_one_stays_in_sight() {
        TopModel model = Pictures.model(Pictures.many(100));
        for (Key key : List.of(Key.END, Key.PAGE_UP, Key.PAGE_UP, Key.DOWN, Key.HOME, Key.PAGE_DOWN)) {
            model.key(key, "");
            String shown = Pictures.text(model, 80, 24);
            String name = model.chosen().orElseThrow().name();
            assertTrue(shown.lines().anyMatch(line -> line.startsWith(">") && line.contains(name)), key + "\n" + shown);
        }
    }

    @Test
    void the_log_fills_the_screen_wraps_and_scrolls() {
        TopModel model = two();
        List<LogText> lines = java.util.stream.IntStream.range(0, 100)
                .mapToObj(i -> new LogText(Pictures.NOON, false, "line " + i + " " + "x".repeat(90)))
                .toList();
        model.logs(100, lines);
        Pictures.types(model, "l");
        String end = Pictures.text(model, 80, 12);
        assertTrue(end.startsWith("log of web (ID 0), following"), end);
        assertTrue(end.contains("line 99") && !end.contains("line 90"), end);
        model.key(Key.HOME, "");
        String start = Pictures.text(model, 80, 12);
        assertTrue(start.contains("line 0 ") && start.contains("lines from the end"), start);
        model.key(Key.END, "");
        assertEquals(end, Pictures.text(model, 80, 12));
    }

    @Test
    void without_colour_there_is_none() {
        TopModel model = two();
        model.tell("failed", true);
        for (AttributedString line : new Frame(model, 24, 80, false, ZoneOffset.UTC).lines()) {
            for (int i = 0; i < line.length(); i++) {
                AttributedStyle style = line.styleAt(i);
                assertEquals(
                        0,
                        style.getMask()
                                & (0xF00 | AttributedStyle.DEFAULT.faint().getMask()),
                        line.toString());
            }
        }
    }

    @Test
    void what_a_program_writes_cannot_move_the_cursor() throws Exception {
        LogText line = LogText.parse(
                "{\"time\":\"2026-01-02T12:00:00Z\",\"stream\":\"err\",\"line\":\"a\\tb\\u001b[31mred\\u001b[0m\\u001b[2Jend\"}"
                        .getBytes(StandardCharsets.UTF_8));
        assertEquals(new LogText(Pictures.NOON, true, "a       bred\\x1b[2Jend"), line);
    }

    @Test
    void a_line_of_any_length_is_kept_short() throws Exception {
        LogText line = LogText.parse(
                ("{\"time\":\"2026-01-02T12:00:00Z\",\"stream\":\"out\",\"line\":\"" + "😀".repeat(50_000) + "\"}")
                        .getBytes(StandardCharsets.UTF_8));
        assertTrue(line.text().length() <= 2001, line.text().length() + " characters");
        assertFalse(line.error());
    }

    @Test
    void plain_text_has_every_process_whatever_their_number() {
        String text = Frame.text(Pictures.model(Pictures.many(200)), 120, 10, ZoneOffset.UTC);
        assertEquals(
                200,
                text.lines()
                        .filter(line -> line.contains("worker-"))
                        .filter(line -> line.contains("online"))
                        .count());
        assertFalse(text.contains("\u001b"), text);
    }
}
