package dev.tetra.tsm.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
    private static final OptionalLong UNCHANGED = OptionalLong.empty();
    private static final OptionalLong ALWAYS = OptionalLong.of(Sources.UNCOUNTED);

    @TempDir
    private Path root;

    private Path java;
    private Path source;
    private String launcher;
    private Sources sources;

    @BeforeEach
    void sources() throws IOException {
        java = Files.createDirectories(root.resolve("src/main/java/tsm"));
        source = Files.writeString(java.resolve("Main.java"), "class Main {}");
        Files.createDirectories(root.resolve("src/test"));
        Files.createDirectories(root.resolve("db/migration"));
        Files.createDirectories(root.resolve("target"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.writeString(root.resolve("patterns.txt"), "");
        launcher = root + "/bin/tsm";
        sources = new Sources(root.resolve("target/tsm.jar"));
    }

    @AfterEach
    void close() {
        sources.close();
    }

    /** As a launcher does that finds nothing to build. */
    private void check() {
        sources.checked(changed());
        assertEquals(UNCHANGED, sources.unchecked(launcher));
    }

    private long changed() {
        long change = sources.unchecked(launcher).orElseThrow();
        assertNotEquals(Sources.UNCOUNTED, change);
        return change;
    }

    @Test
    void the_first_launcher_has_to_look_and_the_next_ones_need_not() {
        check();
        assertEquals(UNCHANGED, sources.unchecked(launcher));
    }

    @Test
    void launchers_have_to_look_until_one_says_that_it_has() {
        long change = changed();
        assertEquals(change, changed());
        sources.checked(change);
        assertEquals(UNCHANGED, sources.unchecked(launcher));
    }

    @Test
    void whatever_goes_into_the_jar_makes_the_next_launcher_look() throws IOException {
        check();
        Files.writeString(source, "class Main { }");
        check();
        Files.writeString(root.resolve("pom.xml"), "<project></project>");
        check();
        Files.writeString(root.resolve("patterns.txt"), "# mine");
        check();
        Files.writeString(root.resolve("db/migration/V1__begin.sql"), "");
        check();
        Files.delete(source);
        check();
    }

    @Test
    void what_does_not_go_into_the_jar_makes_nobody_look() throws IOException {
        check();
        Files.writeString(root.resolve("README.md"), "read");
        Files.writeString(root.resolve("src/test/MainTest.java"), "");
        Files.writeString(root.resolve("target/tsm.jar"), "");
        Files.createDirectories(root.resolve("docs"));
        Files.createDirectories(root.resolve("db/audit"));
        assertEquals(UNCHANGED, sources.unchecked(launcher));
    }

    @Test
    void what_is_in_new_folders_is_seen_to_change() throws IOException {
        check();
        Path deep = Files.createDirectories(java.resolve("a/b/c"));
        check();
        Files.writeString(deep.resolve("New.java"), "");
        check();
        Path moved = Files.move(java.resolve("a"), java.resolve("z"));
        check();
        Files.writeString(moved.resolve("b/c/New.java"), "class New {}");
        check();
    }

    @Test
    void a_tree_that_takes_the_place_of_another_is_seen_to_change() throws IOException {
        check();
        Files.move(root.resolve("src"), root.resolve("src.old"));
        check();
        Files.createDirectories(java);
        check();
        Files.writeString(source, "class Main {}");
        check();
        Files.move(root.resolve("src/main"), root.resolve("src/main.old"));
        check();
        Files.createDirectories(root.resolve("src/main"));
        check();
        Files.writeString(root.resolve("src/main/Main.java"), "class Main {}");
        check();
    }

    @Test
    void a_change_between_the_look_and_the_request_is_seen_by_the_next_one() throws IOException {
        long change = changed();
        Files.writeString(source, "after the launcher has looked");
        sources.checked(change);
        assertNotEquals(change, changed());
    }

    @Test
    void a_look_from_before_a_later_change_does_not_count() throws IOException {
        long early = changed();
        Files.writeString(source, "another launcher is told");
        long late = changed();
        sources.checked(early);
        assertEquals(late, changed());
    }

    @Test
    void a_look_that_another_daemon_has_asked_for_does_not_count() {
        long old = changed();
        sources.close();
        // A daemon takes longer to take another's place.
        Await.until("a moment later", Duration.ofSeconds(5), () -> System.currentTimeMillis() > old);
        sources = new Sources(root.resolve("target/tsm.jar"));
        assertNotEquals(old, changed());
    }

    @Test
    void the_launcher_of_another_clone_always_looks_and_says_nothing_about_this_one() throws IOException {
        assertEquals(ALWAYS, sources.unchecked("/somewhere/else/bin/tsm"));
        check();
        assertEquals(ALWAYS, sources.unchecked("/somewhere/else/bin/tsm"));
        sources.checked(Sources.UNCOUNTED);
        assertEquals(UNCHANGED, sources.unchecked(launcher));
        Files.writeString(source, "");
        sources.checked(Sources.UNCOUNTED);
        assertTrue(sources.unchecked(launcher).isPresent());
    }

    @Test
    void what_may_change_unseen_is_looked_at_each_time() throws IOException {
        Path elsewhere = Files.writeString(root.resolve("target/Elsewhere.java"), "");
        check();
        Path link = Files.createSymbolicLink(java.resolve("Link.java"), elsewhere);
        always();
        Files.delete(link);
        check();
        Files.createLink(link, elsewhere);
        always();
        Files.delete(elsewhere);
        always();
        Files.delete(link);
        check();
        Files.createSymbolicLink(java.resolve(".#Main.java"), Path.of("ada@host.123"));
        check();
    }

    private void always() {
        assertEquals(ALWAYS, sources.unchecked(launcher));
        sources.checked(Sources.UNCOUNTED);
        assertEquals(ALWAYS, sources.unchecked(launcher));
    }

    @Test
    void on_a_file_system_that_may_change_from_elsewhere_launchers_look_each_time() {
        try (Sources elsewhere = new Sources(Path.of("/proc/self/target/tsm.jar"))) {
            assertEquals(ALWAYS, elsewhere.unchecked("/proc/self/bin/tsm"));
            elsewhere.checked(Sources.UNCOUNTED);
            assertEquals(ALWAYS, elsewhere.unchecked("/proc/self/bin/tsm"));
        }
    }

    @Test
    void while_the_daemon_ends_launchers_look_themselves() {
        check();
        sources.close();
        assertEquals(ALWAYS, sources.unchecked(launcher));
    }
}
