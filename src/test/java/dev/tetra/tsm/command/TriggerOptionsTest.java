package dev.tetra.tsm.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options about what has a process run, run again, or end. */
class TriggerOptionsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(folder);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private void refused(String says, String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "start";
        System.arraycopy(words, 0, all, 1, words.length);
        all[all.length - 1] = "true";
        Desk.Told told = desk.tell(all);
        assertEquals(2, told.code(), told.err());
        assertTrue(told.err().contains(says), told.err());
        assertEquals(List.of(), desk.names(), "nothing is recorded");
    }

    @Test
    void what_is_wrong_or_contradicts_itself_is_refused_before_anything_is_recorded() {
        refused("field 2 (hour) of '0 25 * * *': '25' at position 3", "--cron", "0 25 * * *");
        refused("--cron-restart: 'daily' has 1 field", "--cron-restart", "daily");
        refused("'30 February'", "--cron", "30 February");
        refused("never comes", "--job", "--cron", "0 0 30 2 *");
        refused("'Mars/Base' is no time zone", "--cron", "@daily", "--timezone", "Mars/Base");
        refused("--timezone is of no use without --cron", "--timezone", "UTC");
        refused("--overlap is for jobs", "--overlap", "kill");
        refused("--overlap is for jobs", "--overlap", "kill", "--cron", "@daily");
        refused("'both' is none of skip, kill", "--job", "--cron", "@daily", "--overlap", "both");
        refused("--catch-up is for jobs", "--catch-up", "--job");
        refused("--cron-restart restarts a service", "--job", "--cron-restart", "@daily");
        refused("--cron and --cron-restart exclude", "--cron", "@daily", "--cron-restart", "@daily");
        refused("--restart always and --job exclude", "--job", "--restart", "always");
        refused("--watch and --cron exclude", "--watch", "--job", "--cron", "@daily");
        refused("--instances and --cron exclude", "-i", "2", "--job", "--cron", "@daily");
        refused("work/nowhere does not exist", "--watch=nowhere");
        refused("--ignore is of no use without --watch", "--ignore", "x");
        refused("'much' is no amount of data", "--max-memory", "much");
        refused("--max-memory: 0 would end it at once", "--max-memory", "0");
        refused("--max-runtime: 0 would end it at once", "--max-runtime", "0s");
        refused("'long' is no duration", "--max-runtime", "long");
    }

    @Test
    void a_watch_without_a_path_is_of_the_folder_and_leaves_the_command_its_words() throws IOException {
        Files.createDirectories(folder.resolve("work/src"));
        assertEquals(
                0,
                desk.tell("start", "--name", "here", "--watch", "sleep", "100").code());
        ManagedProcess here = desk.process("here");
        assertEquals("sleep 100", here.spec().command());
        Path work = desk.home.resolveSibling("work");
        assertEquals(
                List.of(work.toString()), here.spec().supervision().triggers().watch());
        assertEquals(
                0,
                desk.tell("start", "--name", "two", "--watch=src", "--watch=/", "--ignore", "*.x", "sleep", "101")
                        .code());
        TriggerPolicy two = desk.process("two").spec().supervision().triggers();
        assertEquals(List.of(work.resolve("src").toString(), "/"), two.watch());
        assertEquals(List.of("*.x"), two.ignore());
    }

    @Test
    void a_scheduled_job_is_not_run_at_the_start_but_says_when_it_will() {
        Desk.Told told =
                desk.tell("start", "--job", "--cron", "0 3 * * *", "--timezone", "Asia/Tokyo", "--name", "n", "true");
        assertEquals(0, told.code(), told.err());
        assertTrue(told.out().startsWith("n waits for its time: ID 0, runs next at "), told.out());
        ManagedProcess job = desk.process("n");
        assertEquals(Status.WAITING, job.status());
        assertEquals(null, job.run());
        assertEquals(RestartPolicy.Restart.NO, job.spec().restart().restart());
        assertTrue(desk.tell("why", "n").out().contains("its times are '0 3 * * *' (Asia/Tokyo), the next is 20"));
        assertTrue(desk.tell("info", "n").out().contains("Times:               0 3 * * * (Asia/Tokyo)"));
        assertTrue(desk.tell("info", "n", "--json").out().matches("(?s).*\"timezone\": ?\"Asia/Tokyo\".*"));
        assertTrue(desk.tell("list", "--format", "{name} {nextRunAt}").out().contains("n 20"));
        Desk.Told run = desk.tell("restart", "n");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("its last run: exit code 0, runs next at "), run.out());
        assertEquals(
                4,
                desk.tell("start", "--job", "--cron", "0 3 * * *", "--name", "n", "true")
                        .code());
    }

    @Test
    void a_job_that_runs_once_is_started_and_done() {
        Desk.Told told = desk.tell("start", "--job", "--name", "once", "true");
        assertEquals(0, told.code(), told.err());
        assertTrue(told.out().contains("once started and done: ID 0, its last run: exit code 0"), told.out());
        Desk.Told bad = desk.tell("start", "--job", "--name", "bad", "false");
        assertEquals(1, bad.code());
        Await.until("it has failed", SOON, () -> desk.process("bad").status() == Status.ERRORED);
    }

    @Test
    void a_service_has_all_of_it_as_fields() throws IOException {
        Path file =
                Files.createDirectories(desk.home.resolve("services-available")).resolve("nightly.tsm");
        Files.createDirectories(folder.resolve("work/a b"));
        Files.writeString(file, """
                SERVICE_COMMAND="sleep 100"
                SERVICE_DIR=%s
                SERVICE_WATCH="'a b' ."
                SERVICE_IGNORE="*.log data/"
                SERVICE_CRON_RESTART="0 4 * * SUN"
                SERVICE_TIMEZONE=UTC
                SERVICE_MAX_MEMORY=300M
                SERVICE_MAX_RUNTIME=2h
                """.formatted(folder.resolve("work")));
        Desk.Told told = desk.tell("start", "nightly");
        assertEquals(0, told.code(), told.err());
        ManagedProcess process = desk.process(desk.names().getFirst());
        TriggerPolicy triggers = process.spec().supervision().triggers();
        Path work = Path.of(process.spec().cwd());
        assertEquals(List.of(work.resolve("a b").toString(), work.toString()), triggers.watch());
        assertEquals(List.of("*.log", "data/"), triggers.ignore());
        assertEquals("0 4 * * SUN", triggers.cron());
        assertEquals(300L << 20, triggers.maxMemory());
        assertEquals(Duration.ofHours(2), triggers.maxRuntime());
        String info = desk.tell("info", process.name()).out();
        for (String line : List.of("Watches:", "Ignores:", "Next run:", "Max memory:", "Max runtime:")) {
            assertTrue(info.contains(line), info);
        }
    }

    @Test
    void why_tells_what_runs_again_what_has_ended() {
        desk.tell("start", "--name", "watched", "--watch", "--restart", "no", "sh", "-c", "exit 3");
        desk.tell("start", "--name", "timed", "--cron-restart", "@daily", "--restart", "no", "sh", "-c", "exit 3");
        for (String name : List.of("watched", "timed")) {
            Await.until(
                    "it is errored",
                    Duration.ofSeconds(10),
                    () -> desk.process(name).status() == Status.ERRORED);
        }
        String watched = desk.tell("why", "watched").out();
        assertTrue(watched.contains("Next: tsm runs it again when its files change"), watched);
        String timed = desk.tell("why", "timed").out();
        assertTrue(timed.contains("Next: tsm runs it again when its time comes; its times are '@daily'"), timed);
    }

    @Test
    void what_a_probe_looks_at_is_shown_as_it_was_given() {
        String expression = "x\\\\d+ \"q\" $";
        desk.tell("start", "--no-wait", "--name", "p", "--ready-log", expression, "sleep", "60");
        String info = desk.tell("info", "p").out();
        assertTrue(info.contains("log " + expression + ","), info);
        String sql = desk.tell("sql", "SELECT target FROM probes").out();
        assertTrue(sql.contains(expression), sql);
    }
}
