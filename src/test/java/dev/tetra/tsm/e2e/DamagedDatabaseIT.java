package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.e2e.TsmHome.Result;
import dev.tetra.tsm.e2e.Witnesses.Listed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The daemon dies, and its database is damaged, lost, or may not be written. The user is told what became of it, what runs
 * is taken back as it is, with its pid, and nothing is started beside it.
 */
@Timeout(180)
class DamagedDatabaseIT {
    private static final int BLOCK = 4096;

    private Witnesses machine;
    private Path database;

    @BeforeEach
    void home() throws IOException {
        machine = new Witnesses();
        database = machine.home().home().resolve("tsm.mv.db");
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        machine.close();
    }

    /** What becomes of the file. */
    enum Damage {
        /** The end of the file, in which H2 has nothing at that time, or the last commits. */
        WITHOUT_ITS_LAST_BLOCK,
        HALF,
        HEADER_ONLY,
        EMPTY,
        WITHOUT_ITS_HEADER,
        ZEROED,
        RUBBISH,
        REMOVED;

        /** Whether an older state may be found in what is left, and then is one that H2 takes for good. */
        boolean mayBeOlder() {
            return this == WITHOUT_ITS_LAST_BLOCK || this == HALF;
        }

        void happen(Path file) throws IOException {
            long size = Files.size(file);
            switch (this) {
                case WITHOUT_ITS_LAST_BLOCK -> cut(file, size - BLOCK);
                case HALF -> cut(file, size / 2);
                case HEADER_ONLY -> cut(file, 2L * BLOCK);
                case EMPTY -> cut(file, 0);
                case WITHOUT_ITS_HEADER -> {
                    byte[] all = Files.readAllBytes(file);
                    Arrays.fill(all, 0, 2 * BLOCK, (byte) 0);
                    Files.write(file, all);
                }
                case ZEROED -> Files.write(file, new byte[Math.toIntExact(size)]);
                case RUBBISH -> {
                    byte[] all = new byte[Math.toIntExact(size)];
                    new Random(size).nextBytes(all);
                    Files.write(file, all);
                }
                case REMOVED -> Files.delete(file);
            }
        }

