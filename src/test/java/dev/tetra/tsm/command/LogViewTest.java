package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.logs.LogTimes;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogViewTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path home;

    private LogFiles files;
    private final ScriptedTerminal terminal = ScriptedTerminal.mute();
    private final List<Thread> followers = new ArrayList<>();

    @BeforeEach
    void home() {
        files = new LogFiles(home);
    }

    @AfterEach
    void leave() throws InterruptedException {
        terminal.leave();
        for (Thread follower : followers) {
            follower.join(SOON);
        }
    }

    private List<LogSource> both(String... names) {
        return List.of(names).stream()
                .flatMap(name -> files.sources(name, List.of(LogStream.values())).stream())
                .toList();
    }

    private void write(String name, LogStream stream, String text) throws IOException {
        files.create(name);
        Files.writeString(files.file(name, stream), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    private LogView view(long lines, boolean raw, @Nullable String grep, boolean named, List<LogSource> sources) {
        LogView.Wish wish = new LogView.Wish(lines, raw, grep == null ? null : Pattern.compile(grep), null);
        LogPrefix prefix = new LogPrefix(named, true, sources, new Ansi(false));
        return new LogView(
                terminal,
                wish,
                new LogTimes(Clock.systemUTC()),
                raw ? LogView.raw() : LogView.text(line -> prefix.apply(line.source())));
    }

    private void follow(LogView view, List<LogSource> sources) {
        AtomicInteger asked = new AtomicInteger();
        followers.add(Thread.ofVirtual()
                .start(() -> view.follow(() -> {
                    asked.incrementAndGet();
                    return sources;
                })));
        // What is there at the beginning is shown otherwise than what comes later, so it has to have begun.
        Await.until("it follows", SOON, () -> asked.get() > 3);
    }

    private void awaitShown(String text) {
        Await.until(
                "'" + text + "', where there is '" + terminal.shown() + "'",
                SOON,
                () -> terminal.shown().equals(text));
    }

    @Test
    void each_line_says_whose_it_is_in_columns() throws IOException {
        write("web", LogStream.OUT, "1\n2\n3\n");
        write("web", LogStream.ERR, "bad");
        write("worker", LogStream.OUT, "x\n");
        List<LogSource> sources = both("web", "worker");
        view(2, false, null, true, sources).last(sources);
        assertEquals("web    out | 2\nweb    out | 3\nweb    err | bad\nworker out | x\n", terminal.shown());
    }

    @Test
    void raw_gives_the_bytes_as_they_are() throws IOException {
        write("web", LogStream.OUT, "1\r\n\u001b[31m2\n\0");
        List<LogSource> sources = both("web");
        view(2, true, null, true, sources).last(sources);
        assertEquals("\u001b[31m2\n\0", terminal.shown());
    }

    @Test
    void no_lines_are_no_lines() throws IOException {
        write("web", LogStream.OUT, "1\n");
        List<LogSource> sources = both("web");
        view(0, false, null, false, sources).last(sources);
        view(0, false, "1", false, sources).last(sources);
        view(0, true, null, false, sources).last(sources);
        assertEquals("", terminal.shown());
    }

    @Test
    void a_search_finds_the_last_lines_that_fit_anywhere_in_the_file() throws IOException {
        write("web", LogStream.OUT, numbers(1, 100_000));
        List<LogSource> sources = both("web");
        view(2, false, "^12.?$", false, sources).last(sources);
        assertEquals("out | 128\nout | 129\n", terminal.shown());
    }

    @Test
    void a_search_goes_on_with_what_comes() throws IOException {
        write("web", LogStream.OUT, numbers(1, 100));
        List<LogSource> sources = both("web");
        follow(view(1, false, "^9", false, sources), sources);
        awaitShown("out | 99\n");
        write("web", LogStream.OUT, "100\n900\n");
        awaitShown("out | 99\nout | 900\n");
    }

    @Test
    void following_shows_the_last_lines_and_what_comes_through_deletion() throws IOException {
        write("web", LogStream.OUT, "1\n2\n");
        List<LogSource> sources = both("web");
        follow(view(1, false, null, true, sources), sources);
        awaitShown("web out | 2\n");
        write("web", LogStream.ERR, "3\n");
        awaitShown("web out | 2\nweb err | 3\n");
        files.delete("web");
        write("web", LogStream.OUT, "4\n");
        awaitShown("web out | 2\nweb err | 3\nweb out | 4\n");
    }

    @Test
    void a_process_that_comes_later_is_followed_from_its_first_line() throws IOException {
        List<LogSource> sources = new CopyOnWriteArrayList<>();
        follow(view(0, false, null, true, sources), sources);
        write("late", LogStream.OUT, "1\n2\n");
        sources.addAll(both("late"));
        awaitShown("late out | 1\nlate out | 2\n");
    }

    @Test
    void following_ends_when_the_client_goes() throws IOException, InterruptedException {
        write("web", LogStream.OUT, "1\n");
        List<LogSource> sources = both("web");
        follow(view(1, false, null, false, sources), sources);
        awaitShown("out | 1\n");
        terminal.leave();
        assertTrue(followers.getFirst().join(SOON));
    }

    @Test
    void names_have_a_colour_each_on_a_terminal() {
        List<LogSource> sources = both("web");
        String prefix = new String(
                new LogPrefix(true, false, sources, new Ansi(true)).apply(sources.getFirst()), StandardCharsets.UTF_8);
        assertTrue(prefix.matches("\u001b\\[3[1-6]mweb\u001b\\[0m \\| "), prefix);
    }
}
