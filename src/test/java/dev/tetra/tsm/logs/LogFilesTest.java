package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesTest {
    @TempDir
    private Path home;

    private LogFiles files;

    @BeforeEach
    void home() {
        files = new LogFiles(home);
    }

    @Test
    void the_folder_is_for_its_owner_alone() throws IOException {
        files.create("web");
        files.create("web");
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("logs/web"))));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("logs"))));
    }

    @Test
    void flush_empties_in_place_and_a_writer_goes_on_at_the_beginning() throws IOException {
        files.create("web");
        Path out = files.file("web", LogStream.OUT);
        try (OutputStream writer = new FileOutputStream(out.toFile(), true)) {
            writer.write(new byte[1000]);
            assertEquals(1000, files.size("web", LogStream.OUT).total());
            assertEquals(1000, files.flush("web"));
            writer.write('x');
        }
        assertEquals("x", Files.readString(out));
    }

    @Test
    void a_process_that_never_wrote_has_no_bytes() throws IOException {
        assertEquals(0, files.size("web", LogStream.ERR).total());
        assertEquals(0, files.flush("web"));
    }

    @Test
    void delete_takes_the_folder_also_when_a_file_of_it_is_made_anew_meanwhile() throws Exception {
        LogFiles files = new LogFiles(home);
        for (int round = 0; round < 20; round++) {
            files.create("web");
            Path folder = home.resolve("logs/web");
            for (int i = 0; i < 200; i++) {
                Files.createFile(folder.resolve("part" + i));
            }
            Path marks = Files.createFile(folder.resolve("out.times"));
            Thread marker = Thread.ofPlatform().daemon().start(() -> {
                while (Files.exists(marks)) {
                    Thread.onSpinWait();
                }
                try {
                    Files.createFile(marks);
                } catch (IOException e) {
                    // The folder is gone already.
                }
            });
            files.delete("web");
            marker.join();
            assertFalse(Files.exists(folder.resolve("part0")));
        }
    }

    @Test
    void delete_takes_the_folder_with_all_that_is_in_it_and_nothing_behind_links() throws IOException {
        files.create("web");
        Path elsewhere = Files.writeString(home.resolve("elsewhere"), "kept");
        Files.writeString(files.file("web", LogStream.OUT), "x");
        Files.writeString(files.folder("web").resolve("out.log.1"), "x");
        Files.createSymbolicLink(files.folder("web").resolve("link"), elsewhere);
        files.delete("web");
        files.delete("web");
        assertFalse(Files.exists(files.folder("web")));
        assertTrue(Files.exists(elsewhere));
    }

    @Test
    void a_name_cannot_lead_out_of_the_folder() {
        for (String name : List.of("", ".", "..", "../x", "a/b", "a\0b")) {
            assertThrows(IllegalArgumentException.class, () -> files.folder(name), name);
        }
    }
}
