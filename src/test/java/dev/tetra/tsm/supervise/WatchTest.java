package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.StopPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.testing.Await;
import dev.tetra.tsm.testing.Specs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs and real files. What must not restart a process is followed by something that must, and only that did. */
class WatchTest {
    @TempDir
    Path temporary;

    private final Rig rig = new Rig();
    private Path work;

    @BeforeEach
    void folder() throws IOException {
        work = Files.createDirectory(temporary.resolve("work"));
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private ManagedProcess watching(RestartPolicy restart, List<Path> paths, List<String> ignore, String script) {
        TriggerPolicy triggers = new TriggerPolicy(
                false,
                null,
                null,
                TriggerPolicy.Overlap.SKIP,
                false,
                paths.stream().map(Path::toString).toList(),
                ignore,
                0,
                Duration.ZERO);
        ManagedProcess process = rig.add(
                "watched",
                Specs.triggered(
                        Specs.with(restart, StopPolicy.DEFAULT, "/bin/sh", "-c", script), work.toString(), triggers));
        rig.started(process);
        awaitWatch();
        return process;
    }

    private ManagedProcess watching(String... ignore) {
        return watching(Rig.QUICK, List.of(work), List.of(ignore), "exec sleep 100");
    }

    /** Until the files are watched, a change may be overlooked. */
    private void awaitWatch() {
        Await.until("the watch begins", Rig.SOON, () -> rig.triggers.watchedFolders() > 0);
        int[] before = {-1};
        Await.until("the watch is complete", Rig.SOON, () -> {
            int now = rig.triggers.watchedFolders();
            boolean same = now == before[0];
            before[0] = now;
            return same;
        });
    }

    private Path write(String file) throws IOException {
        Path path = work.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, "x\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private List<String> restarts(ManagedProcess process) {
        return rig.store.call(tx -> tx.journal().latest(process.key(), 1000)).stream()
                .map(Event::message)
                .filter(message -> message.startsWith("watch: "))
                .toList()
                .reversed();
    }

    private void restartedBy(ManagedProcess process, String... messages) {
        List<String> expected =
                Arrays.stream(messages).map(message -> "watch: " + message).toList();
        Await.until(
                expected + " are its restarts",
                Rig.SOON,
                () -> restarts(process).size() >= expected.size() && online(process));
        assertEquals(expected, restarts(process));
    }

    private boolean online(ManagedProcess process) {
        Run run = rig.run(process);
        return rig.now(process).status() == Status.ONLINE && run.cause() == RunCause.WATCH;
    }

    @Test
    void a_change_restarts_it_once_it_was_quiet_and_is_named() throws IOException {
        write("src/app.js");
        ManagedProcess process = watching();
        write("src/app.js");
        restartedBy(process, "src/app.js changed");
        assertEquals(1, rig.now(process).life().restarts());
    }

    @Test
    void a_thousand_changes_at_once_are_one_restart() throws IOException {
        ManagedProcess process = watching();
        for (int i = 0; i < 1000; i++) {
            write("src/d" + i % 20 + "/f" + i + ".py");
        }
        Await.until("a restart", Rig.SOON, () -> online(process));
        write("last.py");
        Await.until("another", Rig.SOON, () -> restarts(process).size() == 2 && online(process));
        assertEquals("watch: last.py changed", restarts(process).getLast());
    }

    @Test
    void what_is_ignored_restarts_nothing() throws IOException {
        write("node_modules/m/index.js");
        Files.writeString(work.resolve(".gitignore"), "*.log\n!keep.log\n/build/\n");
        Files.createDirectories(work.resolve(".git"));
        Files.createDirectories(work.resolve("sub"));
        Files.writeString(work.resolve("sub/.gitignore"), "local\n");
        ManagedProcess process = watching("*.tmp", "data/");
        write("node_modules/m/index.js");
        write(".git/index");
        write("__pycache__/a.pyc");
        write("out.log");
        write("build/x");
        write("sub/local");
        write("a.tmp");
        write("data/d");
        write(".app.js.swp");
        write("app.js~");
        write("4913");
        write("keep.log");
        restartedBy(process, "keep.log changed");
    }

    @Test
    void rules_of_the_repository_above_count_and_new_rules_count_at_once() throws IOException {
        Files.createDirectories(work.resolve(".git"));
        Files.writeString(work.resolve(".gitignore"), "*.gen\n");
        write("pkg/a.gen");
        ManagedProcess process = watching(Rig.QUICK, List.of(work.resolve("pkg")), List.of(), "exec sleep 100");
        write("pkg/a.gen");
        write("pkg/one");
        restartedBy(process, "pkg/one changed");
        Files.writeString(work.resolve("pkg/.gitignore"), "two\n");
        write("pkg/two");
        write("pkg/three");
        restartedBy(process, "pkg/one changed", "pkg/three changed");
    }

    @Test
    void new_folders_are_watched_too() throws IOException {
        ManagedProcess process = watching();
        write("new/deeper/a.rb");
        restartedBy(process, "new/deeper/a.rb changed");
        write("new/deeper/b.rb");
        restartedBy(process, "new/deeper/a.rb changed", "new/deeper/b.rb changed");
    }

    @Test
    void a_removed_file_counts_and_a_folder_that_is_made_anew_is_watched_again() throws IOException {
        write("a.js");
        ManagedProcess process = watching();
        Files.delete(work.resolve("a.js"));
        restartedBy(process, "a.js was removed");
        remove(work);
        Files.createDirectory(work);
        write("b.js");
        Await.until("seen again", Rig.SOON, () -> restarts(process).size() >= 2 && online(process));
        write("c.js");
        Await.until("watched again", Rig.SOON, () -> restarts(process).contains("watch: c.js changed"));
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void a_link_that_is_pointed_elsewhere_counts() throws IOException {
        Path one = Files.createDirectory(temporary.resolve("one"));
        Path two = Files.createDirectory(temporary.resolve("two"));
        Path link = Files.createSymbolicLink(temporary.resolve("current"), one);
        ManagedProcess process = watching(Rig.QUICK, List.of(link), List.of(), "exec sleep 100");
        Files.delete(link);
        Files.createSymbolicLink(link, two);
        Await.until("seen", Rig.SOON, () -> restarts(process).size() == 1 && online(process));
        awaitWatch();
        Files.writeString(two.resolve("a"), "x");
        Await.until("watched there", Rig.SOON, () -> restarts(process).contains("watch: " + link + "/a changed"));
    }

    @Test
    void a_single_file_is_watched_and_its_neighbours_are_not() throws IOException {
        Path file = write("settings.yml");
        ManagedProcess process = watching(Rig.QUICK, List.of(file), List.of(), "exec sleep 100");
        write("other.yml");
        Path written = Files.writeString(temporary.resolve("settings.new"), "y");
        Files.move(written, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        restartedBy(process, "settings.yml changed");
    }

    @Test
    void what_has_failed_runs_again_when_its_files_change_but_not_what_was_stopped() throws IOException {
        write("app.sh");
        RestartPolicy never = new RestartPolicy(
                RestartPolicy.Restart.NO,
                Rig.QUICK.backoffMin(),
                Rig.QUICK.backoffMax(),
                Rig.QUICK.stableAfter(),
                Rig.QUICK.minUptime(),
                1);
        ManagedProcess process =
                watching(never, List.of(work), List.of(), "test -f good && exec sleep 100; sleep 0.3; exit 1");
        rig.await(process, Status.ERRORED);
        write("good");
        restartedBy(process, "good changed");
        rig.stop(process);
        Await.until("nothing is watched", Rig.SOON, () -> rig.triggers.watchedFolders() == 0);
        write("app.sh");
        assertEquals(Status.STOPPED, rig.now(process).status());
        rig.startAgain(process, true);
        awaitWatch();
        write("app.sh");
        Await.until("watched again", Rig.SOON, () -> restarts(process).contains("watch: app.sh changed"));
        assertEquals(2, restarts(process).size());
    }

    @Test
    void a_program_that_writes_what_it_watches_is_found_and_not_watched_any_more() throws IOException {
        ManagedProcess process = watching(Rig.QUICK, List.of(work), List.of(), "echo x >>written.txt; exec sleep 100");
        write("written.txt");
        Await.until("found", Duration.ofSeconds(20), () -> unwatched(process) != null);
        String why = Objects.requireNonNull(unwatched(process));
        assertTrue(why.contains("restarted 5 times in 10 s") && why.contains("written.txt"), why);
        rig.await(process, Status.ONLINE);
        assertEquals(5, restarts(process).size());
        Await.until("nothing is watched", Rig.SOON, () -> rig.triggers.watchedFolders() == 0);
        assertInstanceOf(Outcome.Done.class, rig.restart(process, true));
        assertNull(unwatched(process), "a restart by the user watches anew");
    }

    private @Nullable String unwatched(ManagedProcess process) {
        return rig.now(process).life().triggers().unwatched();
    }

    @Test
    void nothing_is_watched_when_nothing_is_to_be() {
        rig.started(rig.add("plain", Specs.of("/bin/sleep", "100")));
        assertEquals(0, rig.triggers.watchedFolders());
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().contains("WatchService")));
    }

    @Test
    void a_link_inside_is_not_followed_and_counts_itself() throws IOException {
        Path elsewhere = Files.createDirectories(temporary.resolve("elsewhere/deep"));
        Path other = Files.createDirectory(temporary.resolve("other"));
        Path link = Files.createSymbolicLink(work.resolve("link"), elsewhere);
        // Who follows this one never comes to an end.
        Files.createSymbolicLink(work.resolve("round"), work);
        Path file = Files.writeString(elsewhere.resolve("file"), "x");
        Files.createSymbolicLink(work.resolve("file"), file);
        ManagedProcess process = watching();
        // The folder itself and the one it is in.
        assertEquals(2, rig.triggers.watchedFolders());

        Files.writeString(file, "y");
        Files.createFile(temporary.resolve("elsewhere/new"));
        write("a");
        restartedBy(process, "a changed");
        Path draft = Files.createSymbolicLink(temporary.resolve("draft"), other);
        Files.move(draft, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        restartedBy(process, "a changed", "link changed");
        Files.createFile(other.resolve("new"));
        Files.delete(link);
        restartedBy(process, "a changed", "link changed", "link was removed");
    }

    @Test
    void a_path_that_is_a_link_is_followed() throws IOException {
        Path elsewhere = Files.createDirectories(temporary.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), elsewhere);
        ManagedProcess process = watching(Rig.QUICK, List.of(link), List.of(), "exec sleep 100");
        Files.createFile(elsewhere.resolve("new"));
        restartedBy(process, link.resolve("new") + " changed");
    }

    private void remove(String path) throws IOException {
        try (var all = Files.walk(work.resolve(path))) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    @Test
    void a_folder_that_is_ignored_restarts_nothing_when_it_is_removed_either() throws IOException {
        Files.writeString(work.resolve(".gitignore"), "gen/\n");
        for (String folder : List.of("node_modules", "target", "gen", "data", "src")) {
            write(folder + "/m/index.js");
        }
        ManagedProcess process = watching("data/");
        for (String folder : List.of("node_modules", "target", "gen", "data")) {
            remove(folder);
        }
        write("last.py");
        restartedBy(process, "last.py changed");
        remove("src/m");
        restartedBy(process, "last.py changed", "src/m/index.js was removed, and 1 others");
    }

    @Test
    void a_folder_that_cannot_be_read_to_its_end_leaves_the_rest_watched() throws IOException {
        // Parts of /proc/1 are not for everybody, and tell that only while they are read.
        ManagedProcess process = watching(Rig.QUICK, List.of(work, Path.of("/proc/1")), List.of(), "exec sleep 100");
        write("app.py");
        restartedBy(process, "app.py changed");
    }

    @Test
    void changes_while_it_is_being_stopped_are_no_loop() throws IOException {
        ManagedProcess process = watching(
                Rig.QUICK,
                List.of(work),
                List.of("stop"),
                "trap 'until test -e " + work
                        + "/stop; do sleep 0.05; done; exit 0' TERM; while :; do sleep 0.05; done");
        write("a.py");
        Await.until("it is being stopped", Rig.SOON, () -> rig.now(process).status() == Status.STOPPING);
        for (int i = 0; i < 7; i++) {
            String next = "b" + i;
            long begun = System.nanoTime();
            write(next);
            // Longer than the time that must be quiet: each of them counts by itself.
            Await.until("it is quiet", Rig.SOON, () -> System.nanoTime() - begun > 400_000_000L);
        }
        write("stop");
        Await.until("it runs again", Rig.SOON, () -> online(process));
        assertNull(rig.now(process).life().triggers().unwatched());
        write("last.py");
        Await.until("another", Rig.SOON, () -> restarts(process).getLast().equals("watch: last.py changed"));
    }
}
