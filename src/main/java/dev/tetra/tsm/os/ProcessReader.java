package dev.tetra.tsm.os;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Where a platform tells about its processes. */
interface ProcessReader {
    String bootId();

    /** One process, zombies included; null when there is none. */
    @Nullable
    ProcessInfo read(long pid);

    ProcessTable table();

    Optional<Map<String, String>> environment(long pid);

    Optional<String> environmentVariable(long pid, String name);

    List<String> commandLine(long pid);

    Optional<String> workingDirectory(long pid);

    /** The absolute path of the program a process executes; empty where that cannot be told. */
    default Optional<String> executable(long pid) {
        return Optional.empty();
    }

    /** The file mode creation mask of a process; empty where that cannot be told. */
    default OptionalInt umask(long pid) {
        return OptionalInt.empty();
    }
}
