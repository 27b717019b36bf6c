package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happened can be read, and what happens can be followed, by people and by programs. */
@Timeout(120)
class EventsIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome tsm;
    private final List<Process> followers = new ArrayList<>();

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        followers.forEach(Process::destroyForcibly);
        tsm.close();
    }

    private void sleeper(String name) {
        tsm.tsm("start", "--exact-name", "--name", name, "sleep", "600").expect(0);
    }

    /** A follower whose output goes to a file, or nowhere. */
    private Path follow(String... words) throws IOException {
        Path out = Files.createTempFile(tsm.work(), "events", "");
        List<String> command = new ArrayList<>(List.of(
                "bash", "-c", "exec \"$@\" >" + out, "bash", tsm.launcher().toString(), "events", "-f"));
        command.addAll(List.of(words));
        followers.add(tsm.start(command));
        return out;
    }

    private static String text(Path out) {
        try {
            return Files.readString(out, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitText(Path out, String regex) {
        Pattern pattern = Pattern.compile(regex);
        Await.until(regex, SOON, () -> pattern.matcher(text(out)).find());
    }

    @Test
    void the_story_of_a_process_is_told_in_order() {
        sleeper("nap");
        tsm.tsm("restart", "nap").expect(0);
        tsm.tsm("stop", "nap").expect(0);
        List<String> kinds = tsm.bash("tsm events nap --json | jq -r .kind")
                .expect(0)
                .out()
                .lines()
                .toList();
        assertEquals("start", kinds.getFirst());
        assertTrue(kinds.indexOf("online") < kinds.indexOf("restart"), kinds::toString);
        assertTrue(kinds.lastIndexOf("online") < kinds.lastIndexOf("stop"), kinds::toString);
        assertEquals(2, kinds.stream().filter("exit"::equals).count(), kinds::toString);
    }

    @Test
    void kinds_times_and_counts_choose() {
        sleeper("one");
        sleeper("two");
        tsm.tsm("stop", "one").expect(0);
        String exits = tsm.tsm("events", "--kind", "exit,online").expect(0).out();
        assertEquals(3, exits.lines().count(), exits);
        assertEquals(
                1, tsm.tsm("events", "-k", "exit", "--lines", "1").out().lines().count());
        assertEquals("", tsm.tsm("events", "--lines", "0").expect(0).out());
        assertEquals("", tsm.tsm("events", "--since", "2100-01-01").expect(0).out());
        assertTrue(tsm.tsm("events", "--since", "1h").out().contains("started as pid"), "the daemon's own");
        assertFalse(tsm.tsm("events", "two").expect(0).out().contains("one "), "of one process only");
    }

    @Test
    void the_name_of_a_deleted_process_finds_its_events() {
        sleeper("gone");
        tsm.tsm("delete", "gone").expect(0);
        assertTrue(tsm.tsm("events", "gone").expect(0).out().contains("gone"));
        assertTrue(tsm.tsm("events", "never").expect(3).err().contains("never"));
    }

    @Test
    void a_namespace_has_the_events_of_processes_that_were_in_it_also_deleted_and_later_ones() throws IOException {
        sleeper("other");
        assertTrue(tsm.tsm("events", "-n", "shop").expect(3).err().contains("shop"));
        tsm.tsm("start", "-n", "shop", "--exact-name", "--name", "first", "sleep", "600")
                .expect(0);
        Path out = follow("-n", "shop", "--json");
        awaitText(out, "\"first\"");
        tsm.tsm("delete", "first").expect(0);
        tsm.tsm("start", "-n", "shop", "--exact-name", "--name", "second", "sleep", "600")
                .expect(0);
        awaitText(out, "\"second\"");
        String told = tsm.tsm("events", "-n", "shop", "--json").expect(0).out();
        assertTrue(told.contains("deleted by") && told.contains("\"second\""), told);
        assertTrue(told.lines().allMatch(line -> line.contains("\"namespace\":\"shop\"")), told);
        assertFalse((told + text(out)).contains("\"other\""), told);
        assertTrue(tsm.tsm("events", "--json").expect(0).out().contains("\"namespace\":null"), "the daemon's own");
        assertTrue(tsm.tsm("sql", "--csv", "SELECT DISTINCT namespace FROM events WHERE process_name = 'first'")
                .expect(0)
                .out()
                .contains("shop"));
    }

    @Test
    void what_is_wrong_is_told() {
        assertTrue(tsm.tsm("events", "--kind", "exits").expect(2).err().contains("did you mean exit?"));
        assertTrue(tsm.tsm("events", "--lines", "-1").expect(2).err().contains("-1"));
        assertTrue(tsm.tsm("events", "--since", "soon").expect(2).err().contains("soon"));
    }

    @Test
    void a_follower_sees_each_event_once_also_of_processes_that_come_later() throws IOException {
        sleeper("early");
        Path all = follow("--json", "--lines", "5");
        Path exits = follow("--kind", "exit", "early");
        awaitText(all, "\"kind\":\"online\"");
        sleeper("late");
        tsm.tsm("delete", "late").expect(0);
        tsm.tsm("stop", "early").expect(0);
        awaitText(exits, "early +exit ");
        awaitText(all, "\"kind\":\"stop\"[^\n]*early");
        List<String> keys =
                tsm.bash("jq -r .key " + all).expect(0).out().lines().toList();
        assertEquals(keys.stream().distinct().toList(), keys, "each once");
        assertTrue(text(all).contains("\"name\":\"late\""), text(all));
        assertEquals(1, text(exits).lines().count(), text(exits));
    }

    @Test
    void a_follower_that_goes_away_leaves_nothing_in_the_daemon() throws Exception {
        sleeper("nap");
        Path out = follow("--lines", "1");
        awaitText(out, "nap");
        followers.getLast().destroy();
        assertTrue(followers.getLast().waitFor(20, TimeUnit.SECONDS));
        tsm.tsm("daemon", "stop", "--all").expect(0);
    }
}
