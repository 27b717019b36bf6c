package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The limits of inotify(7), as the kernel keeps them for a user namespace of its own (user_namespaces(7)). */
@Timeout(120)
class WatchLimitIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome tsm;

    @BeforeEach
    void home() throws IOException {
        tsm = TsmHome.create();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        tsm.close();
    }

    /** Calls tsm, and so starts the daemon, where a limit is that low. */
    private Result limited(String limit, int to, String... words) {
        List<String> command = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "bash", "-c"));
        command.add("echo " + to + " >/proc/sys/user/" + limit + " && exec \"$@\"");
        command.add("limited");
        List<String> probe = new ArrayList<>(command);
        probe.add("true");
        assumeTrue(tsm.run(probe, new byte[0]).code() == 0, "no user namespaces here");
        command.add(tsm.launcher().toString());
        command.addAll(List.of(words));
        return tsm.run(command, new byte[0]);
    }

    private String unwatched() {
        return tsm.tsm("sql", "--csv", "SELECT unwatched FROM watches")
                .expect(0)
                .out();
    }

    private String pid() {
        return tsm.tsm("list", "--format", "{pid} {status}").expect(0).out();
    }

    private long restarts() {
        String out = tsm.tsm("sql", "--csv", "SELECT COUNT(*) FROM runs WHERE cause = 'watch'")
                .expect(0)
                .out()
                .strip();
        return Long.parseLong(out.substring(out.lastIndexOf('\n') + 1).strip());
    }

    private static void fill(Path source) throws IOException {
        for (int i = 0; i < 10; i++) {
            Files.createDirectories(source.resolve("d" + i));
        }
    }

    private static void empty(Path source) throws IOException {
        for (int i = 0; i < 10; i++) {
            Files.delete(source.resolve("d" + i));
        }
    }

    @Test
    void what_has_too_many_folders_runs_on_unwatched_and_is_watched_again_when_restarted_with_fewer()
            throws IOException {
        Path source = tsm.work().resolve("src");
        fill(source);
        limited("max_inotify_watches", 6, "start", "--name", "app", "--watch=src", "sleep", "600")
                .expect(0);
        Await.until("it is known", SOON, () -> unwatched().contains("fs.inotify.max_user_watches"));
        String before = pid();
        assertTrue(before.contains("online"), before);
        assertTrue(tsm.tsm("why", "app").expect(0).out().contains("fs.inotify.max_user_watches"));
        assertTrue(tsm.tsm("events", "app").expect(0).out().contains("not watched any more"));
        Files.writeString(source.resolve("file"), "x");
        assertEquals(before, pid());

        empty(source);
        tsm.tsm("restart", "app").expect(0);
        Await.until("a change is seen", SOON, () -> {
            Files.writeString(source.resolve("file"), "y");
            return restarts() > 0;
        });
        // Folders that come later may be too many, too.
        fill(source);
        Await.until("it is known again", SOON, () -> unwatched().contains("fs.inotify.max_user_watches"));
        assertTrue(pid().contains("online"), pid());
    }

    @Test
    void without_any_watcher_left_for_the_user_the_other_limit_is_named() throws IOException {
        Files.createDirectories(tsm.work().resolve("src"));
        limited("max_inotify_instances", 0, "start", "--name", "app", "--watch=src", "sleep", "600")
                .expect(0);
        Await.until("it is known", SOON, () -> unwatched().contains("fs.inotify.max_user_instances"));
        assertTrue(pid().contains("online"), pid());
    }
}
