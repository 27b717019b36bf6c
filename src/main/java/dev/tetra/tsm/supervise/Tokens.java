package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Makes the values of TSM_RUN: unique for all time, so that a process found by one belongs to that run and no other.
 *
 * <p>A token ends in a mark that only this home can make, with the key in its file {@code run.key}. So a process that has
 * one was started by this home, even when the database that knew of it is lost; and nobody who sets the variable by
 * himself is taken for one.
 */
final class Tokens {
    private static final int RANDOM = 12;
    private static final int MARK = 8;
    private static final int KEY = 32;
    private static final String FILE = "run.key";

    private final SecureRandom random = new SecureRandom();
    private final byte[] key;

    /**
     * The tokens of a home; makes its key when there is none.
     *
     * @throws TsmException.Unavailable when the key can be neither read nor written
     */
    Tokens(Path home) {
        this.key = key(home.resolve(FILE));
    }

    String next() {
        byte[] bytes = new byte[RANDOM];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes) + HexFormat.of().formatHex(mark(bytes));
    }

    /** Whether this home made that token. */
    boolean made(String token) {
        if (!token.matches("[0-9a-f]{" + 2 * (RANDOM + MARK) + "}")) {
            return false;
        }
        byte[] bytes = HexFormat.of().parseHex(token);
        return MessageDigest.isEqual(
                Arrays.copyOfRange(bytes, RANDOM, RANDOM + MARK), mark(Arrays.copyOf(bytes, RANDOM)));
    }

    /** A keyed hash: what is hashed has always the same length, and half of the result is kept back. */
    private byte[] mark(byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(key);
            return Arrays.copyOf(digest.digest(bytes), MARK);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private byte[] key(Path file) {
        try {
            byte[] there = Files.readAllBytes(file);
            if (there.length == KEY) {
                return there;
            }
        } catch (NoSuchFileException e) {
            // made below
        } catch (IOException e) {
            throw unusable(file, e);
        }
        byte[] made = new byte[KEY];
        random.nextBytes(made);
        Path draft = file.resolveSibling(FILE + ".new");
        try {
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(draft, made);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unusable(file, e);
        }
        return made;
    }

    private static TsmException unusable(Path file, IOException e) {
        return new TsmException.Unavailable(
                "the key of this home cannot be used: " + file + " (" + e.getMessage() + ")",
                "look at the rights of the folder and at the free space on its disk",
                e);
    }
}
