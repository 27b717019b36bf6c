package dev.tetra.tsm.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What commands can ask of the daemon itself. */
public interface DaemonControl {
    /**
     * How the daemon is.
     *
     * @param memoryBytes its resident set size
     * @param notices what the user must know, such as that a backup of the database was used
     */
    record Status(
            long pid,
            String version,
            String build,
            Path home,
            Duration uptime,
            long memoryBytes,
            int processes,
            int running,
            List<String> notices) {}

    /**
     * The launcher that asks.
     *
     * @param path of the script; empty when something else asks
     * @param build which build of tsm it is; empty when unknown
     */
    record Launcher(String path, String build) {}

    /** The launcher that asks. */
    default Launcher launcher() {
        return new Launcher("", "");
    }

    /** How it is now. */
    Status status();

    /** Ends it once the present answer has been sent. The processes go on. */
    void stopAfterAnswer();

    /** Replaces it by a new one in the same pid; the client waits for that and ends with code 0. */
    void replaceAfterAnswer();

    /** Its log file. */
    Path log();

    /** What the user has to be told once, such as that a backup of the database was used; empty after that. */
    List<String> untoldNotices();
}
