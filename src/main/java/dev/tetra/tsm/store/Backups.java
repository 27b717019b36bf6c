package dev.tetra.tsm.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Online backups of the database: one a day and one before each migration, the last five kept. */
final class Backups {
    /** How many are kept. */
    static final int KEPT = 5;

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final Clock clock;

    Backups(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** Writes one more, under a name that only a whole backup gets. */
    Path write(Connection connection) throws SQLException, IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path draft = folder.resolve("draft");
        boolean done = false;
        try (PreparedStatement statement = connection.prepareStatement("BACKUP TO ?")) {
            statement.setString(1, draft.toString());
            statement.execute();
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
            Path whole = folder.resolve("tsm-" + STAMP.format(clock.instant()) + ".zip");
            Files.move(draft, whole, StandardCopyOption.ATOMIC_MOVE);
            done = true;
            return whole;
        } finally {
            if (!done) {
                // What there is room for no longer is given back.
                Files.deleteIfExists(draft);
            }
        }
    }

    /** Drops the oldest of those that are too many. */
    void prune() throws IOException {
        List<Path> all = newestFirst();
        for (Path old : all.subList(Math.min(KEPT, all.size()), all.size())) {
            Files.deleteIfExists(old);
        }
    }

    /** When the newest was written. */
    Optional<Instant> newest() throws IOException {
        List<Path> all = newestFirst();
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(Files.getLastModifiedTime(all.getFirst()).toInstant());
    }

    List<Path> newestFirst() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("tsm-.*\\.zip"))
                    .sorted(Comparator.comparing((Path f) -> f.getFileName().toString())
                            .reversed())
                    .toList();
        }
    }

    /** Unpacks a backup's database file to a place. */
    void restore(Path backup, Path target) throws IOException {
        try (InputStream in = Files.newInputStream(backup);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(".mv.db")) {
                    Files.copy(zip, target, StandardCopyOption.REPLACE_EXISTING);
                    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
                    return;
                }
            }
        }
        throw new IOException("no database in " + backup);
    }
}
