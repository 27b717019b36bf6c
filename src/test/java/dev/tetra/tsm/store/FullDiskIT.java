package dev.tetra.tsm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tetra.tsm.model.BuildInfo;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk is full when the database is opened. A database that cannot be opened or migrated for that is no broken one: it
 * stays where and as it is, and is opened once there is room. The disk is a small file system, which only root can mount.
 */
@Timeout(120)
class FullDiskIT {
    private static final BuildInfo BUILD = new BuildInfo("0.1.0", "0.1.0+test");

    @TempDir
    Path folder;

    private Path home;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount a small file system");
        home = Files.createDirectory(folder.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=32m,mode=0700", "tsm-test", home.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        // Refused while a file is open in it, so that it also shows that no failure leaves one.
        run("umount", home.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    /** A database as the first version that could be had has left it. */
    private void older() throws SQLException {
        String url = Urls.file(home.resolve("tsm"));
        String owner = Credentials.of(home.resolve("db.secret")).owner();
        Flyway.configure()
                .dataSource(url, Credentials.OWNER, owner)
                .locations("classpath:db/migration")
                .defaultSchema("TSM")
                .schemas("TSM")
                .createSchemas(true)
                .target("5")
                .load()
                .migrate();
        Connection connection = Urls.connect(url, Credentials.OWNER, owner);
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO tsm.setting (name, text) VALUES ('kept', 'yes')");
        }
        Database.shutdown(connection);
    }

    private void leaveFree(int kilobytes) throws IOException {
        Path filling = home.resolve("filling");
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filling)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            try (RandomAccessFile file = new RandomAccessFile(filling.toFile(), "rw")) {
                file.setLength(Math.max(0, file.length() - kilobytes * 1024L));
            }
        }
    }

    private Store open() {
        return Store.open(home, BUILD, Clock.systemUTC());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void a_database_that_cannot_be_migrated_for_want_of_room_stays_as_it_is() throws Exception {
        older();
        List<Integer> refused = new ArrayList<>();
        for (int free : List.of(0, 20, 80, 200, 400, 800, 1600, 3200, 6400, 12800)) {
            leaveFree(free);
            boolean opened = false;
            try (Store store = open()) {
                opened = true;
                assertEquals(List.of(), store.notices(), "with " + free + " KB");
            } catch (TsmException.Unavailable e) {
                refused.add(free);
                assertTrue(String.valueOf(e.getMessage()).contains("No space left on device"), e.getMessage());
                assertTrue(e.hint().contains("free space"), e.hint());
            }
            Files.delete(home.resolve("filling"));
            List<String> left = files();
            assertTrue(left.contains("tsm.mv.db"), left::toString);
            assertTrue(left.stream().noneMatch(file -> file.matches("tsm\\.(new|broken).*")), left::toString);
            if (opened) {
                break;
            }
            try (Stream<Path> backups = Files.list(home.resolve("backups"))) {
                assertEquals(List.of(), backups.toList(), "each try would push out an older backup");
            }
        }
        assertTrue(refused.size() >= 3, () -> "refused with " + refused + " KB: the disk was not full");
        try (Store store = open()) {
            assertEquals(List.of(), store.notices());
            assertEquals(Optional.of("yes"), store.call(tx -> tx.settings().get("kept")));
        }
    }

    @Test
    void a_new_home_on_a_full_disk_begins_once_there_is_room() throws Exception {
        Credentials.of(home.resolve("db.secret"));
        for (int free : List.of(0, 20, 80)) {
            leaveFree(free);
            assertThrows(TsmException.Unavailable.class, this::open);
            Files.delete(home.resolve("filling"));
            assertTrue(files().stream().noneMatch(file -> file.startsWith("tsm.")), () -> "with " + free + " KB");
        }
        try (Store store = open()) {
            store.compact(Duration.ofMillis(10));
            assertEquals(List.of(), store.call(tx -> tx.processes().all()));
        }
    }
}
