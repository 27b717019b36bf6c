package dev.tetra.tsm.store;

import dev.tetra.tsm.model.BuildInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A database that is put in the place of another when it is whole, because H2 commits each statement that changes the schema, so
 * a daemon that dies in the middle would leave half of one.
 *
 * @param home of both
 * @param file the draft's; its name ends in {@code .mv.db}
 * @param place of the database
 */
record Draft(Path home, Path file, Path place, Credentials credentials, BuildInfo build) {
    private static final String NAME = "tsm.new";

    Draft(Path home, Path place, Credentials credentials, BuildInfo build) {
        this(home, home.resolve(NAME + ".mv.db"), place, credentials, build);
    }

    String url() {
        return Urls.file(home.resolve(NAME));
    }

    /** Makes or migrates it, and puts it in the database's place. No file is left of it when that fails. */
    void migrate() throws SQLException, IOException {
        boolean whole = false;
        try {
            // Kept meanwhile: H2 gives a database that it can't write to everybody until somebody who has it does away
            // with it.
            Connection connection = Urls.connect(url(), Credentials.OWNER, credentials.owner());
            try {
                Schema.migrate(url(), credentials, build);
                Database.shutdown(connection);
                whole = true;
            } finally {
                if (!whole) {
                    Database.abandon(connection);
                }
            }
        } finally {
            if (!whole) {
                remove();
            }
        }
        put();
    }

    /** Puts it in the database's place, for its owner alone. */
    void put() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.move(file, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Does away with it, as it takes the room that may be wanting. */
    void remove() throws IOException {
        Files.deleteIfExists(file);
    }
}
