package dev.tetra.tsm.supervise;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes the values of TSM_RUN: unique for all time, so that a process found by one belongs to that run and no other. */
final class Tokens {
    private static final int BYTES = 12;

    private final SecureRandom random = new SecureRandom();

    String next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
