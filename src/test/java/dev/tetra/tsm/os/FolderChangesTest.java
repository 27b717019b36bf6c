package dev.tetra.tsm.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderChangesTest {
    @TempDir
    private Path folder;

    private Path file;
    private FolderChanges changes;

    @BeforeEach
    void watch() throws IOException {
        file = Files.writeString(folder.resolve("file"), "content");
        changes = Hosts.folderChanges();
        changes.watch(folder, Set.of());
    }

    @AfterEach
    void close() {
        changes.close();
    }

    @Test
    void where_nothing_happens_nothing_has_changed() throws IOException {
        assertFalse(changes.any());
        assertEquals("content", Files.readString(file));
        try (Stream<Path> list = Files.list(folder)) {
            assertEquals(1, list.count());
        }
        assertFalse(changes.any(), "by reading");
    }

    @Test
    void every_way_to_change_something_is_told_once() throws IOException {
        Files.writeString(file, "other");
        told("written");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        told("touched");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        told("made executable");
        Path moved = Files.move(file, folder.resolve("moved"));
        told("renamed");
        Path made = Files.createFile(folder.resolve("made"));
        told("made");
        Files.move(made, moved, StandardCopyOption.REPLACE_EXISTING);
        told("replaced");
        Files.delete(moved);
        told("deleted");
        Files.createDirectory(folder.resolve("below"));
        told("made a folder");
        Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
        told("made a link");
        for (int i = 0; i < 2000; i++) {
            Files.createFile(folder.resolve("file " + i));
        }
        told("made many files");
    }

    private void told(String what) {
        assertTrue(changes.any(), what);
        assertFalse(changes.any(), what + ": told again");
    }

    @Test
    void a_file_that_is_still_being_written_has_changed() throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            assertFalse(changes.any());
            out.write(1);
            assertTrue(changes.any());
        }
    }

    @Test
    void only_names_that_count_do() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        assertTrue(changes.any());
        changes.watch(other, Set.of("pom.xml"));
        Files.writeString(other.resolve("pom.xml.swp"), "");
        Files.writeString(other.resolve("pom.xm"), "");
        Files.createDirectory(other.resolve("target"));
        assertFalse(changes.any());
        Files.writeString(other.resolve("pom.xml"), "");
        assertTrue(changes.any());
    }

    @Test
    void a_folder_below_is_watched_by_itself() throws IOException {
        Path below = Files.createDirectory(folder.resolve("below"));
        assertTrue(changes.any());
        Files.createFile(below.resolve("unseen"));
        assertFalse(changes.any());
        changes.watch(below, Set.of());
        changes.watch(below, Set.of());
        Files.createFile(below.resolve("seen"));
        assertTrue(changes.any());
    }

    @Test
    void a_folder_that_moves_or_goes_is_told_by_itself() throws IOException {
        Path below = Files.createDirectory(folder.resolve("below"));
        FolderChanges alone = Hosts.folderChanges();
        try (alone) {
            alone.watch(below, Set.of("pom.xml"));
            Path moved = Files.move(below, folder.resolve("moved"));
            assertTrue(alone.any());
            Files.delete(moved);
            assertTrue(alone.any());
            assertThrows(NoSuchFileException.class, () -> alone.watch(moved, Set.of()));
            assertThrows(NoSuchFileException.class, () -> alone.watch(file, Set.of()));
        }
    }

    @Test
    void more_changes_than_are_kept_are_a_change() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        changes.watch(other, Set.of("never"));
        assertTrue(changes.any());
        Path one = Files.createFile(other.resolve("one"));
        Path two = Files.createFile(other.resolve("two"));
        int kept = Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/fs/inotify/max_queued_events"))
                .getFirst());
        for (int i = 0; i <= kept / 2; i++) {
            // By turns, as the kernel makes one of two equal ones.
            Files.setLastModifiedTime(one, FileTime.fromMillis(i));
            Files.setLastModifiedTime(two, FileTime.fromMillis(i));
        }
        assertTrue(changes.any());
        assertFalse(changes.any());
    }

    @Test
    void programs_that_are_started_do_not_get_it_and_its_end_gives_it_back() throws IOException {
        Map<String, String> before = descriptors();
        FolderChanges another = Hosts.folderChanges();
        Map<String, String> with = descriptors();
        with.keySet().removeAll(before.keySet());
        assertEquals(1, with.size());
        String flags = with.values().iterator().next();
        assertTrue((Integer.parseInt(flags, 8) & Platform.current().oCloexec) != 0, flags);
        another.close();
        another.close();
        assertEquals(before, descriptors());
    }

    /** Our descriptors of this kind, with their flags. */
    private static Map<String, String> descriptors() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : all.toList()) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).toString().equals("anon_inode:inotify")) {
                    String number = descriptor.getFileName().toString();
                    String flags = Files.readAllLines(Path.of("/proc/self/fdinfo", number)).stream()
                            .filter(line -> line.startsWith("flags:"))
                            .findFirst()
                            .orElseThrow();
                    found.put(number, flags.substring("flags:".length()).strip());
                }
            }
        }
        return found;
    }
}
