package dev.tetra.tsm.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Keyed hashes of values, by which the auditor can compare values it may not see. The key is random for each database and
 * out of the auditor's reach, so that a value cannot be found by hashing guesses.
 */
final class Fingerprints {
    private static final String KEY = "fingerprint-key";
    private static final int KEY_BYTES = 32;
    /** Half of the hash is kept back, so that nothing can be appended to what was hashed. */
    private static final int SHOWN_BYTES = 16;

    private volatile byte @Nullable [] key;

    /** Gives a database its key, if it has none. */
    static void makeKey(Connection connection) throws SQLException {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO tsm.setting (name, text)"
                + " SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM tsm.setting WHERE name = ?)")) {
            insert.setString(1, KEY);
            insert.setString(2, HexFormat.of().formatHex(bytes));
            insert.setString(3, KEY);
            insert.execute();
        }
    }

    /** Gives a database, which is a copy of another and has no fingerprints yet, a key of its own. */
    static void renewKey(Connection connection) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM tsm.setting WHERE name = ?")) {
            delete.setString(1, KEY);
            delete.execute();
        }
        makeKey(connection);
    }

    /** The fingerprint of a value: 32 hexadecimal digits. */
    String of(Handle handle, String value) {
        byte[] secret = key;
        if (secret == null) {
            secret = HexFormat.of().parseHex(new Settings(handle).get(KEY).orElseThrow());
            key = secret;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(secret);
            byte[] hash = digest.digest(value.getBytes(StandardCharsets.UTF_16));
            return HexFormat.of().formatHex(Arrays.copyOf(hash, SHOWN_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
