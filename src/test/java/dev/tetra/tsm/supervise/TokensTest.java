package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
    @TempDir
    Path home;

    @TempDir
    Path other;

    @Test
    void a_home_knows_its_own_tokens_also_later_and_no_others() throws IOException {
        String token = new Tokens(home).next();
        assertTrue(new Tokens(home).made(token));
        assertFalse(new Tokens(other).made(token));
        char last = token.charAt(token.length() - 1);
        assertFalse(new Tokens(home).made(token.substring(0, token.length() - 1) + (last == '0' ? '1' : '0')));
        assertFalse(new Tokens(home).made(""));
        assertFalse(new Tokens(home).made("0123456789abcdef0123456789abcdef01234567"));
        assertNotEquals(token, new Tokens(home).next());
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("run.key"))));
    }
}
