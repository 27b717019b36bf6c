package dev.tetra.tsm.store;

import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/** The passwords of the two database roles, random for each home, in a file of mode 0600. */
record Credentials(String owner, String auditor) {
    static final String OWNER = "TSM";
    static final String AUDITOR = "AUDITOR";
    private static final int BYTES = 24;

    /**
     * Reads the file, or makes it.
     *
     * @throws TsmException.Unavailable when it can be neither read nor written
     */
    static Credentials of(Path file) {
        try {
            if (Files.exists(file)) {
                List<String> lines = Files.readAllLines(file);
                if (lines.size() >= 2) {
                    return new Credentials(lines.get(0), lines.get(1));
                }
            }
            Credentials fresh = new Credentials(random(), random());
            Path draft = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(draft, fresh.owner + "\n" + fresh.auditor + "\n");
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return fresh;
        } catch (IOException e) {
            throw new TsmException.Unavailable(
                    "the database's passwords cannot be read or written: " + e, "look at the rights of " + file, e);
        }
    }

    private static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
