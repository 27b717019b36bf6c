package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.StopPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has an unmodified Node program take a socket that it is handed: a module that Node loads first (NODE_OPTIONS), with
 * which {@code server.listen(PORT)} uses it, and which ends the program gracefully if that has no way of its own.
 */
final class NodePreload {
    static final String OPTIONS = "NODE_OPTIONS";
    static final String VARIABLE = "TSM_LISTEN";

    private static final String NAME = "tsm-listen.cjs";

    private final Path file;

    NodePreload(Path home) {
        this.file = home.resolve(NAME);
    }

    /** Whether a process can read it: the home is its owner's alone, and Node gives up without a module it is to load. */
    static boolean readable(ManagedProcess process) {
        return !process.spec().supervision().limits().account().given();
    }

    /** Writes the module into the home, unless it is there. */
    void write() throws IOException {
        byte[] module;
        try (InputStream packed = NodePreload.class.getResourceAsStream(NAME)) {
            if (packed == null) {
                throw new IOException(NAME + " is not in the program");
            }
            module = packed.readAllBytes();
        }
        if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), module)) {
            return;
        }
        Path draft = Files.createTempFile(
                file.getParent(),
                ".listen",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(draft, module);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Adds to an environment what the module needs.
     *
     * @param ready the file that it makes once the program listens; null for none
     */
    void into(Map<String, String> environment, ManagedProcess process, int descriptor, @Nullable Path ready) {
        String require = "--require " + quoted(file.toString());
        environment.merge(OPTIONS, require, (own, more) -> own.contains(more) ? own : more + " " + own);
        StopPolicy stop = process.spec().stop();
        environment.put(
                VARIABLE,
                "{\"fd\":" + descriptor + ",\"port\":" + process.port() + ",\"signal\":\"SIG" + stop.signal()
                        + "\",\"within\":" + stop.killTimeout().toMillis()
                        + (ready == null ? "" : ",\"ready\":" + quoted(ready.toString())) + "}");
    }

    /** In double quotes, in which Node and JSON both take a backslash as an escape. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
