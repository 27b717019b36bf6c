package dev.tetra.tsm.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.os.FileGlance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredLogTest {
    @TempDir
    private Path home;

    private StoredLog.Look look(StoredLog log, FileGlance glance) throws IOException {
        return log.look(Instant.now(), glance);
    }

    @Test
    void a_glance_sees_all_that_a_look_sees() throws IOException {
        LogFiles files = new LogFiles(home);
        StoredLog log = files.log("web", LogStream.OUT);
        Path file = log.file();
        Files.createDirectories(file.getParent());
        try (FileGlance glance = new FileGlance()) {
            assertEquals(new StoredLog.Look(0, 0, false), look(log, glance));
            Files.writeString(file, "12345");
            assertEquals(new StoredLog.Look(0, 5, true), look(log, glance));
            assertEquals(new StoredLog.Look(0, 5, false), look(log, glance));
            assertEquals(new StoredLog.Look(0, 5, false), look(log, glance));
            Files.writeString(file, "67", StandardOpenOption.APPEND);
            assertEquals(new StoredLog.Look(0, 7, true), look(log, glance));
            // another file of the same size
            Path other = Files.writeString(file.resolveSibling("other"), "abcdefg");
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            assertEquals(new StoredLog.Look(7, 14, true), look(log, glance));
            assertEquals(new StoredLog.Look(7, 14, false), look(log, glance));
            // emptied, by tsm and by somebody else
            assertEquals(7, log.flush());
            assertEquals(new StoredLog.Look(14, 14, false), look(log, glance));
            Files.writeString(file, "123", StandardOpenOption.APPEND);
            assertEquals(new StoredLog.Look(14, 17, true), look(log, glance));
            Files.writeString(file, "");
            assertEquals(new StoredLog.Look(17, 17, false), look(log, glance));
            Files.delete(file);
            assertEquals(new StoredLog.Look(17, 17, false), look(log, glance));
        }
    }
}