        private static void cut(Path file, long size) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(size);
            }
        }
    }

    /** Three processes, one of them at rest, the last younger than any backup. */
    private Map<String, Listed> before(boolean backup) throws IOException {
        machine.start("first", "family", "--exact-name").expect(0);
        machine.start("rests", "plain", "--exact-name").expect(0);
        machine.tsm("stop", "rests").expect(0);
        if (backup) {
            machine.killDaemon();
            backUp();
        }
        machine.start("talker", "talker", "--exact-name", "--port", String.valueOf(OwnPort.free()))
                .expect(0);
        Map<String, Listed> all = byName(machine.invariants().hold());
        machine.killDaemon();
        return all;
    }

    /** As tsm writes one each day: H2's own is a zip of the file. */
    private void backUp() throws IOException {
        Path folder = Files.createDirectory(machine.home().home().resolve("backups"));
        try (OutputStream file = Files.newOutputStream(folder.resolve("tsm-20260101-000000-000.zip"));
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("tsm.mv.db"));
            Files.copy(database, zip);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(
                folder.resolve("tsm-20260101-000000-000.zip"), PosixFilePermissions.fromString("rw-------"));
    }

    private static Map<String, Listed> byName(List<Listed> all) {
        return all.stream().collect(Collectors.toMap(Listed::name, Function.identity()));
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void a_damaged_database_is_replaced_by_its_backup_and_what_runs_is_taken_back(Damage damage) throws Exception {
        Map<String, Listed> before = before(true);
        damage.happen(database);
        Result next = machine.tsm("list").expect(0);
        Map<String, Listed> now = byName(machine.invariants().hold());
        if (damage.mayBeOlder()) {
            // It may have been running then.
            before.remove("rests");
            now.remove("rests");
            machine.invariants().historyLost();
        }
        assertEquals(before, now, "what there is");
        if (!damage.mayBeOlder()) {
            assertTrue(next.err().contains("the backup tsm-20260101-000000-000.zip is used"), next.err());
            assertTrue(next.err().contains("did not know talker (ID 2), which runs as pid"), next.err());
        }
        machine.invariants().holdToTheEnd();
    }

    @ParameterizedTest
    @EnumSource(
            value = Damage.class,
            names = {"HEADER_ONLY", "EMPTY", "RUBBISH", "REMOVED"})
    void without_a_backup_all_that_runs_is_taken_back_and_the_user_is_told(Damage damage) throws Exception {
        Map<String, Listed> before = before(false);
        damage.happen(database);
        Result next = machine.tsm("list").expect(0);
        assertTrue(next.err().contains("tsm starts with an empty one"), next.err());
        assertTrue(next.err().contains("did not know first (ID 0), which runs as pid"), next.err());
        Map<String, Listed> now = byName(machine.invariants().hold());
        before.remove("rests");
        assertEquals(before, now, "what there is");
        machine.invariants().historyLost();
        machine.invariants().holdToTheEnd();
    }

    @Test
    void a_database_of_a_newer_tsm_is_refused_in_words_and_nothing_of_it_is_changed() throws Exception {
        Map<String, Listed> before = before(false);
        machine.invariants()
                .changeDatabase("UPDATE tsm.\"flyway_schema_history\" SET \"version\" = '99' WHERE \"version\" = '1'");
        Result refused = machine.tsm("list").expect(69);
        assertTrue(refused.err().contains("schema 99"), refused.err());
        assertTrue(refused.err().contains("\n  hint: "), refused.err());
        machine.tsm("stop", "first").expect(69);
        machine.invariants()
                .changeDatabase("UPDATE tsm.\"flyway_schema_history\" SET \"version\" = '1' WHERE \"version\" = '99'");
        assertEquals(before, byName(machine.invariants().hold()));
        machine.invariants().holdToTheEnd();
    }

    /** Root may write any file, so it gives that up for these calls (capabilities(7), CAP_DAC_OVERRIDE). */
    private Result withoutPrivileges(String... words) {
        if (!System.getProperty("user.name").equals("root")) {
            return machine.tsm(words);
        }
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--bounding-set=-dac_override,-dac_read_search",
                machine.home().launcher().toString()));
        command.addAll(List.of(words));
        return machine.home().run(command, new byte[0]);
    }

    @Test
    void a_database_that_may_not_be_written_is_refused_with_what_to_do_and_then_all_goes_on() throws Exception {
        Map<String, Listed> before = before(false);
        for (String mode : List.of("r--------", "---------")) {
            Files.setPosixFilePermissions(database, PosixFilePermissions.fromString(mode));
            Result refused = withoutPrivileges("list").expect(69);
            assertTrue(refused.err().contains(database + " cannot be written"), refused.err());
            assertTrue(
                    refused.err().contains("hint: make it yours and writable: chmod u+rw " + database), refused.err());
            assertFalse(refused.err().contains("disk full"), refused.err());
        }
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-------"));
        assertEquals(before, byName(machine.invariants().hold()));
        machine.invariants().holdToTheEnd();
    }

    @Test
    void a_database_that_is_lost_while_the_daemon_runs_costs_the_history_alone() throws Exception {
        before(false);
        Map<String, Listed> before = byName(machine.invariants().hold());
        Files.move(database, machine.home().work().resolve("away"), StandardCopyOption.ATOMIC_MOVE);
        machine.tsm("restart", "first").expect(0);
        before.put("first", machine.listed("first").orElseThrow());
        machine.killDaemon();
        Result next = machine.tsm("list").expect(0);
        assertTrue(next.err().contains("is not there any more"), next.err());
        before.remove("rests");
        assertEquals(before, byName(machine.invariants().hold()));
    }
}
